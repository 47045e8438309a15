"""How hard the programs are that a network learns from, while it learns (Zaremba and Sutskever 2014, section 5).

=========  =============================================================================================
baseline   always as hard as in the end
naive      first of length 1 and nesting 1; where the network no longer improves, length grows by 1; past
           the last length, nesting grows by 1, and length is 1 again
mix        length and nesting are drawn, each from 1 to the last
combined   each program by mix or by naive, with a coin
=========  =============================================================================================

A sampler is told the level that has been reached, which is all that it knows of the training: the level is kept with a
checkpoint, so that a training that goes on draws what it would have drawn.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

_LEARNT, _GAIN = 0.95, 0.01  # of the characters

Curriculum = Literal["baseline", "naive", "mix", "combined"]


class Level(NamedTuple):
    """How hard programs are: digits of a number, and operations."""

    length: int
    nesting: int


def levels(last: Level) -> list[Level]:
    """Return the levels of the naive curriculum, the last of which is as hard as in the end."""
    return [Level(length, nesting) for nesting in range(1, last.nesting + 1) for length in range(1, last.length + 1)]


def drawn_level(random: np.random.Generator, curriculum: Curriculum, *, last: Level, reached: int) -> Level:
    """Return how hard the next program is.

    Parameters
    ----------
    last
        How hard programs are in the end.
    reached
        The place among :func:`levels` that the naive curriculum has come to.
    """
    if curriculum == "combined":
        curriculum = "naive" if random.integers(2) else "mix"
    if curriculum == "mix":
        return Level(int(random.integers(1, last.length + 1)), int(random.integers(1, last.nesting + 1)))
    return last if curriculum == "baseline" else levels(last)[reached]


def has_stalled(accuracies: list[float]) -> bool:
    """Return whether a network has nothing more to learn of a level, from what it scored on it so far.

    It is enough to have come to 95 %, or not to have gained 1 % over the validation before.

    Parameters
    ----------
    accuracies
        Shares of characters that are right, validation by validation, since the level began.
    """
    if accuracies and accuracies[-1] >= _LEARNT:
        return True
    return len(accuracies) > 1 and accuracies[-1] < accuracies[-2] + _GAIN
