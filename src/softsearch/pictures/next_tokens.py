"""Strips of what a language model expects: below each token of a text, the likeliest ones in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from softsearch.pictures import style

_WIDEST = 10.0  # inches, as all lengths here
_ROW, _GAP, _PAD, _SIDE, _HEAD = 0.21, 0.22, 0.15, 0.75, 0.4
_NARROWEST, _MARGIN = 0.27, 0.1
_POINTS, _SMALL = 8.5, 6.5
_DARK = 0.5  # probabilities from which on the ground is too dark for ink


class Expected(NamedTuple):
    """A token, and what a model expected in its place: the token's probability and rank, and the likeliest ones."""

    token: str
    probability: float
    rank: int
    likeliest: Sequence[tuple[str, float]]


def next_token_strips(places: Sequence[Expected], *, title: str) -> Figure:
    """Draw a text in strips; each token stands on what was likely in its place, the likeliest one first.

    The darker a token's ground, the likelier it was; the right one is outlined where it is among them. Below are the
    right one's probability, in per cent, and its rank.

    Raises
    ------
    ValueError
        There is no text, or the places have different numbers of likeliest tokens.
    """
    if not places or len({len(place.likeliest) for place in places}) != 1:
        raise ValueError(f"{len(places)} places of a text, of different numbers of likeliest tokens or none")
    num_rows = len(places[0].likeliest) + 3
    widths = [_width(place) for place in places]
    strips = list(_cut(widths))
    width = 2 * _PAD + _SIDE + max(sum(widths[strip.start : strip.stop]) for strip in strips)
    width = max(width, 2 * _PAD + style.width_inches(title, style.FONT_POINTS))
    height = _HEAD + len(strips) * (num_rows * _ROW + _GAP) + _PAD
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))  # data are inches from the top left
    axes.axis("off")
    axes.text(_PAD, _PAD, title, size=style.FONT_POINTS, color=style.INK, va="top", parse_math=False)
    for number, strip in enumerate(strips):
        top = _HEAD + number * (num_rows * _ROW + _GAP)
        _name_rows(axes, top, num_rows)
        left = _PAD + _SIDE
        for place, own in zip(places[strip.start : strip.stop], widths[strip.start : strip.stop], strict=True):
            _draw(axes, place, left=left, top=top, width=own)
            left += own
    return figure


def _width(place: Expected) -> float:
    """Return the width of a column; ten characters of it are enough for each token to be told."""
    sizes = [(place.token, 1.15 * _POINTS), *((token, _POINTS) for token, _ in place.likeliest)]  # the first is bold
    return max(_NARROWEST, _MARGIN + max(style.width_inches(_shown(token), points) for token, points in sizes))


def _shown(token: str) -> str:
    text = style.drawable(token)
    return text if len(text) <= 10 else text[:9] + "…"


def _cut(widths: Sequence[float]) -> Iterator[range]:
    """Yield the columns of each strip."""
    begin, filled = 0, 0.0
    for column, width in enumerate(widths):
        if filled + width > _WIDEST and column > begin:
            yield range(begin, column)
            begin, filled = column, 0.0
        filled += width
    yield range(begin, len(widths))


def _name_rows(axes: Axes, top: float, num_rows: int) -> None:
    for row, name in ((0, "text"), (1, "expected"), (num_rows - 2, "per cent"), (num_rows - 1, "rank")):
        where = _PAD, top + (row + 0.5) * _ROW
        axes.text(*where, name, size=_SMALL + 0.5, color=style.FAINT, va="center_baseline")


def _draw(axes: Axes, place: Expected, *, left: float, top: float, width: float) -> None:
    """Draw a column: the token, what was expected, and how likely the token was."""
    figures = (_per_cent(place.probability), f"{place.rank:,}")
    tokens = [(place.token, None), *place.likeliest, *((text, None) for text in figures)]
    for row, (token, probability) in enumerate(tokens):
        low = top + row * _ROW
        if probability is not None:
            ground = Rectangle(
                (left, low), width, _ROW, facecolor=style.WEIGHTS(probability), edgecolor="white", lw=0.8
            )
            axes.add_patch(ground)
        is_figure = row > len(place.likeliest)
        axes.text(
            left + width / 2, low + _ROW / 2, _shown(token), size=_SMALL if is_figure else _POINTS, ha="center",
            va="center_baseline", parse_math=False, weight="bold" if row == 0 else "normal",
            color=style.FAINT if is_figure else "white" if (probability or 0) > _DARK else style.INK,
        )  # fmt: skip
    if place.rank <= len(place.likeliest):
        corner = left + 0.012, top + place.rank * _ROW + 0.012
        right = Rectangle(corner, width - 0.024, _ROW - 0.024, fill=False, edgecolor=style.ACCENT, lw=1.3)
        axes.add_patch(right)


def _per_cent(probability: float) -> str:
    return f"{100 * probability:.0f}" if probability >= 0.01 else f"{100 * probability:.1f}"
