"""A time budget turned into a number of steps, by measuring some real ones on weights that are put back afterwards."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from softsearch.nn.products import Precision
from softsearch.tasks.task import Task
from softsearch.training.data import PacedData, TrainingData
from softsearch.training.halving import backward_within_memory
from softsearch.training.position import count_steps, plan_steps
from softsearch.training.settings import Resolved, TrainingSettings
from softsearch.training.step import update

_WARMUP_STEPS, _MEASURED_STEPS = 3, 20
_SHARE_FOR_MEASURING = 0.05
_PATIENCE_S = 8.0  # where a forecast is asked for without a budget
_RESERVE = 0.04
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclasses.dataclass(frozen=True)
class Pace:
    """Seconds that a step, a validation and a save take, and the number of steps in an epoch."""

    step_s: float
    validation_s: float
    save_s: float
    steps_per_epoch: int


def settle(
    *,
    model: nn.Module,
    task: Task,
    data: TrainingData,
    valid: Any,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
    precision: Precision,
    save_s: float,
    done: int,
    spent_s: float,
) -> Resolved:
    """Return the number of steps that the settings come to, on this machine if they give it a time budget.

    Parameters
    ----------
    save_s
        What a checkpoint takes to write.
    done, spent_s
        Steps and seconds so far.
    """
    began_at = time.perf_counter() - spent_s
    pace = None
    if settings.budget_s is not None:
        pace = measure_pace(
            model=model,
            task=task,
            data=data,
            valid=valid,
            optimizer=optimizer,
            settings=settings,
            precision=precision,
            save_s=save_s,
        )
    steps = total_steps(data, settings, pace=pace, done=done, spent_s=time.perf_counter() - began_at)
    spent_s = time.perf_counter() - began_at
    planned_s = None if pace is None else spent_s + time_for(steps - done, pace=pace, settings=settings)
    return Resolved(threads=torch.get_num_threads(), total_steps=steps, planned_s=planned_s)


def total_steps(data: TrainingData, settings: TrainingSettings, *, pace: Pace | None, done: int, spent_s: float) -> int:
    """Return the number of steps to the first limit; a time budget needs the pace.

    Parameters
    ----------
    done, spent_s
        Steps and seconds so far.
    """
    steps = settings.max_steps
    if settings.budget_s is not None:
        assert pace is not None
        affordable = done + steps_within(settings.budget_s, spent_s=spent_s, pace=pace, settings=settings)
        steps = affordable if steps is None else min(steps, affordable)
    if settings.max_epochs is not None:
        steps = count_steps(data, epochs=settings.max_epochs, accumulate=settings.accumulate, limit=steps)
    assert steps is not None  # the settings see to a limit
    return steps


def measure_pace(
    *,
    model: nn.Module,
    task: Task,
    data: TrainingData,
    valid: Any,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
    precision: Precision,
    save_s: float,
) -> Pace:
    """Time real steps, spread over the epoch's batch sizes, and one validation; leave no trace on the model.

    Data that become harder are measured at their hardest: most of a training may be spent there, and a budget is kept.
    """
    plan = plan_steps(data, data.typical_epoch, accumulate=settings.accumulate)
    with without_trace(model, optimizer), at_last_pace(data):
        steps = typical_steps(plan, _WARMUP_STEPS + _MEASURED_STEPS)
        step_s = _time_steps(model, task, data, steps, optimizer=optimizer, settings=settings, precision=precision)
        start = time.perf_counter()
        with torch.no_grad():
            task.validate(model, valid)
        validation_s = time.perf_counter() - start
    return Pace(step_s=step_s, validation_s=validation_s, save_s=save_s, steps_per_epoch=len(plan))


@contextlib.contextmanager
def without_trace(model: nn.Module, optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Put back weights, optimiser and random numbers after the block."""
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    optimizer_state = copy.deepcopy(optimizer.state_dict())
    with torch.random.fork_rng(devices=[]):
        yield
    model.load_state_dict(weights)
    optimizer.load_state_dict(optimizer_state)


@contextlib.contextmanager
def at_last_pace(data: TrainingData) -> Iterator[None]:
    """Have data that become harder be as hard as they ever get, and put them back after the block."""
    if not isinstance(data, PacedData):
        yield
        return
    before, data.pace = data.pace, data.last_pace
    try:
        yield
    finally:
        data.pace = before


def steps_within(budget_s: float, *, spent_s: float, pace: Pace, settings: TrainingSettings) -> int:
    """Return how many steps fit into the budget beside their validations and saves, with a reserve of 4 %."""
    left_s = budget_s * (1 - _RESERVE) - spent_s - _pause_s(pace)
    return max(1, int(left_s / _per_step_s(pace, settings)))


def time_for(steps: int, *, pace: Pace, settings: TrainingSettings) -> float:
    """Return the seconds that so many steps are going to take, validations and saves included."""
    return steps * _per_step_s(pace, settings) + _pause_s(pace)


def _pause_s(pace: Pace) -> float:
    return pace.validation_s + pace.save_s


def _per_step_s(pace: Pace, settings: TrainingSettings) -> float:
    amount, unit = settings.validate_every
    between_validations = amount * (pace.steps_per_epoch if unit == "epochs" else 1)
    return pace.step_s + _pause_s(pace) / between_validations + _saving_per_step_s(pace, settings)


def _saving_per_step_s(pace: Pace, settings: TrainingSettings) -> float:
    amount, unit = settings.checkpoint_every
    if unit == "seconds":
        return pace.save_s * pace.step_s / max(amount, pace.step_s)
    return pace.save_s / (amount * (pace.steps_per_epoch if unit == "epochs" else 1))


def typical_steps(plan: list[list[Any]], number: int) -> list[list[Any]]:
    """Return steps from all over the range of sizes, so that any first few of them are typical too."""
    by_rows = sorted(plan, key=lambda step: sum(len(rows) for rows in step))
    return [by_rows[int((0.5 + place * _GOLDEN) % 1 * len(by_rows))] for place in range(number)]


def _time_steps(
    model: nn.Module,
    task: Task,
    data: TrainingData,
    steps: list[list[Any]],
    *,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
    precision: Precision,
) -> float:
    patience_s = _PATIENCE_S if settings.budget_s is None else settings.budget_s * _SHARE_FOR_MEASURING
    begin = time.perf_counter()
    times: list[float] = []
    limit = None
    for number, step in enumerate(steps):
        start = time.perf_counter()
        fitted = backward_within_memory(
            model, task, data, step, carry={}, limit=limit, seed=number, precision=precision
        )
        limit, rate, clip_norm = fitted.limit, settings.learning_rate, settings.clip_norm
        update(model, fitted.loss, optimizer=optimizer, learning_rate=rate, clip_norm=clip_norm)
        times.append(time.perf_counter() - start)
        if number >= _WARMUP_STEPS and time.perf_counter() - begin > patience_s:
            break
    measured = times[_WARMUP_STEPS:]
    return sum(measured) / len(measured)
