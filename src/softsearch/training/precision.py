"""Whether bf16 makes a training faster: not where the network is small or the processor has no instructions for it."""

from __future__ import annotations

import statistics
import time
from typing import Literal

import torch
from torch import nn

from softsearch.nn.products import Precision
from softsearch.tasks.task import Task
from softsearch.training.budget import at_last_pace, typical_steps, without_trace
from softsearch.training.data import TrainingData
from softsearch.training.halving import backward_within_memory
from softsearch.training.position import plan_steps

_ROUNDS = 6
_GAIN = 1.1  # for less, nobody should have to think about rounding
_HOPELESS = 0.5  # a processor without the instructions takes many times as long


def choose_precision(
    setting: Precision | Literal["auto"],
    *,
    model: nn.Module,
    task: Task,
    data: TrainingData,
    optimizer: torch.optim.Optimizer,
    accumulate: int,
) -> Precision:
    """Return `setting`, or for "auto" bf16 where gradients take at least 1.1 times as long without it.

    Both are measured on this training's own steps, in turns; the model, the optimiser and the random numbers are as
    before.
    """
    if setting != "auto":
        return setting
    gains = []
    with without_trace(model, optimizer), at_last_pace(data):
        for number, step in enumerate(typical_steps(plan_steps(data, 0, accumulate=accumulate), 1 + _ROUNDS)):
            seconds: dict[Precision, float] = {}
            for precision in ("fp32", "bf16"):
                start = time.perf_counter()
                backward_within_memory(model, task, data, step, carry={}, limit=None, seed=number, precision=precision)
                seconds[precision] = time.perf_counter() - start
            gains.append(seconds["fp32"] / seconds["bf16"])
            if number and gains[-1] < _HOPELESS:
                break
    model.zero_grad(set_to_none=True)
    return "bf16" if statistics.median(gains[1:]) >= _GAIN else "fp32"
