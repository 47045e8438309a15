"""Small images in rows, each row with its name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from softsearch.pictures import style

_CELL = 0.8  # inches


def contact_sheet(names: Sequence[str], rows: Sequence[Sequence[np.ndarray]], *, columns: Sequence[str]) -> Figure:
    """Draw images in rows.

    Parameters
    ----------
    names
        Of the rows.
    rows
        Images of height, width and 1 or 3 colours, from 0 to 255; as many in each row.
    columns
        What stands above each column.

    Raises
    ------
    ValueError
        There is nothing to draw, or a row has another length.
    """
    if not rows or len(names) != len(rows) or any(len(row) != len(columns) for row in rows):
        raise ValueError(
            f"{len(names)} names, {len(columns)} columns, rows of {sorted({len(row) for row in rows})} images"
        )
    size = (_CELL * (len(columns) + 1.5), _CELL * (len(rows) + 0.4))
    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    grid = figure.subplots(len(rows), len(columns), squeeze=False)
    for axes, title in zip(grid[0], columns, strict=True):
        axes.set_title(title, size=style.FONT_POINTS - 1, color=style.FAINT, parse_math=False)
    for line, name, row in zip(grid, names, rows, strict=True):
        line[0].set_ylabel(
            name, rotation=0, ha="right", va="center", size=style.FONT_POINTS - 1, color=style.INK, parse_math=False
        )
        for axes, image in zip(line, row, strict=True):
            axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255)
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_edgecolor(style.HAIRLINE)
    return figure
