"""A share by two kinds of difficulty, as a table in colours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from softsearch.pictures import style

_CELL, _LEFT, _ABOVE, _FOOT = 0.62, 0.75, 0.45, 0.55  # inches
_DARK = 0.5  # from here on the figures are white


def level_map(shares: np.ndarray, lengths: Sequence[int], nestings: Sequence[int], *, title: str) -> Figure:
    """Draw shares by length, across, and nesting, down; a level that is not known is grey.

    Parameters
    ----------
    shares
        Shape (nestings, lengths), from 0 to 1.
    title
        One line above all.

    Raises
    ------
    ValueError
        There is nothing to draw, or the shares have another shape.
    """
    shares = np.asarray(shares, dtype=float)
    if shares.size == 0 or shares.shape != (len(nestings), len(lengths)):
        raise ValueError(f"shares of shape {shares.shape} for {len(nestings)} by {len(lengths)} levels")
    across, down = _CELL * len(lengths), _CELL * 0.7 * len(nestings)
    width = max(_LEFT + across + 0.2, 0.3 + style.width_inches(title, style.FONT_POINTS + 1))
    height = _ABOVE + down + _FOOT
    figure = Figure(figsize=(width, height), facecolor="white")
    figure.text(
        0.15 / width, 1 - 0.1 / height, title, va="top", size=style.FONT_POINTS + 1, color=style.INK, parse_math=False
    )
    axes = figure.add_axes((_LEFT / width, _FOOT / height, across / width, down / height))
    axes.imshow(shares, cmap=style.WEIGHTS, vmin=0.0, vmax=1.0, aspect="auto")
    for row, column in np.ndindex(shares.shape):
        if np.isfinite(share := shares[row, column]):
            colour = "white" if share > _DARK else style.INK
            axes.text(
                column, row, f"{100 * share:.0f} %", ha="center", va="center", size=style.FONT_POINTS - 2, color=colour
            )
    style.quiet_axes(axes)
    axes.set_xticks(range(len(lengths)), [str(each) for each in lengths])
    axes.set_yticks(range(len(nestings)), [str(each) for each in nestings])
    axes.set_xlabel("length", size=style.FONT_POINTS - 1, color=style.FAINT)
    axes.set_ylabel("nesting", size=style.FONT_POINTS - 1, color=style.FAINT)
    return figure
