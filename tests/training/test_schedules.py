"""Each schedule of the learning rate is its paper's."""

from __future__ import annotations

import math

import pytest
import torch

from softsearch.training.optimisers import set_momentum
from softsearch.training.schedules import (
    Constant,
    Cosine,
    Decay,
    InverseSqrt,
    Linear,
    Moment,
    MultiStep,
    OneCycle,
    OnPlateau,
    Plateau,
    Schedule,
)


def scales(schedule: Schedule, *, total_steps: int) -> list[float]:
    return [schedule.scale(Moment(step, total_steps)) for step in range(total_steps)]


def rates_of(theirs: torch.optim.lr_scheduler.LRScheduler, steps: int, key: str = "lr") -> list[float]:
    """Return what a schedule of torch makes of its optimiser, step by step."""
    found = []
    for _ in range(steps):
        found.append(theirs.optimizer.param_groups[0][key])
        theirs.optimizer.step()
        theirs.step()
    return found


def plain_sgd(rate: float, momentum: float = 0.0) -> torch.optim.SGD:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=momentum)


def test_a_linear_schedule_rises_to_its_peak_and_falls_to_zero_after_the_last_step() -> None:
    assert scales(Linear(warmup_steps=4), total_steps=8) == [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25]


@pytest.mark.parametrize(
    "schedule", [Constant(warmup_steps=2), OnPlateau(warmup_steps=2, factor=0.5, patience=1, min_learning_rate=0.1)]
)
def test_a_constant_schedule_stays_at_its_peak(schedule: Schedule) -> None:
    assert scales(schedule, total_steps=5) == [0.5, 1, 1, 1, 1]


def test_a_cosine_is_that_of_torch_after_the_warm_up() -> None:
    found = scales(Cosine(warmup_steps=4), total_steps=16)
    assert found[:4] == [0.25, 0.5, 0.75, 1.0]
    assert found[4:] == pytest.approx(
        rates_of(torch.optim.lr_scheduler.CosineAnnealingLR(plain_sgd(1.0), T_max=12), 12)
    )


def test_a_decay_is_that_of_zaremba_after_the_first_epochs() -> None:
    schedule = Decay(factor=0.5, after=4)
    found = [schedule.scale(Moment(9, 99, epoch)) for epoch in range(7)]
    assert found == [1.0, 1.0, 1.0, 1.0, 0.5, 0.25, 0.125]


def test_several_steps_are_those_of_torch() -> None:
    theirs = torch.optim.lr_scheduler.MultiStepLR(plain_sgd(1.0), milestones=[10, 15], gamma=0.1)
    assert scales(MultiStep(factor=0.1, at=(0.5, 0.75)), total_steps=20) == pytest.approx(rates_of(theirs, 20))
    warmed = scales(MultiStep(warmup_steps=4, factor=0.1, at=(0.5,)), total_steps=8)
    assert warmed == pytest.approx([0.25, 0.5, 0.75, 1.0, 0.1, 0.1, 0.1, 0.1])


def test_one_cycle_is_that_of_torch_in_rate_and_momentum() -> None:
    schedule = OneCycle(rise=0.3, momentum=(0.85, 0.95))
    theirs = [
        torch.optim.lr_scheduler.OneCycleLR(plain_sgd(1.0, 0.9), max_lr=1.0, total_steps=41, pct_start=0.3)
        for _ in range(2)
    ]
    assert scales(schedule, total_steps=41) == pytest.approx(rates_of(theirs[0], 41))
    momenta = [schedule.momentum_at(Moment(step, 41)) for step in range(41)]
    assert momenta == pytest.approx(rates_of(theirs[1], 41, "momentum"))


@pytest.mark.parametrize("total_steps", [1, 2, 3])
def test_the_shortest_cycle_is_one(total_steps: int) -> None:
    schedule = OneCycle(rise=0.3, momentum=(0.85, 0.95))
    for step in range(total_steps):
        moment = Moment(step, total_steps)
        assert 0 < schedule.scale(moment) <= 1
        assert 0.85 <= schedule.momentum_at(moment) <= 0.95


def test_a_momentum_reaches_the_optimiser_and_none_leaves_it() -> None:
    model = torch.nn.Linear(2, 2)
    adam = torch.optim.AdamW(model.parameters(), lr=0.1, betas=(0.9, 0.99))
    plain = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for momentum, expected in ((0.8, 0.8), (None, 0.8)):
        set_momentum(adam, momentum)
        set_momentum(plain, momentum)
        assert {group["betas"] for group in adam.param_groups} == {(expected, 0.99)}
        assert {group["momentum"] for group in plain.param_groups} == {expected}


def test_the_inverse_square_root_is_that_of_the_transformer() -> None:
    def of_the_paper(step: int, d_model: int, warmup_steps: int) -> float:
        return d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)

    peak = of_the_paper(10, 512, 10)
    expected = [of_the_paper(step, 512, 10) / peak for step in range(1, 101)]
    assert scales(InverseSqrt(warmup_steps=10), total_steps=100) == pytest.approx(expected)


@pytest.mark.parametrize("kind", [Linear, Constant, Cosine, InverseSqrt])
@pytest.mark.parametrize("warmup_steps", [0, 3, 9])
def test_no_schedule_divides_by_zero_or_learns_backwards(kind: type[Constant], warmup_steps: int) -> None:
    schedule = kind(warmup_steps=warmup_steps)
    assert all(0 < scale <= 1 for scale in scales(schedule, total_steps=3))
    scale = schedule.scale(Moment(5, 5))
    assert 0 <= scale <= 1
    assert math.isfinite(scale)


def test_a_plateau_lowers_the_rate_after_the_patience_and_waits_anew_down_to_its_floor() -> None:
    settings = OnPlateau(factor=0.5, patience=2, min_learning_rate=0.3)
    plateau, rates = Plateau(), []
    for stalled in (False, False, False, True, True, True, False, True, True, True):
        plateau.update(settings, stalled=stalled, learning_rate=2.0)
        rates.append(2.0 * plateau.scale)
    assert rates == pytest.approx([2, 2, 2, 1, 1, 0.5, 0.5, 0.3, 0.3, 0.3])


def test_a_rate_that_is_below_its_least_value_already_is_not_raised() -> None:
    plateau = Plateau()
    plateau.update(OnPlateau(factor=0.5, patience=1, min_learning_rate=0.3), stalled=True, learning_rate=0.1)
    assert plateau.scale == 1.0
