"""What is held out is a share, or a fold, of each class, and nothing of it is trained on."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest

from softsearch.build.splitting import dealt, drawn_fold, drawn_share, split_readers
from softsearch.errors import DataError


class Thing(NamedTuple):
    label: str
    number: int


THINGS = [Thing("abc"[number % 3 if number < 60 else 0], number) for number in range(100)]


def read():
    return iter(THINGS)


def test_a_share_of_each_class_is_drawn():
    held = drawn_share(read, 0.2, seed=1)
    assert Counter(THINGS[place].label for place in held) == {"a": 12, "b": 4, "c": 4}
    assert held == drawn_share(read, 0.2, seed=1)
    assert held != drawn_share(read, 0.2, seed=2)
    assert Counter(THINGS[place].label for place in drawn_share(read, 0.001, seed=1)) == {"a": 1, "b": 1, "c": 1}


def test_folds_share_nothing_and_hold_everything_and_as_much_of_each_class():
    folds = [drawn_fold(read, number, 7, seed=1) for number in range(1, 8)]
    assert sorted(place for fold in folds for place in fold) == list(range(100))
    for label, total in {"a": 60, "b": 20, "c": 20}.items():
        counts = {sum(THINGS[place].label == label for place in fold) for fold in folds}
        assert counts <= {total // 7, total // 7 + 1}
    assert max(map(len, folds)) - min(map(len, folds)) <= 1


def test_splits_are_what_they_are_called():
    names = {"train": THINGS, "valid": 0.25, "test": None}
    readers = split_readers(names, lambda things: lambda: iter(things), fold=(2, 5), seed=4)
    parts = {split: set(reader()) for split, reader in readers.items()}
    assert {split: len(part) for split, part in parts.items()} == {"train": 60, "valid": 20, "test": 20}
    assert set().union(*parts.values()) == set(THINGS)
    assert parts["test"] == {THINGS[place] for place in drawn_fold(read, 2, 5, seed=4)}
    given = split_readers(
        {"train": THINGS, "valid": THINGS[:3], "test": THINGS[:2]}, lambda x: lambda: iter(x), fold=None, seed=1
    )
    assert {split: len(list(reader())) for split, reader in given.items()} == {"train": 100, "valid": 3, "test": 2}


def test_a_class_that_is_too_small_is_told():
    few = [Thing("a", 1), Thing("a", 2), Thing("b", 3)]
    with pytest.raises(DataError, match="the class has one example") as caught:
        drawn_share(lambda: iter(few), 0.5, seed=1)
    assert caught.value.value == "b"
    with pytest.raises(DataError, match="the class has 2 examples, too few for 3 folds"):
        drawn_fold(lambda: iter(few), 1, 3, seed=1)


def test_classes_are_dealt_in_turn():
    assert [thing.label for thing in dealt(read)][:6] == ["a", "b", "c", "a", "b", "c"]
    assert sorted(dealt(read)) == sorted(THINGS)
