"""The picture of soft alignment: which source words each target word looked at (Bahdanau et al. 2015, figure 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from softsearch.pictures import style

_WIDEST = 8.0  # a map whose tokens fit in this many inches can be read in a page
_PAD = 0.12  # inches, as all lengths here
_BAR_WIDTH, _BAR_HEIGHT, _BAR_LABELS = 0.12, 1.4, 0.45


def attention_map(
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
    weights: np.ndarray,
    *,
    gold: Iterable[tuple[int, int]] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw attention as a heat map, the source along the top, the target down the side.

    Parameters
    ----------
    source_tokens, target_tokens
        Words or pieces, drawn as :func:`~softsearch.pictures.style.labels` says.
    weights
        Shape (target tokens, source tokens), from 0 to 1; the colours always span 0 to 1, so that maps compare.
    gold
        Links (source token, target token), counted from 0, drawn as outlined boxes.
    title
        One line above the map.

    Returns
    -------
    Figure
        As large as its tokens need: about 2 inches for 3 of them, 14 for 60.

    Raises
    ------
    ValueError
        A side has no token, the weights have another shape, or a gold link lies outside.
    """
    weights = np.asarray(weights, dtype=float)
    shape = (len(target_tokens), len(source_tokens))
    if 0 in shape or weights.shape != shape:
        raise ValueError(f"weights of shape {weights.shape} for {shape[0]} target and {shape[1]} source tokens")
    across, down = style.labels(source_tokens), style.labels(target_tokens)
    figure, axes, bar = _canvas(across, down, title=title, with_note=gold is not None)
    image = axes.imshow(np.ma.masked_invalid(weights), cmap=style.WEIGHTS, vmin=0.0, vmax=1.0, aspect="auto")
    _draw_legend(figure, bar, image)
    if gold is not None:
        _outline(axes, gold, shape)
    return figure


def _canvas(across: list[str], down: list[str], *, title: str | None, with_note: bool) -> tuple[Figure, Axes, Axes]:
    """Lay out the figure in inches from the widths of its words, so that nothing is cut off whatever they are."""
    cell = float(np.clip(_WIDEST / max(len(across), len(down)), 0.2, 0.38))
    points = min(style.FONT_POINTS, cell * style.POINTS_PER_INCH * 0.6)
    widest = max(style.width_inches(token, points) for token in across)
    upright = widest > 0.9 * cell
    left = _PAD * 2 + max(style.width_inches(token, points) for token in down)
    above = _PAD * 2 + (widest if upright else points / style.POINTS_PER_INCH) + (0.32 if title else 0.0)
    below = 0.34 if with_note else _PAD
    map_width, map_height = cell * len(across), cell * len(down)
    bar_height = min(_BAR_HEIGHT, max(map_height, 0.9))
    title_width = 2 * _PAD + style.width_inches(title or "", style.FONT_POINTS + 1)
    width = max(left + map_width + 2 * _PAD + _BAR_WIDTH + _BAR_LABELS, title_width)
    height = above + max(map_height, bar_height) + below

    figure = Figure(figsize=(width, height), facecolor="white")
    top = height - above
    axes = figure.add_axes((left / width, (top - map_height) / height, map_width / width, map_height / height))
    bar_left = left + map_width + 2 * _PAD
    bar = figure.add_axes((bar_left / width, (top - bar_height) / height, _BAR_WIDTH / width, bar_height / height))
    if title:
        figure.text(
            _PAD / width,
            1 - _PAD / height,
            title,
            va="top",
            size=style.FONT_POINTS + 1,
            color=style.INK,
            parse_math=False,
        )
    _label(axes, across, down, points=points, upright=upright)
    return figure, axes, bar


def _label(axes: Axes, across: list[str], down: list[str], *, points: float, upright: bool) -> None:
    style.quiet_axes(axes)
    axes.patch.set(edgecolor=style.HAIRLINE, linewidth=1.2)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(across)), across, size=points, parse_math=False)
    of_characters = sum(len(each) == 1 for each in across) > len(across) / 2
    for label, each in zip(axes.get_xticklabels(), across, strict=True):
        label.set_rotation(90 if upright and not (of_characters and len(each) == 1) else 0)
    axes.set_yticks(range(len(down)), down, size=points, parse_math=False)
    axes.set_xticks(np.arange(len(across) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(down) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=style.HAIRLINE, linewidth=0.6)
    axes.tick_params(which="both", length=0)


def _draw_legend(figure: Figure, bar: Axes, image: AxesImage) -> None:
    legend = figure.colorbar(image, cax=bar, ticks=[0.0, 0.5, 1.0])
    legend.outline.set_edgecolor(style.HAIRLINE)
    bar.set_title("weight", loc="left", size=style.FONT_POINTS - 2, color=style.FAINT, pad=8)
    bar.tick_params(length=0, labelsize=style.FONT_POINTS - 2, labelcolor=style.FAINT)


def _outline(axes: Axes, gold: Iterable[tuple[int, int]], shape: tuple[int, int]) -> None:
    for source, target in gold:
        if not (0 <= source < shape[1] and 0 <= target < shape[0]):
            raise ValueError(f"gold link {source}-{target} for {shape[1]} source and {shape[0]} target tokens")
        box = Rectangle((source - 0.42, target - 0.42), 0.84, 0.84, fill=False, edgecolor=style.ACCENT, linewidth=1.6)
        axes.add_patch(box)
    axes.annotate(
        "□ gold link", (0, 0), (0, -5), xycoords="axes fraction", textcoords="offset points", va="top",
        size=style.FONT_POINTS - 1, color=style.ACCENT, annotation_clip=False,
    )  # fmt: skip
