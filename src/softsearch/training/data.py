"""What training asks of its data: a plan of batches for each epoch, and the batches that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np


class TrainingData(Protocol):
    """What the loop reads: a plan per epoch, a pure function of its number, and the batches that it names.

    `unit` is what the `num_items` of a batch count: "tokens", "images"; `typical_epoch` is the first whose steps take
    as long as those of most.
    """

    unit: str
    typical_epoch: int

    def __len__(self) -> int:
        """Return how many items there are to learn from, such as pairs."""

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch of an epoch (counted from 0), in the order of training."""

    def batch(self, rows: np.ndarray) -> Any:
        """Read one batch, which has `num_items` and `.to(device)`."""

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return how many positions each row takes in a batch, unpadded."""

    def describe(self, rows: np.ndarray) -> list[str]:
        """Say where the rows come from: "train.tsv:17"."""


@runtime_checkable
class PacedData(TrainingData, Protocol):
    """Training data that become harder as the network learns.

    `pace` is how far they have come, as JSON can say it; a training that goes on is given it back. `last_pace` is how
    far they come at most.
    """

    pace: dict[str, Any]

    @property
    def last_pace(self) -> dict[str, Any]:
        """The pace at which they are as hard as they ever get."""

    def learnt(self, scores: Mapping[str, float]) -> str | None:
        """Take in the scores of a validation; return a sentence for the user where something changes from here on."""
