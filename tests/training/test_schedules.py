"""Each schedule of the learning rate is its paper's."""

from __future__ import annotations

import math

import pytest
import torch

from softsearch.training.schedules import DecaySettings, Plateau, PlateauSettings, learning_rate_at


def _rates(schedule: str, *, warmup_steps: int, total_steps: int, learning_rate: float = 1.0) -> list[float]:
    return [
        learning_rate_at(
            step,
            schedule=schedule,
            learning_rate=learning_rate,
            warmup_steps=warmup_steps,
            total_steps=total_steps,
        )
        for step in range(total_steps)
    ]


def test_a_linear_schedule_rises_to_its_peak_and_falls_to_zero_after_the_last_step() -> None:
    rates = _rates("linear", warmup_steps=4, total_steps=8)
    assert rates == [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25]


@pytest.mark.parametrize("schedule", ["constant", "plateau"])
def test_a_constant_schedule_stays_at_its_peak(schedule: str) -> None:
    assert _rates(schedule, warmup_steps=2, total_steps=5) == [0.5, 1, 1, 1, 1]


def test_a_cosine_is_that_of_torch_after_the_warm_up() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)
    expected = []
    for _ in range(12):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    rates = _rates("cosine", warmup_steps=4, total_steps=16, learning_rate=0.5)
    assert rates[:4] == [0.125, 0.25, 0.375, 0.5]
    assert rates[4:] == pytest.approx(expected)


def test_a_decay_is_that_of_zaremba_after_the_first_epochs() -> None:
    rates = [
        learning_rate_at(
            9, schedule="decay", learning_rate=1.0, warmup_steps=0, total_steps=99, epoch=epoch,
            decay=DecaySettings(factor=0.5, after=4),
        )
        for epoch in range(7)
    ]  # fmt: skip
    assert rates == [1.0, 1.0, 1.0, 1.0, 0.5, 0.25, 0.125]


def test_the_inverse_square_root_is_that_of_the_transformer() -> None:
    def of_the_paper(step: int, d_model: int, warmup_steps: int) -> float:
        return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)

    peak = of_the_paper(10, 512, 10)
    expected = [of_the_paper(step, 512, 10) for step in range(1, 101)]
    assert _rates("inverse_sqrt", warmup_steps=10, total_steps=100, learning_rate=peak) == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["linear", "constant", "cosine", "inverse_sqrt", "plateau"])
@pytest.mark.parametrize("warmup_steps", [0, 3, 9])
def test_no_schedule_divides_by_zero_or_learns_backwards(schedule: str, warmup_steps: int) -> None:
    assert all(0 < rate <= 1 for rate in _rates(schedule, warmup_steps=warmup_steps, total_steps=3))
    rate = learning_rate_at(5, schedule=schedule, learning_rate=1.0, warmup_steps=warmup_steps, total_steps=5)
    assert 0 <= rate <= 1
    assert math.isfinite(rate)


def test_a_plateau_lowers_the_rate_after_the_patience_and_waits_anew_down_to_its_floor() -> None:
    settings = PlateauSettings(factor=0.5, patience=2, min_learning_rate=0.3)
    plateau, rates = Plateau(), []
    for stalled in (False, False, False, True, True, True, False, True, True, True):
        plateau.update(settings, stalled=stalled, learning_rate=2.0)
        rates.append(2.0 * plateau.scale)
    assert rates == pytest.approx([2, 2, 2, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.3])
