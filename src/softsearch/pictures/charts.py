"""Charts of figures: over the training or another quantity, by the length of a sentence, with their intervals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from softsearch.pictures import style

_SIZE = (5.2, 3.1)  # inches
_PANEL = 2.4  # inches, of each of several charts
_STACKED = 3  # charts below one another; more stand in two columns
_HANDLE = 0.6  # inches beside a name in the legend
_LABEL = 12  # characters of a line under a thing
_DENSE = 60  # points from which on a curve is drawn without markers

Points = Sequence[tuple[float, float | None]]
Bucket = tuple[int, int, int, float, float, float]


def curves(
    series: Mapping[str, Points],
    *,
    ylabel: str,
    xlabel: str = "training step",
    title: str | None = None,
    doubling: bool = False,
) -> Figure:
    """Draw named curves over the training; a value that is None or not finite leaves a gap.

    Parameters
    ----------
    series
        For each name, points (step or time, value).
    ylabel, xlabel, title
        What the values are, with their unit, and over what; one line above the chart.
    doubling
        Places that are twice as far lie side by side: a logarithmic axis, with all of them named.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    figure, axes = _chart(series, ylabel=ylabel, title=title)
    _draw(axes, series, _looks(series), xlabel=xlabel)
    _number_places(axes, series, doubling=doubling)
    _name_series(figure)
    return figure


def curve_panels(
    panels: Mapping[str, Mapping[str, Points]], *, ylabel: str, xlabel: str, dashed: Collection[str] = ()
) -> Figure:
    """Draw several charts of :func:`curves`, each under its name; curves of one name look alike in all of them.

    Parameters
    ----------
    panels
        For each chart its named curves.
    ylabel, xlabel
        Of all charts.
    dashed
        Names of curves that are drawn dashed and grey.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    for series in panels.values():
        _refuse_nothing(series)
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    looks = _looks([name for name in names if name not in dashed]) | dict.fromkeys(dashed, (style.FAINT, "--"))
    columns = 1 if len(panels) <= _STACKED else 2
    rows = math.ceil(len(panels) / columns)
    figure = Figure(figsize=(columns * _SIZE[0], 0.7 + rows * _PANEL), facecolor="white", layout="constrained")
    for number, (title, series) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, columns, number)
        _dress(axes, ylabel="", title=title)
        _draw(axes, series, looks, xlabel=xlabel)
        _number_places(axes, series)
    figure.supylabel(ylabel, color=style.FAINT, size=style.FONT_POINTS - 1)
    _name_series(figure)
    return figure


def length_chart(series: Mapping[str, Sequence[Bucket]], *, ylabel: str = "BLEU", title: str | None = None) -> Figure:
    """Draw a score by source length, with its interval and the number of sentences under each range.

    Parameters
    ----------
    series
        For each name, buckets (low, high, count, value, lower end, upper end of the interval); lengths in words.
        The counts are written only where one series is drawn.
    ylabel, title
        What the values are; one line above the chart.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    figure, axes = _chart(series, ylabel=ylabel, title=title)
    places = sorted({(low, high) for buckets in series.values() for low, high, *_ in buckets})
    shifts = (np.arange(len(series)) - (len(series) - 1) / 2) * 0.12
    for colour, shift, (name, buckets) in zip(_colours(series), shifts, series.items(), strict=True):
        x = [places.index((low, high)) + shift for low, high, *_ in buckets]
        values, lows, highs = (np.array([bucket[column] for bucket in buckets]) for column in (3, 4, 5))
        # A percentile interval of very few sentences need not hold the value itself.
        errors = np.maximum([values - lows, highs - values], 0.0)
        axes.errorbar(
            x, values, errors, color=colour, label=name, linewidth=1.8, elinewidth=1.2, marker="o", markersize=5
        )
    axes.set_xticks(range(len(places)), _ranges(places, series), parse_math=False)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.set_ylim(0, 1.06 * max(bucket[5] for buckets in series.values() for bucket in buckets) or 1.0)
    axes.set_xlabel("words in the source sentence", color=style.FAINT, size=style.FONT_POINTS - 1)
    _name_series(figure)
    return figure


def interval_chart(
    series: Mapping[str, Mapping[str, tuple[float, float, float]]], *, ylabel: str, title: str | None = None
) -> Figure:
    """Draw values with their intervals, side by side for each of several things, beside a line at zero.

    Parameters
    ----------
    series
        For each name, of each thing (value, lower end, upper end of the interval); the things are those of the first.
    ylabel, title
        What the values are, with their unit; one line above the chart.

    Raises
    ------
    ValueError
        There is nothing to draw.
    """
    figure, axes = _chart(series, ylabel=ylabel, title=title)
    things = list(next(iter(series.values())))
    shifts = (np.arange(len(series)) - (len(series) - 1) / 2) * 0.2
    axes.axhline(0.0, color=style.FAINT, linewidth=1.0)
    for colour, shift, (name, found) in zip(_colours(series), shifts, series.items(), strict=True):
        values, lows, highs = np.array([found[thing] for thing in things], dtype=float).T
        axes.errorbar(
            np.arange(len(things)) + shift, values, [values - lows, highs - values], color=colour, label=name,
            linestyle="none", elinewidth=1.4, marker="o", markersize=5,
        )  # fmt: skip
    labels = [textwrap.fill(style.drawable(thing), _LABEL) for thing in things]
    axes.set_xticks(range(len(things)), labels, parse_math=False)
    axes.set_xlim(-0.5, len(things) - 0.5)
    _name_series(figure)
    return figure


def _ranges(places: list[tuple[int, int]], series: Mapping[str, Sequence[Bucket]]) -> list[str]:
    labels = [f"{low}–{high}" for low, high in places]
    if len(series) > 1:
        return labels
    (buckets,) = series.values()
    counts = {(low, high): count for low, high, count, *_ in buckets}
    return [f"{label}\nn = {counts[place]:,}" for label, place in zip(labels, places, strict=True)]


def _draw(axes: Axes, series: Mapping[str, Points], looks: Mapping[str, tuple[str, str]], *, xlabel: str) -> None:
    for name, points in series.items():
        steps, values = np.array(points, dtype=float).T
        values = np.where(np.isfinite(values), values, np.nan)
        dense, (colour, line) = len(points) > _DENSE, looks[name]
        unmarked = dense or (line == "--" and len(points) > 1)  # markers would hide the dashes
        axes.plot(
            steps, values, color=colour, label=name, linewidth=1.2 if dense else 1.8, marker=None if unmarked else "o",
            markersize=3.5, zorder=2 if dense else 3, linestyle=line,
        )  # fmt: skip
    axes.set_xlabel(xlabel, color=style.FAINT, size=style.FONT_POINTS - 1, parse_math=False)


def _number_places(axes: Axes, series: Mapping[str, Points], *, doubling: bool = False) -> None:
    places = sorted({float(place) for points in series.values() for place, _ in points})
    if doubling:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(places))
    else:
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=all(map(float.is_integer, places))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:,.10g}"))


def _looks(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the colour of each curve, and how its line is drawn."""
    number = len(style.SERIES)
    return {name: (style.SERIES[place % number], "--" if place >= number else "-") for place, name in enumerate(names)}


def _chart(series: Mapping[str, Sized], *, ylabel: str, title: str | None) -> tuple[Figure, Axes]:
    _refuse_nothing(series)
    figure = Figure(figsize=_SIZE, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    _dress(axes, ylabel=ylabel, title=title)
    return figure, axes


def _refuse_nothing(series: Mapping[str, Sized]) -> None:
    empty = [name for name, points in series.items() if not points]
    if not series or empty:
        raise ValueError(f"nothing to draw: {', '.join(empty) or 'no series'}")


def _dress(axes: Axes, *, ylabel: str, title: str | None) -> None:
    style.quiet_axes(axes)
    axes.grid(axis="y", color=style.HAIRLINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_ylabel(ylabel, color=style.FAINT, size=style.FONT_POINTS - 1, parse_math=False)
    if title:
        axes.set_title(title, loc="left", size=style.FONT_POINTS + 1, color=style.INK, parse_math=False)


def _colours(series: Mapping[str, object]) -> list[str]:
    return [style.SERIES[number % len(style.SERIES)] for number in range(len(series))]


def _name_series(figure: Figure) -> None:
    found = [axes.get_legend_handles_labels() for axes in figure.axes]
    named = {name: handle for handles, names in found for handle, name in zip(handles, names, strict=True)}
    if len(named) == 1:
        return
    column = _HANDLE + max(style.width_inches(name, style.FONT_POINTS - 1) for name in named)
    columns = min(3, max(1, int(figure.get_figwidth() / column)))
    legend = figure.legend(
        named.values(), named.keys(), loc="outside upper left", ncols=columns, frameon=False,
        fontsize=style.FONT_POINTS - 1, labelcolor=style.INK,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)
