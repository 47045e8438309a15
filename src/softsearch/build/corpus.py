"""A recipe's data become pairs of sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import assert_never

import numpy as np

from softsearch.data.grammar import generate
from softsearch.data.pairs.doctor.filtering import without
from softsearch.data.pairs.doctor.profile import UNEQUAL
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.two_files import read_two_files
from softsearch.errors import DataError
from softsearch.recipes import schema
from softsearch.seeding import derive

_UNLIMITED = 10**9

PairFiles = schema.Table | schema.TwoFiles
Reader = Callable[[PairReport], Iterator[Pair]]
"""Reads pairs anew at each call, and counts them."""


@dataclass(frozen=True)
class Portion:
    """One of the corpora to train on: its name for messages, its weight, and what reads it, anew at each call."""

    name: str
    weight: float
    read: Reader


@dataclass(frozen=True)
class Corpus:
    """Training pairs; held-out pairs; what was read for those."""

    train: tuple[Portion, ...]
    valid: list[Pair]
    test: list[Pair] | None
    reports: dict[str, PairReport]
    max_tokens: int

    @property
    def name(self) -> str:
        """What messages call the training pairs."""
        return ", ".join(portion.name for portion in self.train)

    def training_pairs(self) -> Iterator[Pair]:
        """Yield all training pairs, each once."""
        return (pair for portion in self.train for pair in portion.read(PairReport()))


def build_corpus(recipe: schema.Files | schema.Grammar, *, seed: int) -> Corpus:
    """Return the corpus that a recipe describes.

    Raises
    ------
    DataError
        A file cannot be read, or the pairs to split off for validation leave none to train on.
    """
    match recipe:
        case schema.Files():
            return _from_files(recipe, seed)
        case schema.Grammar():
            return _from_grammar(recipe, seed)
        case _:
            assert_never(recipe)


def first_pairs(corpus: Corpus, num_pairs: int) -> Corpus:
    """Return a corpus that trains and validates on the same few pairs: a model that can learn must learn these."""
    few = list(islice(corpus.training_pairs(), num_pairs))
    return Corpus((Portion(corpus.name, 1.0, _listed(few)),), few, None, {}, corpus.max_tokens)


def reader(pairs: PairFiles, folder: Path, languages: tuple[str, str]) -> Reader:
    """Return what reads these files."""
    match pairs:
        case schema.Table():
            return lambda report: read_one_file(folder / pairs.pairs, languages=languages, report=report)
        case schema.TwoFiles():
            source, target = folder / pairs.source, folder / pairs.target
            return lambda report: read_two_files(source=source, target=target, report=report)
        case _:
            assert_never(pairs)


def _from_files(recipe: schema.Files, seed: int) -> Corpus:
    folder, languages = Path(recipe.folder or "."), (recipe.source, recipe.target)
    several = recipe.train if isinstance(recipe.train, tuple) else (recipe.train,)
    train = tuple(_portion(pairs, folder, languages) for pairs in several)
    reports, valid, test = {}, [], None
    if not isinstance(recipe.valid, int):
        reports["valid"] = PairReport()
        valid = list(reader(recipe.valid, folder, languages)(reports["valid"]))
    if recipe.test:
        reports["test"] = PairReport()
        test = list(reader(recipe.test, folder, languages)(reports["test"]))
    held_out = {(pair.source, pair.target) for pair in [*valid, *(test or [])]}
    train = tuple(replace(portion, read=_filtered(portion.read, recipe.filter, held_out)) for portion in train)
    if isinstance(recipe.valid, int):
        train, valid = _split_off(train, recipe.valid, folder / train[0].name, seed)
    return Corpus(train, valid, test, reports, recipe.max_tokens)


def _portion(pairs: PairFiles, folder: Path, languages: tuple[str, str]) -> Portion:
    name = pairs.pairs if isinstance(pairs, schema.Table) else pairs.source
    weight = pairs.weight if isinstance(pairs, schema.WeightedTable | schema.WeightedTwoFiles) else 1.0
    return Portion(name, weight, reader(pairs, folder, languages))


def _filtered(read: Reader, wanted: schema.Filter, held_out: Collection[tuple[str, str]]) -> Reader:
    """Return what reads the pairs of one corpus without those that the recipe does not want.

    Parameters
    ----------
    held_out
        The texts of validation and test pairs.
    """
    kinds = _kinds(wanted)
    if not kinds:
        return read

    def rest(report: PairReport) -> Iterator[Pair]:
        return without(
            read(report),
            kinds=kinds,
            max_length_ratio=wanted.max_length_ratio or UNEQUAL,
            held_out=held_out,
            report=report,
        )

    return rest


def _kinds(wanted: schema.Filter) -> list[str]:
    """Return the kinds of findings that are left out, in the order in which they are counted."""
    fields = {
        "duplicate": wanted.duplicates,
        "overlap": wanted.overlap,
        "copy": wanted.copies,
        "script": wanted.script,
        "swapped": wanted.language,
        "language": wanted.language,
        "control": wanted.damaged,
        "replacement": wanted.damaged,
        "mojibake": wanted.damaged,
        "markup": wanted.markup,
        "unequal": wanted.max_length_ratio is not None,
    }
    return [kind for kind, is_wanted in fields.items() if is_wanted]


def _split_off(
    train: Sequence[Portion], num_valid: int, path: Path, seed: int
) -> tuple[tuple[Portion, ...], list[Pair]]:
    """Return the training pairs without `num_valid` of them drawn at random, and those.

    A pair that occurs several times stays on one side of the split. Eight bytes stand for a pair's texts: holding those
    of a whole corpus would cost memory.
    """
    digests = [np.fromiter(map(_digest, portion.read(PairReport())), dtype=np.int64) for portion in train]
    everything = np.concatenate(digests)
    first = np.sort(np.unique(everything, return_index=True)[1])
    if num_valid >= len(first):
        raise DataError(
            "there are too few different pairs to split off the validation pairs",
            path=path,
            value=num_valid,
            allowed=f"fewer than {len(first)}",
            fix="set data.valid to a smaller number, or to files of its own",
        )
    drawn = np.random.default_rng(derive(seed, "validation split")).choice(len(first), num_valid, replace=False)
    places = np.sort(first[drawn])
    is_held = np.split(np.isin(everything, everything[places]), np.cumsum([len(part) for part in digests])[:-1])
    rest = tuple(
        replace(portion, read=_without(portion.read, held)) for portion, held in zip(train, is_held, strict=True)
    )
    pairs = (pair for portion in train for pair in portion.read(PairReport()))
    wanted = set(places.tolist())
    return rest, [pair for place, pair in enumerate(pairs) if place in wanted]


def _without(read: Reader, is_held: np.ndarray) -> Reader:
    """Return a reader that leaves out the pairs marked, by their place among those read."""

    def rest(report: PairReport) -> Iterator[Pair]:
        for pair, held in zip(read(report), is_held.data, strict=True):
            if held:
                report.kept -= 1
            else:
                yield pair

    return rest


def _digest(pair: Pair) -> int:
    return hash((pair.source, pair.target))


def _listed(pairs: list[Pair]) -> Reader:
    def read(report: PairReport) -> Iterator[Pair]:
        report.read = report.kept = len(pairs)
        yield from pairs

    return read


def _from_grammar(recipe: schema.Grammar, seed: int) -> Corpus:
    make = partial(generate, source=recipe.source, target=recipe.target, seed=seed)
    train = Portion("built-in corpus", 1.0, _listed(list(make(num_pairs=recipe.num_train, split="train"))))
    valid = list(make(num_pairs=recipe.num_valid, split="valid"))
    test = list(make(num_pairs=recipe.num_test, split="test"))
    return Corpus((train,), valid, test, {}, max_tokens=_UNLIMITED)
