"""C37: small residual branches keep derivatives stable; forward signals are squashed, backward ones are linear.

Three parts, all in float64. Blocks y = x + s tanh(W x), one on top of the other: the largest and the smallest singular
value of the whole's derivative, with branches made small and large (s is 0.03 or 1), and without the skip. Then a plain
recurrent net: twice the gradient that comes in gives twice the gradient that comes out, exactly, while twice the first
state does not give twice the last one. And the recurrent net of one unit, h_t = tanh(w h_t-1 + x_t), whose derivative
is w^(T-1) times the product of the slopes of its tanh.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.inspection.gradients import through_time
from softsearch.metrics.repeats import Figures
from softsearch.nn.cells import RNNCell
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLOCKS, WIDTH, STEPS = 50, 16, 50
SMALL, LARGE = 0.03, 1.0
EXACT = 1e-12

CLAIM = Claim(
    id="C37",
    statement=STATEMENTS["C37"],
    source="Lectures on residual networks and on recurrent networks",
    seeds=(1, 2, 3),
    expected={
        "largest_with_small_branches": "near 1",
        "smallest_with_small_branches": "near 1",
        "largest_with_large_branches": "far from 1",
        "largest_without_skips": "far from 1",
        "backward_off_from_linear": "0",
        "forward_off_from_linear": "more than 0",
        "scalar_off_from_its_formula": "0",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return the figures of one seed."""
    small, large, plain = (singular_values(seed, scale, skip=skip) for scale, skip in _KINDS.values())
    backward, forward = off_from_linear(seed)
    return {
        "largest_with_small_branches": float(small.max()),
        "smallest_with_small_branches": float(small.min()),
        "largest_with_large_branches": float(large.max()),
        "largest_without_skips": float(plain.max()),
        "backward_off_from_linear": backward,
        "forward_off_from_linear": forward,
        "scalar_off_from_its_formula": scalar_off(seed),
    }


_KINDS = {
    "small branches": (SMALL, True),
    "large branches": (LARGE, True),
    "no skips": (LARGE, False),
}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where small branches keep all within a factor of 5, the others do not, and the exact parts are."""
    mean = {name: each.mean for name, each in figures.items()}
    stable = 1 / 5 < mean["smallest_with_small_branches"] <= mean["largest_with_small_branches"] < 5
    others = all(not 1 / 5 < mean[name] < 5 for name in ("largest_with_large_branches", "largest_without_skips"))
    linear = mean["backward_off_from_linear"] == 0 and mean["forward_off_from_linear"] > 0
    return "holds" if stable and others and linear and mean["scalar_off_from_its_formula"] < EXACT else "fails"


def picture(seed: int) -> Figure:
    """Draw the largest singular value of the derivative over more and more blocks, as a power of ten."""
    series = {
        name: [
            (blocks, float(singular_values(seed, scale, skip=skip, blocks=blocks).max().log10()))
            for blocks in range(5, BLOCKS + 1, 5)
        ]
        for name, (scale, skip) in _KINDS.items()
    }
    return curves(series, ylabel="largest singular value, log10", xlabel="blocks")


def singular_values(seed: int, scale: float, *, skip: bool, blocks: int = BLOCKS) -> Float[Tensor, " features"]:
    """Return the singular values of the derivative of blocks on top of each other, at a random input."""
    torch.manual_seed(seed)
    weights = torch.randn(blocks, WIDTH, WIDTH, dtype=torch.float64) / WIDTH**0.5

    def network(inputs: Tensor) -> Tensor:
        for weight in weights:
            branch = scale * torch.tanh(weight @ inputs)
            inputs = inputs + branch if skip else branch
        return inputs

    inputs = torch.randn(WIDTH, dtype=torch.float64)
    found = torch.autograd.functional.jacobian(network, inputs, vectorize=True)
    return torch.linalg.svdvals(found)


def off_from_linear(seed: int) -> tuple[float, float]:
    """Return how far the backward pass, and the forward pass, of a recurrent net are from doubling what is doubled."""
    torch.manual_seed(seed)
    cell = RNNCell(input=WIDTH, hidden=WIDTH).double()
    gates = cell.input(torch.randn(STEPS, 1, WIDTH, dtype=torch.float64))
    start = torch.randn(1, WIDTH, dtype=torch.float64, requires_grad=True)

    def last(state: Tensor) -> Tensor:
        for step in gates:
            (state,) = cell(step, (state,))
        return state

    outputs, incoming = last(start), torch.randn(1, WIDTH, dtype=torch.float64)
    (once,) = torch.autograd.grad(outputs, start, incoming, retain_graph=True)
    (twice,) = torch.autograd.grad(outputs, start, 2 * incoming)
    return float((twice - 2 * once).abs().max()), float((last(2 * start) - 2 * outputs).detach().abs().max())


def scalar_off(seed: int) -> float:
    """Return how far dh_T/dh_1 of the net of one unit is from w^(T-1) times the slopes, as a share."""
    torch.manual_seed(seed)
    cell = RNNCell(input=1, hidden=1).double()
    torch.nn.init.constant_(cell.recurrent.weight, 1.2)
    gates = cell.input(0.1 * torch.randn(STEPS, 1, 1, dtype=torch.float64)).detach()
    state = (torch.zeros(1, 1, dtype=torch.float64),)
    found = through_time(cell, gates, state).jacobians[1, 0, 0]
    slopes = []
    for step in gates:
        state = tuple(each.detach() for each in cell(step, state))
        slopes.append(1 - float(state[0]) ** 2)
    expected = 1.2 ** (STEPS - 1) * float(torch.tensor(slopes[1:], dtype=torch.float64).prod())
    return abs(float(found) / expected - 1)
