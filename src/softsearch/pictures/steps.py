"""What happens step by step: rows of numbers over time, below each other; and a memory while it is used, as a film."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageDraw, ImageFont

from softsearch.pictures import style

_CELL, _LEAST, _MOST = 0.16, 0.4, 2.6  # of a number, and of a row of panels; in inches, as all lengths here
_LEFT, _RIGHT, _GAP, _HEAD, _LEADING, _FOOT = 1.5, 0.2, 0.14, 0.42, 0.2, 0.45
_TICK = 0.4  # between numbers of steps, at least
_LINE = 64  # characters
_WIDEST = 12.0

_PIXELS, _TALL = 16, 640  # of a film: a location, and all of them, at most
_NUMBER, _NARROW, _BROAD = 8, 160, 640  # a number of the memory; all of them, at least and at most
_MARGIN, _LETTERS = 16, 15  # around each part of it, and its text


def step_sheet(panels: Mapping[str, np.ndarray], heads: Mapping[str, np.ndarray], *, title: str) -> Figure:
    """Draw numbers over the steps of one sequence, which are counted from 1; above 0 they are blue, below orange.

    Parameters
    ----------
    panels
        For each name, shape (steps, numbers), from -1 to 1; a number that is not finite is drawn grey.
    heads
        For each name, shape (steps, locations), from 0 to 1: where a head is. Locations are counted from 1, too.
    title
        Above all, in as many lines as it needs.

    Raises
    ------
    ValueError
        There is nothing to draw, or the numbers of steps differ.
    """
    drawn = {**panels, **heads}
    steps = {len(each) for each in drawn.values()}
    if len(steps) != 1 or min(steps) == 0 or any(each.ndim != 2 or each.shape[1] == 0 for each in drawn.values()):
        raise ValueError(f"panels of shapes {[each.shape for each in drawn.values()]}")
    figure, sheet = _sheet([each.shape for each in drawn.values()], textwrap.wrap(title, _LINE))
    for axes, (name, numbers) in zip(sheet, drawn.items(), strict=True):
        _draw(axes, f"{name}\nlocation" if name in heads else name, numbers)
        if name in heads:
            axes.set_yticks(sorted({1, numbers.shape[1]}))
    _number_steps(sheet[-1], *steps)
    return figure


def _sheet(shapes: Sequence[tuple[int, ...]], lines: Sequence[str]) -> tuple[Figure, list[Axes]]:
    """Return axes below one another for numbers of these shapes, and lines above them."""
    across = min(_CELL * shapes[0][0], _WIDEST)
    heights = [float(np.clip(_CELL * rows, _LEAST, _MOST)) for _, rows in shapes]
    named = _RIGHT + max(style.width_inches(each, style.FONT_POINTS + 1) for each in lines)
    width = max(_LEFT + across + _RIGHT, named)
    top = sum(heights) + _GAP * (len(heights) - 1) + _FOOT
    height = top + _HEAD + _LEADING * (len(lines) - 1)
    figure = Figure(figsize=(width, height), facecolor="white")
    for place, line in enumerate(lines):
        x, y = 0.15 / width, 1 - (0.12 + _LEADING * place) / height
        figure.text(x, y, line, va="top", size=style.FONT_POINTS + 1, color=style.INK, parse_math=False)
    sheet = []
    for tall in heights:
        sheet.append(figure.add_axes((_LEFT / width, (top - tall) / height, across / width, tall / height)))
        top -= tall + _GAP
    return figure, sheet


def _number_steps(axes: Axes, steps: int) -> None:
    room = max(1, int(min(_CELL * steps, _WIDEST) / _TICK))
    found = MaxNLocator(room, steps=[1, 2, 5, 10], integer=True).tick_values(1, steps)
    axes.set_xticks([step for step in found if 1 <= step <= steps])
    axes.set_xlabel("step", size=style.FONT_POINTS - 1, color=style.FAINT)


def _draw(axes: Axes, name: str, numbers: np.ndarray) -> None:
    length, rows = numbers.shape
    axes.imshow(
        numbers.T, cmap=style.NUMBERS, vmin=-1.0, vmax=1.0, aspect="auto", interpolation="nearest",
        extent=(0.5, length + 0.5, rows + 0.5, 0.5),
    )  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0, labelcolor=style.INK, labelsize=style.FONT_POINTS - 2)
    for spine in axes.spines.values():
        spine.set_edgecolor(style.HAIRLINE)
    axes.set_ylabel(
        name, rotation=0, ha="right", va="center", size=style.FONT_POINTS - 1, color=style.INK, parse_math=False
    )


def save_film(
    out: Path,
    memory: np.ndarray,
    heads: Mapping[str, np.ndarray],
    *,
    seconds: float = 0.25,
    captions: Sequence[str],
) -> None:
    """Write an animated GIF: the memory at each step, and beside it where each head is, each under its name.

    Parameters
    ----------
    memory
        Shape (steps, locations, numbers), any range: 0 is white, the greatest blue or, below 0, orange.
    heads
        For each name, shape (steps, locations), from 0 to 1.
    seconds
        Between two steps.
    captions
        A line for each step.
    """
    most = float(np.abs(memory).max()) or 1.0
    columns = {"memory": memory / most, **{name: each[:, :, None] for name, each in heads.items()}}
    frames = [
        _frame({name: each[step] for name, each in columns.items()}, caption) for step, caption in enumerate(captions)
    ]
    first, *others = frames
    first.save(out, format="GIF", save_all=True, append_images=others, duration=int(1000 * seconds), loop=0)


def _frame(columns: Mapping[str, np.ndarray], caption: str) -> Image.Image:
    font = ImageFont.load_default(_LETTERS)
    widths = {name: int(np.ceil(font.getlength(name))) for name in columns}
    widths["memory"] = int(np.clip(_NUMBER * columns["memory"].shape[1], _NARROW, _BROAD))
    locations, head = len(columns["memory"]), 2 * (_LETTERS + _MARGIN // 2) + _MARGIN
    tall = locations * max(1, min(_PIXELS, _TALL // locations))
    frame = Image.new("RGB", (sum(widths.values()) + _MARGIN * (len(widths) + 1), head + tall + _MARGIN), "white")
    pen, left = ImageDraw.Draw(frame), _MARGIN
    pen.text((left, _MARGIN // 2), caption, fill=style.INK, font=font)
    for name, numbers in columns.items():
        pen.text((left, head - _MARGIN // 2), name, fill=style.INK, font=font, anchor="ls")
        colours = (255 * style.NUMBERS((numbers + 1) / 2)[:, :, :3]).astype(np.uint8)
        shown = Image.fromarray(colours).resize((widths[name], tall), Image.Resampling.NEAREST)
        frame.paste(shown, (left, head))
        pen.rectangle((left - 1, head - 1, left + widths[name], head + tall), outline=style.HAIRLINE)
        left += widths[name] + _MARGIN
    return frame.convert("P", palette=Image.Palette.ADAPTIVE)
