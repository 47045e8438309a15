"""C12: iterating a simple quadratic map leads to an attractor of period 4.

f(x) = 3.5 x (1 - x), from 1,000 starting points between 0 and 1. An orbit has period p where x and what it becomes
after p steps are the same to rounding, and no smaller p does it. An attractor attracts: the derivative of four steps,
f'(x1) f'(x2) f'(x3) f'(x4), lies between -1 and 1 on it.

Control: with 3.9 in place of 3.5 there is no such cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.shapes import Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C12",
    statement=STATEMENTS["C12"],
    source="Lecture on recurrent networks",
    seeds=(1,),
    expected={
        "period": "4",
        "share_that_gets_there": "1",
        "derivative_of_a_round": "between -1 and 1",
        "lowest_place": "0.3828",
        "highest_place": "0.8750",
        "share_with_3.9": "0",
    },
)

STEEP, CHAOTIC = 3.5, 3.9
_SETTLED, _MOST, _EQUAL = 20_000, 64, 1e-9


def measure(seed: int) -> dict[str, float]:
    """Return the period, the share of starting points that end in such a cycle, and how it attracts."""
    starts = np.random.default_rng(seed).uniform(size=1_000)
    periods = period(settled(starts, STEEP), STEEP)
    usual = int(np.bincount(periods).argmax())
    cycle = orbit(settled(starts[:1], STEEP), STEEP, usual - 1)[:, 0]
    return {
        "period": float(usual),
        "share_that_gets_there": float((periods == usual).mean()),
        "derivative_of_a_round": float(np.prod(STEEP * (1 - 2 * cycle))),
        "lowest_place": float(cycle.min()),
        "highest_place": float(cycle.max()),
        "share_with_3.9": float((period(settled(starts, CHAOTIC), CHAOTIC) == usual).mean()),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where nearly all points end in a cycle of 4 that attracts, and none does in the control."""
    there = figures["period"].mean == 4 and figures["share_that_gets_there"].mean > 0.99
    attracts = abs(figures["derivative_of_a_round"].mean) < 1
    return "holds" if there and attracts and figures["share_with_3.9"].mean < 0.01 else "fails"


def picture(_seed: int) -> Figure:
    """Draw the map, applied one to six times."""
    places = np.linspace(0, 1, 401)
    series = {}
    values = places
    for times in range(1, 7):
        values = step(values, STEEP)
        series[f"{times} times"] = list(zip(places.tolist(), values.tolist(), strict=True))
    return curves(series, ylabel="f(f(…(x)))", xlabel="x")


def step(values: Float[np.ndarray, "*rows"], steep: float) -> Float[np.ndarray, "*rows"]:
    """Return the map, applied once."""
    return steep * values * (1 - values)


def settled(values: Float[np.ndarray, " rows"], steep: float) -> Float[np.ndarray, " rows"]:
    """Return where points are after many steps."""
    for _ in range(_SETTLED):
        values = step(values, steep)
    return values


def orbit(values: Float[np.ndarray, " rows"], steep: float, steps: int) -> Float[np.ndarray, "length rows"]:
    """Return points, and where they are after each of the next steps."""
    found = [values]
    for _ in range(steps):
        found.append(step(found[-1], steep))
    return np.stack(found)


def period(values: Float[np.ndarray, " rows"], steep: float) -> np.ndarray:
    """Return after how many steps each point is where it was; 0 where it is not within 64."""
    close = np.abs(orbit(values, steep, _MOST) - values) < _EQUAL
    close[0] = False
    return np.where(close.any(axis=0), close.argmax(axis=0), 0)
