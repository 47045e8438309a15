"""C10: the gradient over k time steps is bounded by a product of norms to the power k.

Pascanu et al. (2013): |dh_t/dh_t-k| <= (alpha beta)^k, with alpha >= |W_h| and beta >= |diag f'|. (The slides print
dh_t/dh_k for it, and W_h diag f' where diag f' W_h is meant.) A plain recurrent net of 32 units over 100 steps, as it
begins, with recurrent weights of norm 0.9, 1 and 1.5, and after it has been trained to compare sums: the spectral norm
of the derivative against the bound, with alpha the norm of W_h and beta the greatest slope of a tanh on the way. Powers
of ten; in float64.

Control: the bound is no empty one: with slopes of 1 (no squashing) and orthogonal weights the two are equal.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_recurrent import COMPARING, HIDDEN, batches, cell_of, gradient, move, network
from softsearch.inspection.gradients import through_time
from softsearch.metrics.repeats import Figures
from softsearch.models.transducer import Transducer
from softsearch.nn.cells import LinearCell
from softsearch.pictures.charts import curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS, UPDATES, RATE = 100, 300, 0.05
GAINS = (0.9, 1.0, 1.5)
CLOSE = 1e-9

CLAIM = Claim(
    id="C10",
    statement=STATEMENTS["C10"],
    source="Lecture on recurrent networks; Pascanu, Mikolov and Bengio (2013)",
    seeds=(1, 2, 3),
    expected={
        "most_over_the_bound": "at most 0",
        "norm_with_0.9": "at most the bound's",
        "bound_with_0.9": "at most 100 log10 0.9 = -4.6",
        "norm_with_1.5": "at most the bound's",
        "bound_with_1.5": "at most 100 log10 1.5 = 17.6",
        "linear_off_from_the_bound": "0",
    },
)


class Followed(NamedTuple):
    """The norms and the bounds of the derivatives over 1 .. 100 steps, as powers of ten."""

    norms: list[float]
    bounds: list[float]


def measure(seed: int) -> dict[str, float]:
    """Return norms and bounds over all steps, and how far any norm lies above its bound."""
    nets = {f"with_{gain}": network(seed, problem=COMPARING, gain=gain) for gain in GAINS}
    nets["when_trained"] = trained(nets["with_1.0"], seed)
    followed = {name: follow(model, seed) for name, model in nets.items()}
    found = {"most_over_the_bound": max(over(each) for each in followed.values())}
    for name, each in followed.items():
        found |= {f"norm_{name}": each.norms[-1], f"bound_{name}": each.bounds[-1]}
    return found | {"linear_off_from_the_bound": linear_off(seed)}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where no norm is above its bound, and the bound is reached where nothing is squashed."""
    bounded = figures["most_over_the_bound"].mean < CLOSE
    return "holds" if bounded and abs(figures["linear_off_from_the_bound"].mean) < CLOSE else "fails"


def picture(seed: int) -> Figure:
    """Draw norms and bounds over more and more steps."""
    series: dict[str, list[tuple[float, float]]] = {}
    for gain in (GAINS[0], GAINS[-1]):
        found = follow(network(seed, problem=COMPARING, gain=gain), seed)
        series |= {
            f"norm, |W| = {gain}": [*enumerate(found.norms, start=1)],
            f"bound, |W| = {gain}": [*enumerate(found.bounds, start=1)],
        }
    return curves(series, ylabel="log10", xlabel="k")


def follow(model: Transducer, seed: int) -> Followed:
    """Return what becomes of the gradient of a net on one sequence, going back from its last step."""
    cell = copy.deepcopy(cell_of(model)).double()
    inputs = next(batches(COMPARING, seed, length=STEPS)).inputs[0].double()
    gates = cell.input(inputs).detach().unsqueeze(1)
    state = (torch.zeros(1, HIDDEN, dtype=torch.float64),)
    norms = through_time(cell, gates, state).norms.log10().flip(0).tolist()
    slope = 0.0
    for step in gates:
        state = tuple(each.detach() for each in cell(step, state))
        slope = max(slope, float((1 - state[0].square()).max()))
    factor = math.log10(float(torch.linalg.matrix_norm(cell.recurrent.weight.detach(), ord=2)) * slope)
    return Followed(norms, [factor * steps for steps in range(1, STEPS + 1)])


def over(found: Followed) -> float:
    """Return by how much a norm lies above its bound, at most."""
    return max(norm - bound for norm, bound in zip(found.norms, found.bounds, strict=True))


def linear_off(seed: int) -> float:
    """Return how far norm and bound of a net that squashes nothing are from each other, at most."""
    torch.manual_seed(seed)
    cell = LinearCell(input=2, hidden=HIDDEN).double()
    with torch.no_grad():
        torch.nn.init.orthogonal_(cell.recurrent.weight, gain=1.1)  # anew: the first ones were drawn in float32
    gates = torch.randn(STEPS, 1, HIDDEN, dtype=torch.float64)
    found = through_time(cell, gates, (torch.zeros(1, HIDDEN, dtype=torch.float64),))
    bounds = math.log10(1.1) * torch.arange(STEPS, 0, -1, dtype=torch.float64)
    return float((found.norms.log10() - bounds).abs().max())


def trained(model: Transducer, seed: int) -> Transducer:
    """Return a copy of a net that has learnt to compare sums, with gradients of length 1 at most."""
    model = copy.deepcopy(model)
    for batch in itertools.islice(batches(COMPARING, seed, length=STEPS), UPDATES):
        _, found = gradient(COMPARING, model, batch)
        move(model, -RATE * found / max(1.0, float(found.norm())))
    return model
