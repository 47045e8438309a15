"""Early stopping follows one score in its own direction."""

from __future__ import annotations

import dataclasses
import math

import pytest

from softsearch.errors import RunError
from softsearch.training.stopping import Stopping


def _bests(on: str, values: list[float]) -> list[bool]:
    stopping = Stopping(on=on, patience=2)
    return [stopping.update(step, {on: value}) for step, value in enumerate(values)]


def test_a_loss_improves_by_falling_and_bleu_by_rising() -> None:
    assert _bests("loss", [3.0, 2.0, 2.0, 2.5, 1.0]) == [True, True, False, False, True]
    assert _bests("bleu", [3.0, 2.0, 3.0, 3.5]) == [True, False, False, True]


def test_a_score_that_is_no_number_is_never_the_best() -> None:
    assert _bests("loss", [math.nan, 2.0, -math.inf]) == [False, True, False]


def test_patience_counts_validations_in_a_row() -> None:
    stopping = Stopping(on="loss", patience=2)
    ends = []
    for step, value in enumerate([3.0, 4.0, 2.0, 4.0, 4.0]):
        stopping.update(step, {"loss": value})
        ends.append(stopping.exhausted)
    assert ends == [False, False, False, False, True]
    assert (stopping.best, stopping.best_step) == (2.0, 2)


def test_without_patience_it_waits_for_ever() -> None:
    stopping = Stopping(on="loss", patience=None)
    for step in range(100):
        stopping.update(step, {"loss": float(step)})
    assert not stopping.exhausted


def test_it_goes_on_from_what_was_saved() -> None:
    stopping = Stopping(on="bleu", patience=2)
    stopping.update(1, {"bleu": 5.0})
    stopping.update(2, {"bleu": 4.0})
    again = Stopping(**dataclasses.asdict(stopping))
    again.update(3, {"bleu": 4.5})
    assert again.exhausted


def test_a_score_that_validation_lacks_is_named() -> None:
    with pytest.raises(RunError, match="bleu"):
        Stopping(on="bleu", patience=2).update(1, {"loss": 1.0})
