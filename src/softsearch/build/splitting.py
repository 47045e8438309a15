"""Labelled items are split: a share or a fold of each class is held out, drawn from the recipe's seed."""

from __future__ import annotations

import itertools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from softsearch.errors import DataError, the_first
from softsearch.seeding import derive


class Labelled(Protocol):
    """Anything with a class."""

    @property
    def label(self) -> str:
        """The name of the class."""
        ...


Item = TypeVar("Item", bound=Labelled)
Reader = Callable[[], Iterator[Item]]
"""Reads the items of a split anew at each call."""


def split_readers(
    names: Mapping[str, Any], reader: Callable[[Any], Reader[Item]], *, fold: tuple[int, int] | None, seed: int
) -> dict[str, Reader[Item]]:
    """Return what reads each split, the training items first.

    Parameters
    ----------
    names
        What each split's files are called; of validation items, also a share of each class of the training items. None:
        there are none.
    reader
        Returns what reads such files.
    fold
        Which of how many folds of the training items is kept for the test; None: none is.

    Raises
    ------
    DataError
        A class has too few items.
    """
    readers = {split: reader(name) for split, name in names.items() if name is not None and not isinstance(name, float)}
    if fold is not None:
        readers |= _held_out("test", readers["train"], drawn_fold(readers["train"], *fold, seed=seed))
    if isinstance(share := names["valid"], float):
        readers |= _held_out("valid", readers["train"], drawn_share(readers["train"], share, seed=seed))
    return readers


def drawn_share(read: Reader[Item], share: float, *, seed: int) -> frozenset[int]:
    """Return the places of a share of each class, at least one item of each.

    Raises
    ------
    DataError
        A class has but one item.
    """
    held: list[int] = []
    for label, own in _shuffled(read, derive(seed, "validation split")).items():
        if len(own) < 2:
            problem = "the class has one example: none is left to train on or to validate on"
            raise DataError(problem, value=label, fix="add examples of it, or give files of their own for data.valid")
        held += own[: min(len(own) - 1, max(1, round(share * len(own))))]
    return frozenset(held)


def drawn_fold(read: Reader[Item], fold: int, of: int, *, seed: int) -> frozenset[int]:
    """Return the places of one of so many folds, counted from 1: each place is in one of them, each class in all.

    Raises
    ------
    DataError
        A class has too few items.
    """
    held: list[int] = []
    begin = 0  # classes take turns in which folds have one item more
    for label, own in _shuffled(read, derive(seed, "folds")).items():
        if len(own) < of:
            problem = f"the class has {len(own):,} example{'' if len(own) == 1 else 's'}, too few for {of} folds"
            raise DataError(problem, value=label, fix="add examples of it, or take fewer folds")
        held += own[(fold - 1 - begin) % of :: of]
        begin += len(own)
    return frozenset(held)


def dealt(read: Reader[Item]) -> Iterator[Item]:
    """Yield an item of each class, then another of each, so that the first few are of all classes."""
    of_class: dict[str, list[Item]] = defaultdict(list)
    for item in read():
        of_class[item.label].append(item)
    for round_ in itertools.zip_longest(*of_class.values()):
        yield from (item for item in round_ if item is not None)


def require_classes(classes: Sequence[str], *, items: str) -> None:
    """Raise a DataError where there is nothing to tell apart."""
    if len(classes) < 2:
        problem = f"the training {items} are all of one class: there is nothing to tell apart"
        fix = "see that data.train holds a folder, a column or a file for the classes"
        raise DataError(problem, value=", ".join(classes), allowed="two classes or more", fix=fix)


def warn_of_held_out(report: Mapping[str, Mapping[str, Any]], *, items: str) -> None:
    """Warn where what is held out is trained on, too, or lacks a class."""
    for split, found in report.items():
        if lacking := [name for name, count in found["classes"].items() if not count]:
            told = f"there are no {items} of {the_first(lacking)}: the scores say nothing of them"
            warnings.warn(f"{split}: {told}", stacklevel=3)
        warn_of_trained_on(split, found, items=items)


def warn_of_trained_on(split: str, found: Mapping[str, Any], *, items: str) -> None:
    """Warn where some of what a split holds out is trained on, too."""
    if found.get("trained_on"):
        told = f"{found['trained_on']:,} of {found['kept']:,} {items} are trained on, too: the scores on them say less"
        warnings.warn(f"{split}: {told}", stacklevel=4)


def _held_out(split: str, read: Reader[Item], held: frozenset[int]) -> dict[str, Reader[Item]]:
    """Return what reads the places that are held out for a split, and what reads the others, to train on."""
    return {
        "train": lambda: (item for place, item in enumerate(read()) if place not in held),
        split: lambda: (item for place, item in enumerate(read()) if place in held),
    }


def _shuffled(read: Reader[Item], seed: int) -> dict[str, list[int]]:
    """Return the places of each class in random order."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(read()):
        places[item.label].append(place)
    random = np.random.default_rng(seed)
    return {label: random.permutation(places[label]).tolist() for label in sorted(places)}
