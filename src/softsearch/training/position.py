"""Where a training stands in its data: which batch of which epoch, without reading the batches before it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from softsearch.errors import DataError


class TrainingData(Protocol):
    """What the loop reads: a plan per epoch, a pure function of its number, and the batches that it names."""

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch of an epoch (counted from 0), in the order of training."""
        ...

    def batch(self, rows: np.ndarray) -> Any:
        """Read one batch, which has `num_items` and `.to(device)`."""
        ...

    def describe(self, rows: np.ndarray) -> list[str]:
        """Say where the rows come from: "train.tsv:17"."""
        ...


class Position:
    """The next batch: number `index` of `epoch`. Epochs may differ in their number of batches."""

    def __init__(self, data: TrainingData, *, epoch: int = 0, index: int = 0) -> None:
        self.data, self.epoch, self.index = data, epoch, index
        self._plan: list[np.ndarray] | None = None

    @property
    def rows(self) -> np.ndarray:
        """The rows of the next batch."""
        return self._batches()[self.index]

    def advance(self) -> None:
        """Go on to the batch after it, into the next epoch after the last one."""
        self.index += 1
        if self.index >= len(self._batches()):
            self.epoch, self.index, self._plan = self.epoch + 1, 0, None

    def _batches(self) -> list[np.ndarray]:
        if self._plan is None:
            self._plan = checked_plan(self.data, self.epoch)
        return self._plan


def checked_plan(data: TrainingData, epoch: int) -> list[np.ndarray]:
    """Return the plan of an epoch, or raise a DataError where there is nothing to learn from."""
    plan = data.plan(epoch)
    if not plan:
        raise DataError("there is nothing to train on: no batch in the training data")
    return plan


def count_steps(data: TrainingData, *, epochs: int, limit: int | None) -> int:
    """Return the number of steps in the first `epochs` epochs, or `limit` where that is less."""
    steps = 0
    for epoch in range(epochs):
        steps += len(checked_plan(data, epoch))
        if limit is not None and steps >= limit:
            return limit
    return steps
