"""Where a captioner looked: an image for each word, bright where it looked (Xu et al. 2015, figures 3 and 5).

    seen = (1 - a) image + b,        a = D - (D - G) w,        b = 255 G w

w is how much a place was looked at, 1 where most; D says how dark a place is that was not looked at, G how much light
falls on one that was. Light is needed because on a dark ground one could not see otherwise where attention lies.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from softsearch.pictures import style

_DARK, _GLOW = 0.75, 0.3  # D and G
_COLUMNS = 6
_EDGE, _LARGE_EDGE = 1.3, 3.2  # inches, as all lengths here: of a word's image, and of one that stands alone
_TALLEST = 1.6  # a panel's height, of its width
_PAD, _LINE = 0.12, 0.22
_WIDEST = _COLUMNS * (_EDGE + _PAD)
_LEAST_POINTS = 7.0  # a longer word is drawn smaller, and then its cell is wider
_NOTHING = "(nothing)"


class _Layout(NamedTuple):
    """Where the panels of a sheet are: a title's lines above all, in each cell a word above its panel."""

    columns: int
    rows: int
    cell: float
    edge: float
    panel_height: float
    above: float
    title: tuple[str, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure; a title without a space to break it at makes it wider."""
        longest = max((style.width_inches(line, style.FONT_POINTS + 1) for line in self.title), default=0.0)
        width = max(self.columns * (self.cell + _PAD), longest + _PAD) + _PAD
        return width, self.top + self.rows * (self.above + self.panel_height + _PAD) + _PAD

    @property
    def top(self) -> float:
        """How far below the figure's edge the first cell begins."""
        return _PAD + _LINE * len(self.title)

    def panel(self, number: int) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of a panel as shares of the figure."""
        (width, height), (row, column) = self.size, divmod(number, self.columns)
        left = _PAD + column * (self.cell + _PAD) + (self.cell - self.edge) / 2
        below = self.top + (row + 1) * (self.above + self.panel_height + _PAD) - _PAD
        return left / width, 1 - below / height, self.edge / width, self.panel_height / height


def overlay_sheet(
    image: np.ndarray, words: Sequence[str], weights: np.ndarray | None, *, title: str | None = None
) -> Figure:
    """Draw an image, and once more for each word of its caption: bright where its attention lies, dark elsewhere.

    Parameters
    ----------
    image
        Height, width, 1 or 3 colours, from 0 to 255.
    words
        Those of the caption, drawn as :func:`~softsearch.pictures.style.labels` says.
    weights
        Shape (words, rows, columns), from 0 to 1, of places that divide the image evenly. Where a word looked most is
        fully bright, so that one that looked everywhere alike leaves the image bright. None, of a network without
        attention: the image is drawn once, with the caption.
    title
        What stands above all, in as many lines as it takes.

    Raises
    ------
    ValueError
        The image has another shape, or the weights have.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
        raise ValueError(f"an image of shape {image.shape}, not of height, width and 1 or 3 colours")
    image = np.broadcast_to(image, (*image.shape[:2], 3))
    if weights is None:
        return _alone(image, words, title)
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 3 or len(weights) != len(words) or 0 in weights.shape[1:]:
        raise ValueError(f"weights of shape {weights.shape} for {len(words)} words")
    lit = [_lit(image, each) for each in weights]
    return _sheet([image, *lit], ["", *style.labels(words)], title)


def veil(weights: np.ndarray) -> str:
    """Return what lies over an image in the sheet of :func:`overlay_sheet`, as a ``data:`` address of a small PNG.

    Whoever shows it stretches it over the image, smoothly: it has a pixel for each place that is looked at.

    Parameters
    ----------
    weights
        Shape (rows, columns), from 0 to 1.
    """
    opacity, light = _shade(_of_most(np.asarray(weights, dtype=float)))
    grey_and_opacity = np.stack([light / opacity, 255 * opacity], axis=-1).round().astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey_and_opacity).save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _of_most(weights: np.ndarray) -> np.ndarray:
    return np.asarray(weights / (float(weights.max()) or 1.0))


def _shade(looked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each place what is taken of the image, as a share, and what light is added, from 0 to 255."""
    return _DARK - (_DARK - _GLOW) * looked, 255 * _GLOW * looked


def _lit(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the image, bright where the weights are, which are stretched over it smoothly."""
    height, width, _ = image.shape
    small = Image.fromarray(weights.astype(np.float32))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
    opacity, light = _shade(_of_most(smooth.clip(min=0.0)))
    return np.asarray((image * (1 - opacity)[..., None] + light[..., None]).round().astype(np.uint8))


def _alone(image: np.ndarray, words: Sequence[str], title: str | None) -> Figure:
    """Draw the image once, larger, below the title and the caption."""
    caption = _in_lines(" ".join(style.labels(words)) or _NOTHING, _LARGE_EDGE)
    above = _in_lines(title or "", _LARGE_EDGE)
    return _drawn(_Layout(1, 1, _LARGE_EDGE, *_panel(image, _LARGE_EDGE), _PAD, above + caption), [image], [""])


def _sheet(images: Sequence[np.ndarray], names: Sequence[str], title: str | None) -> Figure:
    widest = max(style.width_inches(name, _LEAST_POINTS) for name in names)
    edge, height = _panel(images[0], _EDGE)
    cell = max(edge, widest)
    columns = min(len(images), _COLUMNS, max(1, int(_WIDEST / (cell + _PAD))))
    lines = _in_lines(title or "", max(_LARGE_EDGE, columns * (cell + _PAD)))
    return _drawn(_Layout(columns, -(-len(images) // columns), cell, edge, height, _LINE, lines), images, names)


def _panel(image: np.ndarray, edge: float) -> tuple[float, float]:
    """Return width and height of an image's panel; of a very tall one the width is less, of a flat one the height."""
    ratio = image.shape[0] / image.shape[1]
    return edge * min(1.0, _TALLEST / ratio), edge * min(_TALLEST, ratio)


def _drawn(layout: _Layout, images: Sequence[np.ndarray], names: Sequence[str]) -> Figure:
    figure = Figure(figsize=layout.size, facecolor="white")
    _, height = layout.size
    for number, line in enumerate(layout.title):
        place = (_PAD / layout.size[0], 1 - (_PAD + _LINE * number) / height)
        figure.text(*place, line, va="top", size=style.FONT_POINTS + 1, color=style.INK, parse_math=False)
    for number, (image, name) in enumerate(zip(images, names, strict=True)):
        axes = figure.add_axes(layout.panel(number))
        axes.imshow(image, aspect="auto")
        fitting = layout.cell / (style.width_inches(name, style.FONT_POINTS) or layout.cell)
        points = style.FONT_POINTS * min(1.0, fitting)
        axes.set_title(name, size=points, color=style.INK, pad=4, parse_math=False)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_edgecolor(style.HAIRLINE)
    return figure


def _in_lines(text: str, width: float) -> tuple[str, ...]:
    """Break a text between its words into lines of that width; a word that is wider has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and style.width_inches(longer, style.FONT_POINTS + 1) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)
