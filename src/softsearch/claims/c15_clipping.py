"""C15: clipping gradients by norm keeps training from blowing up, at the price of a bias.

Only if |g| > eta, g becomes eta g / |g|. Recurrent nets of 32 units learn by gradient descent, once as it is and once
with gradients cut to a length of 1; the same first weights, the same batches of 60 steps:

    linear       sums numbers and squashes nothing: errors have no bound, nor have the powers of its weights
    squashing    sums numbers, too; its states lie between -1 and 1
    comparing    squashes and writes a logit for which of two sums is larger: the gradient of its loss has a bound there

A training has blown up where its loss, on average over the last tenth, is more than twice what it was over the first
five batches, or no number. The bias is measured at the first weights of the squashing net: the mean of 1,000 clipped
gradients against the mean of the same gradients as they are, by angle and by length.

Control: a limit that no gradient reaches changes nothing, and has no bias.

The comparing net alone was what this claim was first to be measured on; nothing blew up there, clipped or not, and so
the verdict rests on the linear net.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_recurrent import COMPARING, SUMMING, Problem, batches, gradient, move, network
from softsearch.inspection.clipping import bias, clipped
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LENGTH, UPDATES, LIMIT, DRAWN = 60, 400, 1.0, 1_000


class Setting(NamedTuple):
    """A net, what it learns, and how fast."""

    problem: Problem
    cell: Literal["rnn", "linear"]
    rate: float


SETTINGS = {
    "linear": Setting(SUMMING, "linear", 0.01),
    "squashing": Setting(SUMMING, "rnn", 0.1),
    "comparing": Setting(COMPARING, "rnn", 0.1),
}

CLAIM = Claim(
    id="C15",
    statement=STATEMENTS["C15"],
    source="Lecture on recurrent networks; Pascanu, Mikolov and Bengio (2013)",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "linear_blown_up": "1",
        "linear_blown_up_when_clipped": "0",
        "degrees_between_the_means": "more than 0",
        "length_of_the_clipped_mean": "less than 1",
        "degrees_with_a_limit_never_reached": "0",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return which trainings blew up, and the bias of clipping."""
    drawn = gradients(seed)
    cut = bias(drawn, LIMIT)
    found = {}
    for name, setting in SETTINGS.items():
        found[f"{name}_blown_up"] = float(blown_up(trained(setting, seed, math.inf)))
        found[f"{name}_blown_up_when_clipped"] = float(blown_up(trained(setting, seed, LIMIT)))
    return {
        **found,
        "share_that_is_clipped": cut.share,
        "degrees_between_the_means": cut.degrees,
        "length_of_the_clipped_mean": cut.length,
        "degrees_with_a_limit_never_reached": bias(drawn, 2 * float(drawn.norm(dim=1).max())).degrees,
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where most linear nets blow up, none of any does when clipped, and clipping has a bias."""
    mean = {name: each.mean for name, each in figures.items()}
    clipped_ones = [value for name, value in mean.items() if name.endswith("blown_up_when_clipped")]
    kept = mean["linear_blown_up"] > 0.5 and not any(clipped_ones)
    biased = mean["degrees_between_the_means"] > 1 and mean["degrees_with_a_limit_never_reached"] == 0
    return "holds" if kept and biased else "fails"


def picture(seed: int) -> Figure:
    """Draw the loss of the nets that sum, at most 100."""
    series = {
        name + how: [(step, min(loss, 100.0)) for step, loss in enumerate(trained(SETTINGS[name], seed, limit))]
        for name in ("linear", "squashing")
        for how, limit in ((", as it is", math.inf), (", clipped", LIMIT))
    }
    return curves(series, ylabel="half the squared error")


def trained(setting: Setting, seed: int, limit: float) -> list[float]:
    """Return the loss of each batch; a training ends where its loss, or its gradient, is no number."""
    problem = setting.problem
    model, losses = network(seed, problem=problem, cell=setting.cell), []
    for batch in itertools.islice(batches(problem, seed, length=LENGTH), UPDATES):
        loss, found = gradient(problem, model, batch)
        losses.append(loss)
        if not math.isfinite(loss) or not bool(found.isfinite().all()):
            return [*losses, math.inf]
        move(model, -setting.rate * clipped(found, limit))
    return losses


def blown_up(losses: list[float]) -> bool:
    """Return whether the last tenth of a training is more than twice as bad as its first five batches."""
    first, last = losses[:5], losses[-max(1, UPDATES // 10) :]
    return not math.isfinite(losses[-1]) or sum(last) / len(last) > 2 * sum(first) / len(first)


def gradients(seed: int) -> Float[Tensor, "rows features"]:
    """Return the gradients of many batches at the first weights."""
    model = network(seed, problem=SUMMING)
    drawn = itertools.islice(batches(SUMMING, seed, length=LENGTH), DRAWN)
    return torch.stack([gradient(SUMMING, model, batch)[1] for batch in drawn])
