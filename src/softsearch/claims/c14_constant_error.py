"""C14: with its gates held at remember, an LSTM passes the gradient of its cell on unchanged.

The lecture's exercise: f(t+1) = 1, i(t+1) = 0 and o(t) = 0 give dL/dc(t) = dL/dc(t+1). Gates of our own LSTM cell are
held by biases at which a sigmoid is 0 or 1 exactly, in float64, with random weights elsewhere; the loss reads every
visible state and the last cell. Its gradient by each cell is taken by automatic differentiation.

Control: as soon as o(t) is not 0, the loss reads the cell at t too, and the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.nn.cells import make_cell
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS, INPUT, HIDDEN = 30, 3, 4
SHUT = -1e3  # a sigmoid of it is 0, and of its opposite 1, in float64

CLAIM = Claim(
    id="C14",
    statement=STATEMENTS["C14"],
    source="Lecture on recurrent networks; Hochreiter and Schmidhuber (1997), the constant error carousel",
    seeds=(1, 2, 3),
    expected={"changed_by_with_o_at_0": "0", "changed_by_with_o_at_a_half": "more than 0"},
)


def measure(seed: int) -> dict[str, float]:
    """Return by how much the gradient changes from one cell to the one before it, at most."""
    found = {}
    for name, output in (("0", SHUT), ("a_half", 0.0)):
        gradients = by_cell(seed, output)
        found[f"changed_by_with_o_at_{name}"] = float((gradients[1:] - gradients[:-1]).abs().max())
    return found


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where nothing changes with o at 0, to the last bit, and something does without."""
    kept = figures["changed_by_with_o_at_0"].mean == 0
    return "holds" if kept and figures["changed_by_with_o_at_a_half"].mean > 0 else "fails"


def picture(seed: int) -> Figure:
    """Draw the length of the gradient by the cell at each step."""
    series = {
        name: list(enumerate(by_cell(seed, output).norm(dim=1).tolist(), start=1))
        for name, output in (("o = 0", SHUT), ("o = 1/2", 0.0))
    }
    return curves(series, ylabel="|dL/dc(t)|", xlabel="t")


def by_cell(seed: int, output: float) -> Float[Tensor, "length hidden"]:
    """Return dL/dc(t) for each step; the forget gate is held at 1, the input gate at 0, the output gate by its bias."""
    torch.manual_seed(seed)
    cell = make_cell("lstm", input=INPUT, hidden=HIDDEN).double()
    gates = cell.input(torch.randn(STEPS, 1, INPUT, dtype=torch.float64))
    held = torch.zeros(4, HIDDEN, dtype=torch.float64)  # gates come in the order i, f, g, o
    held[0], held[1], held[3] = SHUT, -SHUT, output
    state = (torch.zeros(1, HIDDEN, dtype=torch.float64), torch.randn(1, HIDDEN, dtype=torch.float64))
    cells, loss = [], torch.zeros((), dtype=torch.float64)
    for step in gates:
        state = cell(step + held.flatten(), state)
        cells.append(state[1])
        loss = loss + (torch.randn(HIDDEN, dtype=torch.float64) * state[0]).sum()
    loss = loss + state[1].square().sum()
    return torch.cat(torch.autograd.grad(loss, cells))
