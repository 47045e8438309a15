"""A time budget turned into a number of steps, by measuring some real ones on weights that are put back afterwards."""

from __future__ import annotations

import copy
import dataclasses
import math
import time
from typing import Any

import torch
from torch import nn

from softsearch.tasks.task import Task
from softsearch.training.optimisation import optimizer_step
from softsearch.training.position import TrainingData, checked_plan, count_steps
from softsearch.training.settings import Resolved, TrainingSettings

_WARMUP_STEPS, _MEASURED_STEPS = 3, 20
_SHARE_FOR_MEASURING = 0.05
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
    first_save_s: float,
) -> Resolved:
    """Return the number of steps that the settings come to, on this machine if they give it a time budget."""
    began_at = time.perf_counter() - first_save_s
    pace = None
    if settings.budget_s is not None:
        # Later checkpoints also hold the optimiser's two moments: three times the first one's size.
        save_s = 3 * first_save_s
        pace = measure_pace(
            model=model, task=task, data=data, valid=valid, optimizer=optimizer, settings=settings, save_s=save_s
        )
    steps = total_steps(data, settings, pace=pace, spent_s=time.perf_counter() - began_at)
    spent_s = time.perf_counter() - began_at
    planned_s = None if pace is None else spent_s + time_for(steps, pace=pace, settings=settings)
    return Resolved(threads=torch.get_num_threads(), total_steps=steps, planned_s=planned_s)


def total_steps(data: TrainingData, settings: TrainingSettings, *, pace: Pace | None, spent_s: float) -> int:
    """Return the number of steps to the first limit; a time budget, of which `spent_s` are gone, needs the pace."""
    steps = settings.max_steps
    if settings.budget_s is not None:
        assert pace is not None
        affordable = steps_within(settings.budget_s, spent_s=spent_s, pace=pace, settings=settings)
        steps = affordable if steps is None else min(steps, affordable)
    if settings.max_epochs is not None:
        steps = count_steps(data, epochs=settings.max_epochs, limit=steps)
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
    save_s: float,
) -> Pace:
    """Time real steps, spread over the epoch's batch sizes, and one validation; leave no trace on the model."""
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    optimizer_state = copy.deepcopy(optimizer.state_dict())
    plan = checked_plan(data, 0)
    with torch.random.fork_rng(devices=[]):
        step_s = _time_steps(model, task, data, _spread(plan), optimizer=optimizer, settings=settings)
        start = time.perf_counter()
        with torch.no_grad():
            task.validate(model, valid)
        validation_s = time.perf_counter() - start
    model.load_state_dict(weights)
    optimizer.load_state_dict(optimizer_state)
    return Pace(step_s=step_s, validation_s=validation_s, save_s=save_s, steps_per_epoch=len(plan))


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


def _spread(plan: list[Any]) -> list[Any]:
    """Return batches from all over the range of sizes, so that any first few of them are typical too."""
    by_rows = sorted(plan, key=len)
    return [
        by_rows[int((0.5 + number * _GOLDEN) % 1 * len(by_rows))] for number in range(_WARMUP_STEPS + _MEASURED_STEPS)
    ]


def _time_steps(
    model: nn.Module,
    task: Task,
    data: TrainingData,
    batches: list[Any],
    *,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
) -> float:
    device = next(model.parameters()).device
    patience_s = math.inf if settings.budget_s is None else settings.budget_s * _SHARE_FOR_MEASURING
    begin = time.perf_counter()
    times: list[float] = []
    for number, rows in enumerate(batches):
        start = time.perf_counter()
        batch = data.batch(rows).to(device)
        rate, clip_norm = settings.learning_rate, settings.clip_norm
        optimizer_step(model, task, batch, optimizer=optimizer, learning_rate=rate, clip_norm=clip_norm)
        times.append(time.perf_counter() - start)
        if number >= _WARMUP_STEPS and time.perf_counter() - begin > patience_s:
            break
    measured = times[_WARMUP_STEPS:]
    return sum(measured) / len(measured)
