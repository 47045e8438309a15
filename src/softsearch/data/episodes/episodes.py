"""What a transducer reads and is to write: numbers at each step, and which steps count."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import torch

from softsearch.data.batches import Batch
from softsearch.shapes import Bool, Float, Tensor

Sizes = Mapping[str, int]
"""How large an episode is: "length" of a sequence, number of "items"."""


@dataclass(frozen=True)
class Episodes(Batch):
    """Sequences of one length."""

    inputs: Float[Tensor, "batch length input"]  # what is read at each step
    targets: Float[Tensor, "batch length out"]  # what is to be written
    mask: Bool[Tensor, "batch length"]  # the steps at which it counts

    @property
    def num_items(self) -> int:
        """How many sequences there are."""
        return len(self.inputs)

    @classmethod
    def of_arrays(cls, inputs: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> Episodes:
        """Return episodes; `mask` is one for all, over the steps."""
        counts = torch.from_numpy(mask).expand(len(inputs), -1)
        return cls(torch.from_numpy(inputs).float(), torch.from_numpy(targets).float(), counts)

    def __getitem__(self, rows: np.ndarray) -> Episodes:
        """Return some of the sequences."""
        return Episodes(self.inputs[rows], self.targets[rows], self.mask[rows])


class Extent(NamedTuple):
    """How many steps an episode has, and how many vectors have to be kept to solve it."""

    steps: int
    vectors: int


@dataclass(frozen=True)
class Algorithm(ABC):
    """Draws episodes of a problem: vectors of `width` numbers, with channels of their own for marks.

    `beside` says how many such channels are beside a vector in what is read, and in what is written.
    """

    width: int
    beside: ClassVar[tuple[int, int]] = (0, 0)

    @property
    def inputs(self) -> int:
        """How many numbers are read at each step."""
        return self.width + self.beside[0]

    @property
    def outputs(self) -> int:
        """How many are written."""
        return self.width + self.beside[1]

    @abstractmethod
    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode of that size is, and how much is to be kept."""

    @abstractmethod
    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
