"""C15: clipping gradients by norm keeps training from blowing up, at the price of a bias.

Only if |g| > eta, g becomes eta g / |g|. A plain recurrent net of 32 units, whose recurrent weights have a norm of 1.5,
learns to compare sums over 60 steps by gradient descent, once as it is and once with gradients cut to a length of 1;
the same first weights, the same batches. A training has blown up where its loss, on average over the last tenth, is
more than twice what guessing costs, or no number. The bias is measured at the first weights: the mean of 1,000 clipped
gradients against the mean of the same gradients as they are, by angle and by length.

Control: a limit that no gradient reaches changes nothing, and has no bias.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_recurrent import batches, gradient, move, network
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LENGTH, GAIN, UPDATES, RATE, LIMIT, DRAWN = 60, 1.5, 400, 0.1, 1.0, 1_000
GUESSING = math.log(2)  # nats

CLAIM = Claim(
    id="C15",
    statement=STATEMENTS["C15"],
    source="Lecture on recurrent networks; Pascanu, Mikolov and Bengio (2013)",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "blown_up_as_it_is": "1",
        "blown_up_when_clipped": "0",
        "degrees_between_the_means": "more than 0",
        "length_of_the_clipped_mean": "less than 1",
        "degrees_with_a_limit_never_reached": "0",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return whether either training blew up, and the bias of clipping."""
    drawn = gradients(seed)
    degrees, length = bias(drawn, LIMIT)
    losses = {limit: trained(seed, limit) for limit in (math.inf, LIMIT)}
    return {
        "blown_up_as_it_is": float(blown_up(losses[math.inf])),
        "blown_up_when_clipped": float(blown_up(losses[LIMIT])),
        "share_that_is_clipped": float((drawn.norm(dim=1) > LIMIT).float().mean()),
        "degrees_between_the_means": degrees,
        "length_of_the_clipped_mean": length,
        "degrees_with_a_limit_never_reached": bias(drawn, 2 * float(drawn.norm(dim=1).max()))[0],
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where most trainings blow up, none does when clipped, and clipping has a bias."""
    mean = {name: each.mean for name, each in figures.items()}
    kept = mean["blown_up_as_it_is"] > 0.5 and mean["blown_up_when_clipped"] == 0
    biased = mean["degrees_between_the_means"] > 1 and mean["degrees_with_a_limit_never_reached"] == 0
    return "holds" if kept and biased else "fails"


def picture(seed: int) -> Figure:
    """Draw the loss of both trainings, at most 10 nats."""
    series = {
        name: [(step, min(loss, 10.0)) for step, loss in enumerate(trained(seed, limit))]
        for name, limit in (("as it is", math.inf), ("clipped", LIMIT))
    }
    return curves(series, ylabel="loss, nats")


def clipped(gradient: Float[Tensor, " features"], limit: float) -> Float[Tensor, " features"]:
    """Return a gradient that is no longer than the limit."""
    length = float(gradient.norm())
    return gradient if length <= limit else limit / length * gradient


def trained(seed: int, limit: float) -> list[float]:
    """Return the loss of each batch; a training ends where its loss is no number."""
    model, losses = network(seed, gain=GAIN), []
    for batch in itertools.islice(batches(seed, length=LENGTH), UPDATES):
        loss, found = gradient(model, batch)
        losses.append(loss)
        if not math.isfinite(loss) or not bool(found.isfinite().all()):
            return [*losses, math.inf]
        move(model, -RATE * clipped(found, limit))
    return losses


def blown_up(losses: list[float]) -> bool:
    """Return whether the last tenth of a training is worse than twice what guessing costs."""
    last = losses[-max(1, UPDATES // 10) :]
    return not math.isfinite(losses[-1]) or sum(last) / len(last) > 2 * GUESSING


def gradients(seed: int) -> Float[Tensor, "rows features"]:
    """Return the gradients of many batches at the first weights."""
    model = network(seed, gain=GAIN)
    return torch.stack([gradient(model, batch)[1] for batch in itertools.islice(batches(seed, length=LENGTH), DRAWN)])


def bias(drawn: Float[Tensor, "rows features"], limit: float) -> tuple[float, float]:
    """Return the angle between the means of clipped gradients and of gradients, and the ratio of their lengths."""
    plain = drawn.double().mean(dim=0)
    cut = torch.stack([clipped(each, limit) for each in drawn.double()]).mean(dim=0)
    cosine = float((plain @ cut) / (plain.norm() * cut.norm()))
    degrees = math.degrees(math.acos(min(1.0, cosine)))
    return (0.0 if degrees < 1e-4 else degrees), float(cut.norm() / plain.norm())
