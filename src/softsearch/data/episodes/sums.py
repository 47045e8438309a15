"""Problems that one recurrent unit can solve: the two that lectures set by hand, to be learnt from examples.

===========  ==========================================================================
sum          a number at each step: to be written is the sum of all so far
comparison   two numbers at each step: to be written is whether those of the first kind
             come to more than those of the second so far
===========  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from softsearch.data.episodes.episodes import Algorithm, Episodes, Extent, Sizes


@dataclass(frozen=True)
class Sum(Algorithm):
    """Numbers of mean 0 and deviation 1, and their sum so far. Sizes: "length"."""

    width: int = field(default=1, init=False)

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and that one number is to be kept."""
        return Extent(steps=sizes["length"], vectors=1)

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        inputs = random.standard_normal((batch, sizes["length"], 1))
        return Episodes.of_arrays(inputs, inputs.cumsum(axis=1), np.ones(sizes["length"], dtype=bool))


class Comparison(Sum):
    """Pairs of numbers, and whether the first have come to more than the second. Sizes: "length"."""

    beside = (1, 0)

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        inputs = random.standard_normal((batch, sizes["length"], 2))
        totals = inputs.cumsum(axis=1)
        more = totals[:, :, :1] > totals[:, :, 1:]
        return Episodes.of_arrays(inputs, more, np.ones(sizes["length"], dtype=bool))
