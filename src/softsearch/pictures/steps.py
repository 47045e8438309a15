"""What happens step by step: rows of numbers over time, below each other; and a memory while it is used, as a film."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image, ImageDraw

from softsearch.pictures import style

_CELL, _LEAST, _MOST = 0.16, 0.35, 2.6  # of a number, and of a row of panels; in inches, as all lengths here
_LEFT, _RIGHT, _GAP, _HEAD, _LEADING, _FOOT = 1.5, 0.2, 0.14, 0.42, 0.2, 0.45
_LINE = 64  # characters
_WIDEST = 12.0
_PIXELS = 8  # of a cell of the film
_MARGIN = 18


def step_sheet(panels: Mapping[str, np.ndarray], *, title: str) -> Figure:
    """Draw numbers from 0 to 1 over the steps of one sequence.

    Parameters
    ----------
    panels
        For each name, shape (steps, numbers), as many steps in each; a number that is not finite is drawn grey.
    title
        Above all, in as many lines as it needs.

    Raises
    ------
    ValueError
        There is nothing to draw, or the numbers of steps differ.
    """
    steps = {len(each) for each in panels.values()}
    if len(steps) != 1 or min(steps) == 0 or any(each.ndim != 2 or each.shape[1] == 0 for each in panels.values()):
        raise ValueError(f"panels of shapes {[each.shape for each in panels.values()]}")
    (length,) = steps
    across = min(_CELL * length, _WIDEST)
    heights = [float(np.clip(_CELL * each.shape[1], _LEAST, _MOST)) for each in panels.values()]
    lines = textwrap.wrap(title, _LINE)
    named = _RIGHT + max(style.width_inches(each, style.FONT_POINTS + 1) for each in lines)
    width = max(_LEFT + across + _RIGHT, named)
    head = _HEAD + _LEADING * (len(lines) - 1)
    height = head + sum(heights) + _GAP * (len(heights) - 1) + _FOOT
    figure = Figure(figsize=(width, height), facecolor="white")
    for place, line in enumerate(lines):
        x, y = 0.15 / width, 1 - (0.12 + _LEADING * place) / height
        figure.text(x, y, line, va="top", size=style.FONT_POINTS + 1, color=style.INK, parse_math=False)
    top = height - head
    for place, ((name, numbers), tall) in enumerate(zip(panels.items(), heights, strict=True)):
        axes = figure.add_axes((_LEFT / width, (top - tall) / height, across / width, tall / height))
        axes.imshow(
            numbers.T, cmap=style.WEIGHTS, vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest", origin="upper"
        )
        axes.set_yticks([])
        axes.tick_params(length=0, labelcolor=style.INK, labelsize=style.FONT_POINTS - 2)
        for spine in axes.spines.values():
            spine.set_edgecolor(style.HAIRLINE)
        axes.set_ylabel(
            name, rotation=0, ha="right", va="center", size=style.FONT_POINTS - 1, color=style.INK, parse_math=False
        )
        if place < len(panels) - 1:
            axes.set_xticks([])
        else:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlabel("step", size=style.FONT_POINTS - 1, color=style.FAINT)
        top -= tall + _GAP
    return figure


def save_film(
    out: Path,
    memory: np.ndarray,
    heads: Mapping[str, np.ndarray],
    *,
    seconds: float = 0.25,
    captions: Sequence[str],
) -> None:
    """Write an animated GIF: the memory at each step, and beside it where each head is.

    Parameters
    ----------
    memory
        Shape (steps, locations, numbers), any range: from the least to the greatest it is white to blue.
    heads
        For each name, shape (steps, locations), from 0 to 1.
    seconds
        Between two steps.
    captions
        A line for each step.
    """
    least, most = float(memory.min()), float(memory.max())
    scaled = (memory - least) / ((most - least) or 1.0)
    columns = [scaled, *(each[:, :, None] for each in heads.values())]
    gap = np.full((*memory.shape[:2], 1), np.nan)
    picture = np.concatenate([part for column in columns for part in (column, gap)][:-1], axis=2)
    frames = [_frame(each, caption) for each, caption in zip(picture, captions, strict=True)]
    first, *others = frames
    first.save(out, format="GIF", save_all=True, append_images=others, duration=int(1000 * seconds), loop=0)


def _frame(numbers: np.ndarray, caption: str) -> Image.Image:
    colours = (255 * style.WEIGHTS(np.ma.masked_invalid(numbers))[:, :, :3]).astype(np.uint8)
    colours[np.isnan(numbers)] = 255
    shown = Image.fromarray(colours).resize(
        (_PIXELS * numbers.shape[1], _PIXELS * numbers.shape[0]), Image.Resampling.NEAREST
    )
    frame = Image.new("RGB", (shown.width, shown.height + _MARGIN), "white")
    frame.paste(shown, (0, _MARGIN))
    ImageDraw.Draw(frame).text((4, 3), caption, fill=style.INK)
    return frame.convert("P", palette=Image.Palette.ADAPTIVE)
