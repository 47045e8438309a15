"""What a classifier takes for what, and whether its probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from softsearch.pictures import style

_MOST_NUMBERS = 25  # classes up to which each cell names its number
_MOST_NAMES = 60
_CELL, _MARGIN = 0.36, 1.6  # inches


def confusion_matrix(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Figure:
    """Draw how often each class, by row, is taken for each, by column; colours are shares of the row.

    Parameters
    ----------
    counts
        A row for each class.
    classes
        Their names.

    Raises
    ------
    ValueError
        There is no class, or the counts have another shape.
    """
    table, number = np.asarray(counts), len(classes)
    if not number or table.shape != (number, number):
        raise ValueError(f"a row and a column for each of {number} classes are needed, not {table.shape}")
    shares = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    edge = min(9.0, _MARGIN + _CELL * number)
    figure = Figure(figsize=(edge, edge), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap=style.WEIGHTS, vmin=0, vmax=1)
    size = style.FONT_POINTS - (1 if number <= _MOST_NUMBERS else 4)
    if number <= _MOST_NUMBERS:
        for row, column in np.argwhere(table):
            colour = "white" if shares[row, column] > 0.5 else style.INK
            axes.text(column, row, f"{table[row, column]}", ha="center", va="center", size=size - 1, color=colour)
    if number <= _MOST_NAMES:
        axes.set_xticks(range(number), classes, rotation=90, size=size, parse_math=False)
        axes.set_yticks(range(number), classes, size=size, parse_math=False)
    axes.set_xlabel("taken for", color=style.FAINT, size=style.FONT_POINTS - 1)
    axes.set_ylabel("class", color=style.FAINT, size=style.FONT_POINTS - 1)
    axes.tick_params(length=0)
    return figure


def reliability_chart(bins: Sequence[tuple[float, float, int]]) -> Figure:
    """Draw how often what is thought likely is right; on the diagonal, probabilities mean what they say.

    Parameters
    ----------
    bins
        The mean confidence, the share that is right, how many.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    if not bins:
        raise ValueError("there is nothing to draw")
    confidence, right, count = (np.array(each, dtype=float) for each in zip(*bins, strict=True))
    figure = Figure(figsize=(3.6, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=style.FAINT, linewidth=1, linestyle="--")
    area = 8 + 120 * count / count.max()
    axes.plot(confidence, right, color=style.SERIES[0], linewidth=1.2)
    axes.scatter(confidence, right, s=area, color=style.SERIES[0], alpha=0.8, zorder=3)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("confidence", color=style.FAINT, size=style.FONT_POINTS - 1)
    axes.set_ylabel("share that is right", color=style.FAINT, size=style.FONT_POINTS - 1)
    return figure
