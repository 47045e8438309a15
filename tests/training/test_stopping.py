"""Early stopping follows one score in its own direction."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from softsearch.errors import RunError
from softsearch.training.stopping import Stopping


def _bests(on: str, values: list[float]) -> list[bool]:
    stopping = Stopping(on, 2, 0.0)
    return [stopping.update(step, {on: value}) for step, value in enumerate(values)]


def test_a_loss_improves_by_falling_and_bleu_by_rising() -> None:
    assert _bests("loss", [3.0, 2.0, 2.0, 2.5, 1.0]) == [True, True, False, False, True]
    assert _bests("bleu", [3.0, 2.0, 3.0, 3.5]) == [True, False, False, True]


def test_it_tells_when_the_last_score_is_no_better_than_the_older_ones() -> None:
    def told(*losses: float) -> list[bool]:
        stopping, answers = Stopping("loss", None, 0.0), []
        for step, loss in enumerate(losses):
            stopping.update(step, {"loss": loss})
            answers.append(stopping.no_better_than_before(2))
        return answers

    assert told(5.0, 6.0, 6.0, 4.0, 4.5, 4.4, 4.4, 3.9) == [False, False, False, False, False, False, True, False]


def test_a_score_that_is_no_number_is_never_the_best() -> None:
    assert _bests("loss", [math.nan, 2.0, -math.inf]) == [False, True, False]


def test_patience_counts_validations_in_a_row() -> None:
    stopping = Stopping("loss", 2, 0.0)
    ends = []
    for step, value in enumerate([3.0, 4.0, 2.0, 4.0, 4.0]):
        stopping.update(step, {"loss": value})
        ends.append(stopping.exhausted)
    assert ends == [False, False, False, False, True]
    assert (stopping.best, stopping.best_step) == (2.0, 2)


def test_without_patience_it_waits_for_ever() -> None:
    stopping = Stopping("loss", None, 0.0)
    for step in range(100):
        stopping.update(step, {"loss": float(step)})
    assert not stopping.exhausted


def test_it_goes_on_from_what_was_saved() -> None:
    stopping = Stopping("bleu", 2, 0.0)
    stopping.update(1, {"bleu": 5.0})
    stopping.update(2, {"bleu": 4.0})
    again = Stopping(**dataclasses.asdict(stopping))
    again.update(3, {"bleu": 4.5})
    assert again.exhausted


def test_a_score_that_validation_lacks_is_named() -> None:
    with pytest.raises(RunError, match="bleu"):
        Stopping("bleu", 2, 0.0).update(1, {"loss": 1.0})


def _stopped_at(values: np.ndarray, *, min_delta: float = 0.0) -> int | None:
    stopping = Stopping("bleu", 5, min_delta)
    for number, value in enumerate(values):
        stopping.update(number, {"bleu": float(value)})
        if stopping.exhausted:
            return number
    return None


def _stopped_by_patience_alone(values: np.ndarray) -> int | None:
    bests = np.maximum.accumulate(values)
    return next((number for number in range(5, len(values)) if bests[number] == bests[number - 5]), None)


def _noisy(slope: float) -> list[np.ndarray]:
    return [30 + slope * np.arange(60) + noise for noise in np.random.default_rng(1).normal(size=(100, 60))]


def test_a_noisy_curve_that_still_rises_goes_on_where_patience_alone_ends_it() -> None:
    rising = _noisy(0.4)
    assert sum(_stopped_by_patience_alone(values) is not None for values in rising) > 50
    assert sum(_stopped_at(values) is not None for values in rising) < 5


def test_a_noisy_curve_that_does_not_rise_is_ended_about_as_soon_as_by_patience_alone() -> None:
    flat = _noisy(0.0)
    stops, alone = [_stopped_at(values) for values in flat], [_stopped_by_patience_alone(values) for values in flat]
    assert None not in stops
    assert np.mean(stops) < np.mean(alone) + 3


def test_a_trend_below_the_least_improvement_is_none() -> None:
    slow = 30 + 0.01 * np.arange(60)
    assert _stopped_at(slow) is None
    assert _stopped_at(slow, min_delta=0.5) == 5


def test_an_improvement_below_the_least_one_counts_once_it_has_added_up() -> None:
    stopping, waited = Stopping("bleu", 9, 0.25), []
    for step, value in enumerate([1.0, 1.2, 1.3, 1.4, 1.6]):
        stopping.update(step, {"bleu": value})
        waited.append(stopping.waited)
    assert waited == [0, 1, 0, 1, 0]
    assert (stopping.best, stopping.best_step) == (1.6, 4)


def test_the_best_is_the_best_score_however_small_its_margin() -> None:
    stopping = Stopping("bleu", 9, 1.0)
    assert [stopping.update(step, {"bleu": value}) for step, value in enumerate([9.0, 9.1, 9.0])] == [True, True, False]
    assert (stopping.best, stopping.best_step, stopping.waited) == (9.1, 1, 2)
