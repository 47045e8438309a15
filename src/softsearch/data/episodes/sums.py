"""Problems that one recurrent unit can solve: the two that lectures set by hand, to be learnt from examples.

===========  ==========================================================================
sum          a number at each step: to be written is the sum of all so far
comparison   two numbers at each step: to be written is whether those of the first kind
             come to more than those of the second so far
===========  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from softsearch.data.episodes.episodes import Episodes, Sizes, episodes


@dataclass(frozen=True)
class Sum:
    """Numbers of mean 0 and deviation 1, and their sum so far. Sizes: "length"."""

    inputs: int = 1
    outputs: int = 1

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return sizes["length"]

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return 1

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        inputs = random.standard_normal((batch, sizes["length"], 1))
        return episodes(inputs, inputs.cumsum(axis=1), np.ones(sizes["length"], dtype=bool))


@dataclass(frozen=True)
class Comparison:
    """Pairs of numbers, and whether the first have come to more than the second. Sizes: "length"."""

    inputs: int = 2
    outputs: int = 1

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return sizes["length"]

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return 1

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        inputs = random.standard_normal((batch, sizes["length"], 2))
        totals = inputs.cumsum(axis=1)
        return episodes(inputs, totals[:, :, :1] > totals[:, :, 1:], np.ones(sizes["length"], dtype=bool))
