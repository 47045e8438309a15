"""What is left out of training: only what is asked for, each pair counted once."""

from __future__ import annotations

import pytest

from softsearch.data.grammar import generate
from softsearch.data.pairs.doctor.filtering import without
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.errors import DataError

CLEAN = list(generate(source="de", target="en", num_pairs=200, split="train", seed=1))
BAD = {
    "duplicate": (CLEAN[3].source, CLEAN[3].target),
    "overlap": ("ein Hund aus dem Test", "a dog of the test"),
    "copy": ("das hier ist kein Deutsch", "das hier ist kein Deutsch"),
    "script": ("Это очень хорошее предложение.", "This is a very good sentence."),
    "swapped": (" ".join(pair.target for pair in CLEAN[:9]), " ".join(pair.source for pair in CLEAN[:9])),
    "control": ("ein\x07 Hund", "a dog"),
    "replacement": ("ein sch\ufffdner Hund", "a dog with a hole"),
    "mojibake": ("ein schÃ¶ner Hund", "a fine dog"),
    "markup": ("ein <b>Hund</b>", "a bold dog"),
    "unequal": ("Ja.", "This goes on and on and is no translation at all of a word."),
}
PAIRS = [*CLEAN, *(Pair(*texts, line) for line, texts in enumerate(BAD.values(), start=201))]


def left(kinds: list[str], *, ratio: float = 3.0) -> tuple[list[Pair], PairReport]:
    report = PairReport(read=len(PAIRS), kept=len(PAIRS))
    held_out = {BAD["overlap"]}
    pairs = without(iter(PAIRS), kinds=kinds, max_length_ratio=ratio, held_out=held_out, report=report)
    return list(pairs), report


def test_all_kinds_together_leave_the_clean_pairs():
    pairs, report = left(list(BAD))
    assert pairs == CLEAN
    assert report.filtered == dict.fromkeys(BAD, 1)


def test_the_allowed_ratio_is_relative_to_the_usual_one():
    assert len(left(["unequal"], ratio=100.0)[0]) == len(PAIRS)
    assert left(["unequal"], ratio=1.05)[1].filtered["unequal"] > 20


def test_pairs_of_which_none_is_left_are_refused():
    copies = [Pair("das ist kein Deutsch", "das ist kein Deutsch", line) for line in (1, 2)]
    with pytest.raises(DataError, match="leaves out every"):
        list(without(iter(copies), kinds=["copy"], max_length_ratio=3.0, held_out=(), report=PairReport(kept=2)))
