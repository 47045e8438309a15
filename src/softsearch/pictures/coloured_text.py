"""Text on the colours of numbers, one for each token (Karpathy et al. 2015, "Visualizing and understanding ...")."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure

from softsearch.pictures import style

# As in the paper, -1 is red and 1 is blue; neither so dark that ink could not be read on it.
SIGNED = LinearSegmentedColormap.from_list("signed", ["#e2604f", "#f6c9c1", "#ffffff", "#bcd8ea", "#4d97c8"])

_COLUMNS, _MOST_ROWS = 100, 300
_POINTS = 8.5
_CELL_WIDTH, _CELL_HEIGHT = 0.602 * _POINTS / style.POINTS_PER_INCH, 0.165  # inches, as all lengths here
_PAD, _HEAD, _BAR = 0.15, 0.42, (1.4, 0.1)
_WHITE_SPACE = {"\n": "↵", "\t": "⇥"}


class _Cell(NamedTuple):
    row: int
    column: int
    text: str
    value: float
    token: int


def colour(value: float) -> str:
    """Return the colour of a number from -1 to 1, as ``#rrggbb``."""
    return to_hex(SIGNED((value + 1) / 2))


def coloured_text(tokens: Sequence[str], values: Sequence[float], *, title: str) -> Figure:
    """Draw a text with each token on the colour of its value, white space in its place.

    Parameters
    ----------
    tokens
        The parts of the text; line feeds among them begin a new line, and so does a line that is too long.
    values
        One for each token, from -1 (red) to 1 (blue).
    title
        One line above the text.

    Returns
    -------
    Figure
        Of at most 300 lines; what does not fit is counted below.

    Raises
    ------
    ValueError
        There is no text, or not one value for each token.
    """
    if len(tokens) != len(values) or not any(tokens):
        raise ValueError(f"{len(values)} values for {len(tokens)} tokens of a text")
    cells = list(_laid_out(tokens, values))
    drawn = [cell for cell in cells if cell.row < _MOST_ROWS]
    left_out = cells[-1].token - drawn[-1].token
    figure, axes = _canvas(num_rows=drawn[-1].row + 1, title=title)
    ground = np.full((drawn[-1].row + 1, _COLUMNS), np.nan)
    for cell in drawn:
        ground[cell.row, cell.column] = cell.value
    axes.imshow(np.ma.masked_invalid(ground), cmap=SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    for cell in drawn:
        if cell.text.strip():
            _write(axes, cell)
    if left_out:
        more = f"… {left_out:,} more tokens"
        figure.text(_PAD / figure.get_figwidth(), 0.05 / figure.get_figheight(), more, size=_POINTS, color=style.FAINT)
    return figure


def _laid_out(tokens: Sequence[str], values: Sequence[float]) -> Iterator[_Cell]:
    """Yield a cell for each column that a character takes; those of a wide one after the first are blank."""
    row, column = 0, 0
    for number, (token, value) in enumerate(zip(tokens, values, strict=True)):
        for character, marks in _with_marks(token):
            shown = _WHITE_SPACE.get(character) or style.drawable(character)
            parts = list(shown) if len(shown) > 1 else [shown + marks, ""][: 1 + _is_wide(character)]
            for part in parts:
                if column == _COLUMNS:
                    row, column = row + 1, 0
                yield _Cell(row, column, part, value, number)
                column += 1
            if character == "\n":
                row, column = row + 1, 0


def _with_marks(token: str) -> Iterator[tuple[str, str]]:
    """Yield each character with the accents that stand on it."""
    begun = 0
    for end in range(1, len(token) + 1):
        if end == len(token) or not unicodedata.combining(token[end]):
            yield token[begun], token[begun + 1 : end]
            begun = end


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _write(axes: Axes, cell: _Cell) -> None:
    is_mark = cell.text in _WHITE_SPACE.values()
    axes.text(
        cell.column, cell.row, cell.text, size=_POINTS, color=style.INK, alpha=0.4 if is_mark else 1.0,
        family="monospace", ha="center", va="center_baseline", parse_math=False, clip_on=False,
    )  # fmt: skip


def _canvas(*, num_rows: int, title: str) -> tuple[Figure, Axes]:
    width = 2 * _PAD + _COLUMNS * _CELL_WIDTH
    height = _HEAD + num_rows * _CELL_HEIGHT + 2 * _PAD
    figure = Figure(figsize=(width, height), facecolor="white")
    size = _COLUMNS * _CELL_WIDTH / width, num_rows * _CELL_HEIGHT / height
    axes = figure.add_axes((_PAD / width, 2 * _PAD / height, *size))
    axes.axis("off")
    top = 1 - _PAD / height
    figure.text(_PAD / width, top, title, va="top", size=style.FONT_POINTS, color=style.INK, parse_math=False)
    left, low = width - _PAD - _BAR[0] - 0.12, height - _PAD - _BAR[1]
    bar = figure.add_axes((left / width, low / height, _BAR[0] / width, _BAR[1] / height))
    bar.imshow(np.linspace(-1, 1, 64)[None], cmap=SIGNED, aspect="auto", extent=(-1, 1, 0, 1))
    style.quiet_axes(bar)
    bar.set_yticks([])
    bar.set_xticks([-1, 0, 1], ["-1", "0", "1"])
    bar.tick_params(labelsize=style.FONT_POINTS - 3, labelcolor=style.FAINT, pad=1)
    return figure, axes
