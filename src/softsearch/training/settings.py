"""What a training is made of, how long it goes on and how it goes, and what this machine makes of that."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import torch
from torch import nn

from softsearch.errors import SoftsearchError
from softsearch.nn.products import Precision
from softsearch.tasks.task import Task
from softsearch.training.data import TrainingData
from softsearch.training.schedules import Schedule


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The settings of a training.

    Parameters
    ----------
    max_steps, max_epochs, budget_s
        The first that is reached ends the training; None sets no such limit.
    validate_every, checkpoint_every
        How often: (2, "epochs"), (500, "steps"); checkpoints also (120.0, "seconds").
    accumulate
        Batches of a step.
    learning_rate, schedule
        The greatest, and what share of it each step takes.
    clip_norm
        Longer gradients are cut to this norm; None leaves them.
    stop_on, patience, min_delta
        See :class:`softsearch.training.stopping.Stopping`.
    average
        At the end, the mean weights of so many last validations are tried, too; None: they are not.
    keep
        The checkpoints of so many last validations are kept, beside the best and the last.
    threads
        Threads of the processor; None: as many as torch takes by itself.
    precision
        Of the layers' products in training; "auto": bf16 where it is faster.
    """

    max_steps: int | None
    max_epochs: int | None
    budget_s: float | None
    validate_every: tuple[int, Literal["steps", "epochs"]]
    checkpoint_every: tuple[float, Literal["steps", "epochs", "seconds"]]
    accumulate: int
    learning_rate: float
    schedule: Schedule
    clip_norm: float | None
    stop_on: str
    patience: int | None
    min_delta: float
    average: int | None
    keep: int
    threads: int | None
    precision: Precision | Literal["auto"]

    def __post_init__(self) -> None:
        if self.max_steps is None and self.max_epochs is None and self.budget_s is None:
            fix = "set one of max_steps, max_epochs and budget"
            raise SoftsearchError("this training would never end", fix=fix)


@dataclasses.dataclass(kw_only=True)
class Setup:
    """What is trained, on what, and how; `valid` is what ``task.validate`` scores the model on."""

    model: nn.Module
    task: Task
    data: TrainingData
    valid: Any
    optimizer: torch.optim.Optimizer
    settings: TrainingSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resolved:
    """What depends on the machine, settled once before the first step, recorded in run.json and obeyed on resume.

    It is run.json's "resolved", and "precision" stands beside it. Where a resume changes a limit, "resolved" is settled
    anew, but for the threads, which "threads" then holds: another number of them would round differently.
    """

    threads: int
    total_steps: int
    planned_s: float | None = None
