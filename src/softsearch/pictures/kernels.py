"""The kernels of a layer, and what each makes of a picture."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from softsearch.pictures import style
from softsearch.pictures.coloured_text import SIGNED

_COLUMNS = 8
_CELL = 0.95  # inches
_MOST = 64


def kernel_sheet(picture: np.ndarray, kernels: np.ndarray, maps: np.ndarray) -> Figure:
    """Draw a picture, and below it each kernel with its map: blue where it answers, orange where it is contradicted.

    Parameters
    ----------
    picture
        Height, width, 1 or 3 colours, from 0 to 255.
    kernels
        For each map written: rows, columns, colours. Each is drawn from its least to its greatest weight.
    maps
        What each kernel makes of the picture, rows by columns.

    Raises
    ------
    ValueError
        There are not as many maps as kernels, or none.
    """
    if not len(kernels) or len(kernels) != len(maps):
        raise ValueError(f"{len(kernels)} kernels and {len(maps)} maps")
    kernels, maps = kernels[:_MOST], maps[:_MOST]
    columns = min(_COLUMNS, len(kernels))
    rows = math.ceil(len(kernels) / columns)
    figure = Figure(figsize=(_CELL * max(3, columns), _CELL * (2 * rows + 2)), layout="constrained", facecolor="white")
    grid = figure.add_gridspec(2 * rows + 2, max(3, columns))
    axes = figure.add_subplot(grid[:2, :2])
    axes.imshow(picture.squeeze(), cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()
    limit = float(np.abs(maps).max()) or 1.0
    for number, (kernel, found) in enumerate(zip(kernels, maps, strict=True)):
        row, column = divmod(number, columns)
        above = figure.add_subplot(grid[2 * row + 2, column])
        above.imshow(_spread(kernel).squeeze(), cmap="gray", vmin=0, vmax=1)
        below = figure.add_subplot(grid[2 * row + 3, column])
        below.imshow(found, cmap=SIGNED, vmin=-limit, vmax=limit)
        for each in (above, below):
            each.set_xticks([])
            each.set_yticks([])
            for spine in each.spines.values():
                spine.set_edgecolor(style.HAIRLINE)
    return figure


def _spread(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel's weights from 0 to 1: three colours as they are, of other numbers of maps the mean."""
    shown = kernel if kernel.shape[2] in (1, 3) else kernel.mean(axis=2, keepdims=True)
    low, high = float(shown.min()), float(shown.max())
    return np.asarray((shown - low) / ((high - low) or 1.0))
