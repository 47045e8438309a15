"""Files that part at some line are found out, and files that fit are left alone."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import pytest

from softsearch.data.grammar import generate
from softsearch.data.pairs.doctor.shift import Shift, ShiftFinder
from softsearch.data.pairs.pair import Pair
from softsearch.data.text import read_lines

PAIRS = list(generate(source="de", target="en", num_pairs=1_500, split="train", seed=2))
GRAMMAR = [pair.source for pair in PAIRS], [pair.target for pair in PAIRS]


def shift(sources: list[str], targets: list[str], *, at_once: int = 10_000) -> Shift | None:
    pairs = [Pair(*texts, line) for line, texts in enumerate(zip(sources, targets, strict=False), start=1)]
    finder = ShiftFinder()
    for start in range(0, len(pairs), at_once):
        finder.add(pairs[start : start + at_once])
    return finder.first()


@pytest.fixture(scope="module", params=["grammar", "multi30k"])
def corpus(request):
    if request.param == "grammar":
        return GRAMMAR
    if "SOFTSEARCH_DATA" not in os.environ:
        pytest.skip("SOFTSEARCH_DATA names no folder of corpora")
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "multi30k"
    return [list(itertools.islice(read_lines(folder / f"train.{language}.gz"), 6_000)) for language in ("de", "en")]


@pytest.mark.parametrize("seed", range(3))
def test_one_missing_line_in_a_thousand_is_found_within_twenty(corpus, seed):
    stream = random.Random(seed)
    start, place = stream.randrange(len(corpus[0]) - 1_000), stream.randrange(30, 930)
    sides = [side[start : start + 1_000] for side in corpus]
    short = stream.randrange(2)
    del sides[short][place]
    found = shift(*sides)
    assert found is not None
    assert found.offset == (-1 if short else 1)
    assert abs(found.row - place) <= 20


def test_files_that_fit_are_left_alone(corpus):
    sources, targets = corpus
    order = sorted(range(len(sources)), key=lambda row: len(sources[row]))
    shuffled = targets.copy()
    random.Random(1).shuffle(shuffled)
    assert shift(sources, targets) is None
    assert shift([sources[row] for row in order], [targets[row] for row in order]) is None
    assert shift(sources, shuffled) is None


@pytest.mark.parametrize("number", [2, 5])
def test_several_lines_too_many_give_their_number(number):
    sources, targets = GRAMMAR
    found = shift(sources[:700], targets[:300] + targets[1_000 : 1_000 + number] + targets[300:700])
    assert found is not None
    assert found.offset == number
    assert abs(found.row - 300) <= 20


def test_a_shift_that_is_made_good_later_is_found_as_well():
    sources, targets = GRAMMAR
    found = shift(sources[:900], targets[:400] + targets[401:600] + ["Another line."] + targets[600:900])
    assert found is not None
    assert found.offset == -1
    assert abs(found.row - 400) <= 20


def test_the_first_of_several_shifts_is_told():
    sources, targets = GRAMMAR
    found = shift(sources, targets[:300] + targets[301:800] + targets[803:])
    assert found is not None
    assert found.offset == -1
    assert abs(found.row - 300) <= 20


def test_a_few_pairs_are_not_judged():
    assert shift(GRAMMAR[0][:40], GRAMMAR[1][1:41]) is None


def test_windows_go_on_where_the_one_before_ended(monkeypatch):
    monkeypatch.setattr(ShiftFinder, "_WINDOW", 500)
    monkeypatch.setattr(ShiftFinder, "_KEPT", 100)
    sources, targets = GRAMMAR
    found = shift(sources, targets[:1_200] + targets[1_201:], at_once=100)
    assert found is not None
    assert abs(found.row - 1_200) <= 20
    assert shift(sources, targets, at_once=100) is None
