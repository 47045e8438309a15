"""The scores of captions as a table for a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from softsearch.cli.scores import name_of, scores_table

CIDER = {"value": 61.24, "low": 60.11, "high": 62.3, "signature": "CIDEr-D|n:4"}
EXACT = {"value": 0.213, "low": 0.2, "high": 0.226, "signature": "exact"}
EVALUATION: dict[str, Any] = {
    "kind": "captions", "data": "test", "date": "2026-02-03", "overfit": None, "count": 1000,
    "metrics": {"cider_d": CIDER, "exact": EXACT},
    "blind": {"cider_d": {**CIDER, "value": 12.3}, "exact": {**EXACT, "value": 0.01}},
    "distinct": {"captions": 431, "seen": 120},
    "pointing": {"value": 0.71, "low": 0.69, "high": 0.73, "chance": 0.15, "words": 2034},
    "words": {
        "right": {"count": 8000, "confidence": 0.91, "places": 3.2, "pointing": 0.72},
        "wrong": {"count": 42, "confidence": 0.5, "places": 7.5, "pointing": None},
    },
    "captions": [], "num_best": 0, "decoding": {"beam": 5},
}  # fmt: skip


def printed(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    scores_table({**EVALUATION, **changes})
    return capsys.readouterr().out


def test_each_score_has_its_interval_and_the_blind_one_beside(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split() for line in printed(capsys).splitlines()]
    assert ["1,000", "captions", "of", "test"] in lines
    assert ["cider_d", "61.2", "60.1", "to", "62.3", "12.3", "CIDEr-D|n:4"] in lines
    assert ["exact", "21.30", "%", "20.00", "to", "22.60", "1.00", "%", "exact"] in lines
    assert name_of(EVALUATION) == "test"


def test_what_else_is_known_follows(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys)
    for said in ("431 different", "120 images", "71.00 % (69.00 to 73.00; if it were even: 15.00 %)", "another image"):
        assert said in out, said
    lines = [line.split() for line in out.splitlines()]
    assert ["right", "8,000", "0.91", "3.2", "72.0", "%"] in lines
    assert ["wrong", "42", "0.50", "7.5", "–"] in lines


def test_what_is_not_known_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, pointing=None, words=None, distinct={"captions": 1, "seen": None}, overfit=16)
    for absent in ("that a word names", "wrong", "training;"):
        assert absent not in out
    assert "the 16 images trained on are its valid data too" in out
