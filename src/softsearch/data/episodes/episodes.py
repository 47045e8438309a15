"""What a transducer reads and is to write: numbers at each step, and which steps count."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch

from softsearch.shapes import Bool, Float, Tensor

Sizes = Mapping[str, int]
"""How large an episode is: "length" of a sequence, number of "items"."""


@dataclass(frozen=True)
class Episodes:
    """Sequences of one length.

    Parameters
    ----------
    inputs
        What is read at each step.
    targets
        What is to be written.
    mask
        The steps at which it counts.
    """

    inputs: Float[Tensor, "batch length input"]
    targets: Float[Tensor, "batch length out"]
    mask: Bool[Tensor, "batch length"]

    @property
    def num_items(self) -> int:
        """How many sequences there are."""
        return len(self.inputs)

    def to(self, device: torch.device | str) -> Episodes:
        """Return the sequences on another device."""
        moved = {item.name: getattr(self, item.name).to(device) for item in dataclasses.fields(self)}
        return Episodes(**moved)

    def __getitem__(self, rows: np.ndarray) -> Episodes:
        """Return some of the sequences."""
        return Episodes(self.inputs[rows], self.targets[rows], self.mask[rows])


class Algorithm(Protocol):
    """Draws episodes of a problem."""

    @property
    def inputs(self) -> int:
        """How many numbers are read at each step."""
        ...

    @property
    def outputs(self) -> int:
        """How many are written."""
        ...

    def steps(self, sizes: Sizes) -> int:
        """Return how many steps an episode of that size has."""
        ...

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept to solve an episode of that size."""
        ...

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        ...


@runtime_checkable
class Uncertain(Protocol):
    """An algorithm whose answers nobody can be sure of."""

    def least_bits(self, episodes: Episodes) -> Float[np.ndarray, " batch"]:
        """Return what each episode costs the best of all guesses, in bits."""
        ...


def episodes(inputs: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> Episodes:
    """Return episodes; `mask` is one for all, over the steps."""
    counts = torch.from_numpy(mask).expand(len(inputs), -1)
    return Episodes(torch.from_numpy(inputs).float(), torch.from_numpy(targets).float(), counts)
