"""C9: in a linear recurrence of one unit, gradients grow or shrink as a power of the weight.

h_t = w h_t-1 + x_t, so that dh_T/dh_1 = w^(T-1). For 50 steps the lecture prints 117.4 for w = 1.1 and 0.00515 for
w = 0.9, and calls both w^(T-1): they are w^T, dh_50/dh_0. Measured with our own cell and automatic differentiation, in
float64.

Control: with w = 1 nothing grows or shrinks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.inspection.gradients import through_time
from softsearch.metrics.repeats import Figures
from softsearch.nn.cells import LinearCell
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 50
EXACT = 1e-12

CLAIM = Claim(
    id="C9",
    statement=STATEMENTS["C9"],
    source="Lecture on recurrent networks",
    seeds=(1,),
    expected={
        "from_0_with_1.1": "117.4 (printed as that from 1)",
        "from_0_with_0.9": "0.00515 (printed as that from 1)",
        "from_1_with_1.1": "1.1^49 = 106.72",
        "from_1_with_0.9": "0.9^49 = 0.00573",
        "from_0_with_1.0": "1",
        "off_from_the_powers": "0",
    },
)


def measure(_seed: int) -> dict[str, float]:
    """Return dh_50/dh_0 and dh_50/dh_1, and how far any dh_50/dh_t is from the power that it should be."""
    found: dict[str, float] = {}
    off = 0.0
    for weight in (1.1, 0.9, 1.0):
        derivatives = back(weight)
        found |= {f"from_{start}_with_{weight}": float(derivatives[start]) for start in (0, 1)}
        powers = weight ** torch.arange(STEPS, 0, -1, dtype=torch.float64)
        off = max(off, float((derivatives / powers - 1).abs().max()))
    return found | {"off_from_the_powers": off}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where all derivatives are the powers, and that of the control is 1."""
    is_power = figures["off_from_the_powers"].mean < EXACT
    return "holds" if is_power and abs(figures["from_0_with_1.0"].mean - 1) < EXACT else "fails"


def picture(_seed: int) -> Figure:
    """Draw the derivative of the last state by each earlier one."""
    series = {f"w = {weight}": list(enumerate(back(weight).tolist())) for weight in (1.1, 1.0, 0.9)}
    return curves(series, ylabel="dh(50)/dh(t)", xlabel="t")


def back(weight: float) -> Float[Tensor, " length"]:
    """Return dh_T/dh_t for each t from 0 on."""
    cell = LinearCell(input=1, hidden=1).double()
    torch.nn.init.constant_(cell.recurrent.weight, weight)
    inputs = torch.randn(STEPS, 1, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    return through_time(cell, cell.input(inputs).detach(), (torch.zeros(1, 1, dtype=torch.float64),)).jacobians[:, 0, 0]
