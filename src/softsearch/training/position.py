"""Where a training stands in its data: which step of which epoch, without reading the batches before it."""

from __future__ import annotations

import numpy as np

from softsearch.errors import DataError
from softsearch.training.data import TrainingData


class Position:
    """The next step: number `index` of `epoch`. Epochs may differ in their number of steps.

    A step has `accumulate` batches; the last one of an epoch may have fewer.
    """

    def __init__(self, data: TrainingData, *, accumulate: int, epoch: int = 0, index: int = 0) -> None:
        self.data, self.accumulate, self.epoch, self.index = data, accumulate, epoch, index
        self._plan: list[list[np.ndarray]] | None = None

    @property
    def batches(self) -> list[np.ndarray]:
        """The rows of each batch of the next step."""
        return self._steps()[self.index]

    def advance(self) -> None:
        """Go on to the step after it, into the next epoch after the last one."""
        self.index += 1
        if self.index >= len(self._steps()):
            self.epoch, self.index, self._plan = self.epoch + 1, 0, None

    def _steps(self) -> list[list[np.ndarray]]:
        if self._plan is None:
            self._plan = plan_steps(self.data, self.epoch, accumulate=self.accumulate)
        return self._plan


def plan_steps(data: TrainingData, epoch: int, *, accumulate: int) -> list[list[np.ndarray]]:
    """Return the batches of each step of an epoch, or raise a DataError where there is nothing to learn from."""
    plan = data.plan(epoch)
    if not plan:
        raise DataError("there is nothing to train on: no batch in the training data")
    return [plan[start : start + accumulate] for start in range(0, len(plan), accumulate)]


def count_steps(data: TrainingData, *, epochs: int, accumulate: int, limit: int | None) -> int:
    """Return the number of steps in the first `epochs` epochs, or `limit` where that is less."""
    steps = 0
    for epoch in range(epochs):
        steps += len(plan_steps(data, epoch, accumulate=accumulate))
        if limit is not None and steps >= limit:
            return limit
    return steps
