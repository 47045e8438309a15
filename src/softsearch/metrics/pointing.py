"""Does attention lie on the thing that is named? The share of a word's attention on the place of the thing it names.

The image is cut into as many cells as there are places; a thing's place is the cells that its box touches. Chance is
the share of the cells: what attention that is the same everywhere comes to. Where no box is known there is no score.
A kindred test, of the single largest weight, is the pointing game (Zhang et al. 2016, section 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from softsearch.metrics.score import Statistics
from softsearch.shapes import Bool, Float

_A_HAIR = 1e-9  # of a cell: a box that ends where a cell begins does not touch it


def cells_of(box: Sequence[float], shape: tuple[int, int]) -> Bool[np.ndarray, "rows columns"]:
    """Return which cells of a grid a box touches.

    Parameters
    ----------
    box
        Left, top, right and bottom, as shares of the image's edges.
    """
    left, top, right, bottom = box
    rows, columns = (np.arange(count) for count in shape)
    down = (rows < bottom * shape[0] - _A_HAIR) & (rows + 1 > top * shape[0] + _A_HAIR)
    across = (columns < right * shape[1] - _A_HAIR) & (columns + 1 > left * shape[1] + _A_HAIR)
    return down[:, None] & across


def pointed(weights: Float[np.ndarray, "rows columns"], box: Sequence[float]) -> tuple[float, float]:
    """Return the share of the weights that lies on a box, and the share of the cells: chance."""
    cells = cells_of(box, (weights.shape[0], weights.shape[1]))
    return float(weights[cells].sum() / weights.sum()), float(cells.mean())


def pointing_statistics(shares: Sequence[Sequence[float]]) -> Statistics:
    """Return the mean share over all words, 0 to 1, from those of each image; one without any does not count."""
    counts = np.array([(sum(own), len(own)) for own in shares if own], dtype=float)
    return Statistics(counts, lambda total: float(total[0] / total[1]), "pointing|cells:touched by the box")
