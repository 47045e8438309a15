"""What this machine makes of a training: a time budget in steps, and the faster precision.

Both are measured on some real steps of the training, whose weights are put back afterwards.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import math
import statistics
import time
from collections.abc import Iterator
from typing import Any

import torch

from softsearch.nn.products import Precision
from softsearch.training.data import PacedData, TrainingData
from softsearch.training.halving import backward_within_memory
from softsearch.training.position import count_steps, plan_steps
from softsearch.training.settings import Resolved, Setup, TrainingSettings
from softsearch.training.step import update

_WARMUP_STEPS, _MEASURED_STEPS = 3, 20
_SHARE_FOR_MEASURING = 0.05
_PATIENCE_S = 8.0  # where a forecast is asked for without a budget
_RESERVE = 0.04
_GOLDEN = (math.sqrt(5) - 1) / 2

_ROUNDS = 6  # in which both precisions take their turn
_GAIN = 1.1  # for less, nobody should have to think about rounding
_HOPELESS = 0.5  # a processor without the instructions takes many times as long


@dataclasses.dataclass(frozen=True)
class Speed:
    """Seconds that a step, a validation and a save take, and the number of steps in an epoch."""

    step_s: float
    validation_s: float
    save_s: float
    steps_per_epoch: int


def settle(setup: Setup, *, precision: Precision, save_s: float, done: int, spent_s: float) -> Resolved:
    """Return the number of steps that the settings come to, on this machine if they give it a time budget.

    A checkpoint takes `save_s` to write; `done` and `spent_s` are steps and seconds so far.
    """
    began_at = time.perf_counter() - spent_s
    speed = None
    if setup.settings.budget_s is not None:
        speed = measure_speed(setup, precision=precision, save_s=save_s)
    steps = total_steps(setup, speed=speed, done=done, spent_s=time.perf_counter() - began_at)
    spent_s = time.perf_counter() - began_at
    planned_s = None if speed is None else spent_s + time_for(steps - done, speed=speed, settings=setup.settings)
    return Resolved(threads=torch.get_num_threads(), total_steps=steps, planned_s=planned_s)


def total_steps(setup: Setup, *, speed: Speed | None, done: int, spent_s: float) -> int:
    """Return the number of steps to the first limit; a time budget needs the speed, and what is spent of it."""
    settings = setup.settings
    steps = settings.max_steps
    if settings.budget_s is not None:
        assert speed is not None
        affordable = done + steps_within(settings.budget_s, spent_s=spent_s, speed=speed, settings=settings)
        steps = affordable if steps is None else min(steps, affordable)
    if settings.max_epochs is not None:
        steps = count_steps(setup.data, epochs=settings.max_epochs, accumulate=settings.accumulate, limit=steps)
    assert steps is not None  # the settings see to a limit
    return steps


def choose_precision(setup: Setup) -> Precision:
    """Return the precision that is set, or for "auto" bf16 where gradients take at least 1.1 times as long without it.

    They do not where the network is small or the processor has no instructions for bf16. Both are measured in turns;
    the model, the optimiser and the random numbers are as before.
    """
    settings, gains = setup.settings, []
    if settings.precision != "auto":
        return settings.precision
    with _without_trace(setup), _at_last_pace(setup.data):
        plan = plan_steps(setup.data, 0, accumulate=settings.accumulate)
        for number, step in enumerate(_typical_steps(plan, 1 + _ROUNDS)):
            seconds: dict[Precision, float] = {}
            for precision in ("fp32", "bf16"):
                start = time.perf_counter()
                backward_within_memory(setup, step, carry={}, limit=None, seed=number, precision=precision)
                seconds[precision] = time.perf_counter() - start
            gains.append(seconds["fp32"] / seconds["bf16"])
            if number and gains[-1] < _HOPELESS:
                break
    setup.model.zero_grad(set_to_none=True)
    return "bf16" if statistics.median(gains[1:]) >= _GAIN else "fp32"


def measure_speed(setup: Setup, *, precision: Precision, save_s: float) -> Speed:
    """Time real steps, spread over the epoch's batch sizes, and one validation; leave no trace on the model.

    Data that become harder are measured at their hardest: most of a training may be spent there, and a budget is kept.
    """
    plan = plan_steps(setup.data, setup.data.typical_epoch, accumulate=setup.settings.accumulate)
    with _without_trace(setup), _at_last_pace(setup.data):
        step_s = _time_steps(setup, _typical_steps(plan, _WARMUP_STEPS + _MEASURED_STEPS), precision=precision)
        start = time.perf_counter()
        with torch.no_grad():
            setup.task.validate(setup.model, setup.valid)
        validation_s = time.perf_counter() - start
    return Speed(step_s=step_s, validation_s=validation_s, save_s=save_s, steps_per_epoch=len(plan))


def steps_within(budget_s: float, *, spent_s: float, speed: Speed, settings: TrainingSettings) -> int:
    """Return how many steps fit into the budget beside their validations and saves, with a reserve of 4 %."""
    left_s = budget_s * (1 - _RESERVE) - spent_s - _pause_s(speed)
    return max(1, int(left_s / _per_step_s(speed, settings)))


def time_for(steps: int, *, speed: Speed, settings: TrainingSettings) -> float:
    """Return the seconds that so many steps are going to take, validations and saves included."""
    return steps * _per_step_s(speed, settings) + _pause_s(speed)


@contextlib.contextmanager
def _without_trace(setup: Setup) -> Iterator[None]:
    """Put back weights, optimiser and random numbers after the block."""
    weights = {name: tensor.clone() for name, tensor in setup.model.state_dict().items()}
    optimizer_state = copy.deepcopy(setup.optimizer.state_dict())
    with torch.random.fork_rng(devices=[]):
        yield
    setup.model.load_state_dict(weights)
    setup.optimizer.load_state_dict(optimizer_state)


@contextlib.contextmanager
def _at_last_pace(data: TrainingData) -> Iterator[None]:
    """Have data that become harder be as hard as they ever get, and put them back after the block."""
    if not isinstance(data, PacedData):
        yield
        return
    before, data.pace = data.pace, data.last_pace
    try:
        yield
    finally:
        data.pace = before


def _typical_steps(plan: list[list[Any]], number: int) -> list[list[Any]]:
    """Return steps from all over the range of sizes, so that any first few of them are typical too."""
    by_rows = sorted(plan, key=lambda step: sum(len(rows) for rows in step))
    return [by_rows[int((0.5 + place * _GOLDEN) % 1 * len(by_rows))] for place in range(number)]


def _time_steps(setup: Setup, steps: list[list[Any]], *, precision: Precision) -> float:
    settings, times = setup.settings, []
    patience_s = _PATIENCE_S if settings.budget_s is None else settings.budget_s * _SHARE_FOR_MEASURING
    begin = time.perf_counter()
    limit = None
    for number, step in enumerate(steps):
        start = time.perf_counter()
        fitted = backward_within_memory(setup, step, carry={}, limit=limit, seed=number, precision=precision)
        limit, rate, clip_norm = fitted.limit, settings.learning_rate, settings.clip_norm
        update(setup.model, fitted.loss, optimizer=setup.optimizer, learning_rate=rate, clip_norm=clip_norm)
        times.append(time.perf_counter() - start)
        if number >= _WARMUP_STEPS and time.perf_counter() - begin > patience_s:
            break
    measured = times[_WARMUP_STEPS:]
    return sum(measured) / len(measured)


def _pause_s(speed: Speed) -> float:
    return speed.validation_s + speed.save_s


def _per_step_s(speed: Speed, settings: TrainingSettings) -> float:
    amount, unit = settings.validate_every
    between_validations = amount * (speed.steps_per_epoch if unit == "epochs" else 1)
    return speed.step_s + _pause_s(speed) / between_validations + _saving_per_step_s(speed, settings)


def _saving_per_step_s(speed: Speed, settings: TrainingSettings) -> float:
    amount, unit = settings.checkpoint_every
    if unit == "seconds":
        return speed.save_s * speed.step_s / max(amount, speed.step_s)
    return speed.save_s / (amount * (speed.steps_per_epoch if unit == "epochs" else 1))
