"""What training asks of a task: a loss for a batch, and a score for a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import torch
from torch import nn

from softsearch.shapes import Tensor


@dataclass(frozen=True)
class Term:
    """One part of a loss: a sum in nats and the number of items that it is a sum over.

    They are divided once, per optimiser step: means of means would weigh short sentences more than long ones.
    """

    total: Tensor
    count: int


Loss = dict[str, Term]
Carry = dict[str, Tensor]
"""What a task passes from one batch to the next, without a graph; a checkpoint keeps it. Empty where there is none."""


class Validation(NamedTuple):
    """What a model scores on held-out data while it trains.

    `scores` has at least "loss", in nats per item and without any smoothing; `sample` is one example to look at.
    """

    scores: dict[str, float]
    sample: dict[str, str]


class Task(Protocol):
    """All that is special about one kind of problem."""

    def loss(self, model: Any, batch: Any, carry: Carry) -> tuple[Loss, Carry]:
        """Return the loss of one batch, to be minimised, and what the next one gets of it.

        `carry` is what the batch before it left, which is not changed; empty before the first one, and where a batch is
        tried out of turn.
        """
        ...

    def counts(self, batch: Any) -> dict[str, int]:
        """Return the `count` that each term of the loss of this batch is going to have, without computing it."""
        ...

    def validate(self, model: Any, data: Any) -> Validation:
        """Score `model` on `data` without a gradient; the model comes and goes in training mode."""
        ...


@runtime_checkable
class ExplainingTask(Task, Protocol):
    """A task that can say more of a training which has come to have no finite loss or gradient."""

    def where_not_finite(self, model: Any, batches: Sequence[Any]) -> str:
        """Say where the first number is that is not finite, in words that end a sentence; no gradient is needed."""
        ...


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout and gradients off, and back."""
    was_training = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
