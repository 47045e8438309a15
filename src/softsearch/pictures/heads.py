"""Attention by layer and head: a small map for each head, layers below each other, heads side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from softsearch.pictures import style

_CELL, _LARGEST, _SMALLEST = 0.17, 3.4, 0.8  # of a token, and of a map; in inches, as all lengths here
_GAP, _PAD, _HEAD = 0.12, 0.15, 0.32
_NAMED_FROM = 0.1  # cells must be as large for their tokens to be named


def head_grid(across: Sequence[str], down: Sequence[str], weights: np.ndarray, *, title: str) -> Figure:
    """Draw where each head of each layer looks.

    Parameters
    ----------
    across, down
        The tokens that are looked at, and those from which, drawn as :func:`~softsearch.pictures.style.labels` says.
        Too many to be named are not.
    weights
        Shape (layers, heads, tokens down, tokens across); the colours span 0 to 1 in all maps. The first layer is at
        the top.
    title
        One line above all.

    Raises
    ------
    ValueError
        There is nothing to draw, or the weights have another shape.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 4 or weights.size == 0 or weights.shape[2:] != (len(down), len(across)):
        raise ValueError(
            f"weights of shape {weights.shape} for {len(down)} by {len(across)} tokens of layers and heads"
        )
    num_layers, num_heads = weights.shape[:2]
    most = max(len(across), len(down))
    cell = float(np.clip(_CELL, _SMALLEST / most, _LARGEST / most))
    points = min(style.FONT_POINTS - 2, cell * style.POINTS_PER_INCH * 0.75) if cell >= _NAMED_FROM else 0.0
    names = [style.labels(tokens) if points else [] for tokens in (across, down)]
    above, left = (0.08 + max((style.width_inches(name, points) for name in side), default=0.0) for side in names)
    map_width, map_height = cell * len(across), cell * len(down)
    left += _PAD + 0.3
    above += _HEAD + 0.3
    width = max(left + num_heads * (map_width + _GAP) + _PAD, 2 * _PAD + style.width_inches(title, style.FONT_POINTS))
    height = above + num_layers * (map_height + _GAP) + _PAD
    figure = Figure(figsize=(width, height), facecolor="white")
    figure.text(
        _PAD / width, 1 - _PAD / height, title, va="top", size=style.FONT_POINTS, color=style.INK, parse_math=False
    )
    for layer in range(num_layers):
        low = height - above - (layer + 1) * map_height - layer * _GAP
        _name(figure, _PAD, low + map_height / 2, f"layer {layer + 1}", rotation=90)
        for head in range(num_heads):
            start = left + head * (map_width + _GAP)
            if layer == 0:
                _name(figure, start + map_width / 2, height - _HEAD - 0.12, f"head {head + 1}")
            axes = figure.add_axes((start / width, low / height, map_width / width, map_height / height))
            axes.imshow(weights[layer, head], cmap=style.WEIGHTS, vmin=0.0, vmax=1.0, aspect="auto")
            _label(axes, names[0] if layer == 0 else [], names[1] if head == 0 else [], points)
    return figure


def _name(figure: Figure, left: float, low: float, text: str, rotation: float = 0) -> None:
    width, height = figure.get_size_inches()
    figure.text(
        left / width, low / height, text, ha="center", va="center", rotation=rotation, size=style.FONT_POINTS - 2,
        color=style.FAINT,
    )  # fmt: skip


def _label(axes: Axes, across: Sequence[str], down: Sequence[str], points: float) -> None:
    axes.tick_params(length=0, labelcolor=style.INK)
    for spine in axes.spines.values():
        spine.set_edgecolor(style.HAIRLINE)
    axes.xaxis.tick_top()
    upright = max((len(name) for name in across), default=1) > 1
    axes.set_xticks(range(len(across)), across, rotation=90 if upright else 0, size=points, parse_math=False)
    axes.set_yticks(range(len(down)), down, size=points, parse_math=False)
