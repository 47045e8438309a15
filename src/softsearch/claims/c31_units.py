"""C31: good convolution units are uncorrelated and vary much; after bad training many ignore their input.

The responses of the second stage of LeNet-5 to 500 test digits, each unit at each place, after training on 2,000 drawn
digits: as one should; with a learning rate a hundred times too high; and as one should, but from kernels that all start
alike. Counted are units whose response never changes (dead) and, among the others, the mean of the absolute
correlations of all pairs and the deviation of a unit over its mean.

The network before training stands beside them. That, the deviations and the errors are there to be read; the verdict
asks for dead units and correlations alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_nets import error, fit, images_of
from softsearch.metrics.repeats import Figures
from softsearch.models.classic_nets import LeNet
from softsearch.seeding import derive
from softsearch.shapes import Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C31",
    statement=STATEMENTS["C31"],
    source="Lectures on convolutional networks: what good and bad training look like in hidden units",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "dead_good": "near 0",
        "dead_rate_too_high": "many",
        "correlation_good": "low",
        "correlation_all_alike": "high",
        "deviation_good": "high",
        "deviation_all_alike": "",
        "dead_before": "",
        "correlation_before": "",
        "error_good": "low",
        "error_rate_too_high": "high",
        "error_all_alike": "",
    },
)

TRAIN, TEST, EDGE, STEPS = 2_000, 500, 28, 600
RATE, TOO_HIGH = 1e-3, 1e-1
STILL = 1e-6  # deviation below which a unit is dead


class Units(NamedTuple):
    """What the units of a layer do: the share that is dead, and of the others correlation and deviation."""

    dead: float
    correlation: float
    deviation: float
    matrix: Float[np.ndarray, "units units"]


@cache
def measure(seed: int) -> dict[str, float]:
    """Return what the units do in each training, and the error it leaves."""
    figures: dict[str, float] = {}
    for name in ("good", "rate_too_high", "all_alike", "before"):
        model = _trained(name, seed)
        units = units_of(model, seed)
        figures |= {f"{what}_{name}": float(getattr(units, what)) for what in ("dead", "correlation", "deviation")}
        figures[f"error_{name}"] = error(model, *_images("test", seed))
    return {name: figures[name] for name in CLAIM.expected}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the wrong rate leaves more dead units, and the same start more correlated ones."""
    more_dead = figures["dead_rate_too_high"].low > figures["dead_good"].high
    more_alike = figures["correlation_all_alike"].low > figures["correlation_good"].high
    return "holds" if more_dead and more_alike else "fails"


def picture(seed: int) -> Figure:
    """Draw how the units of each training are correlated; dead ones are left white."""
    from matplotlib.figure import Figure

    names = {"good": "good", "rate_too_high": "rate too high", "all_alike": "all start alike"}
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, len(names)), names.items(), strict=True):
        units = units_of(_trained(name, seed), seed)
        shown = axes.imshow(np.abs(units.matrix), cmap="Greys", vmin=0, vmax=1)
        axes.set_title(f"{title}: {100 * units.dead:.0f} % dead")
        axes.set_xlabel("unit")
    figure.colorbar(shown, ax=figure.axes, label="absolute correlation")
    return figure


@torch.no_grad()
def units_of(model: LeNet, seed: int) -> Units:
    """Return what the units of the second stage do, before pooling."""
    images, _ = _images("test", seed)
    maps = model.features[:5](images)
    responses = maps.transpose(0, 1).flatten(1).double().numpy()
    deviation = responses.std(axis=1)
    live = deviation > STILL
    matrix = np.full((len(responses), len(responses)), np.nan)
    if live.sum() < 2:  # nothing to compare: whatever is left tells the same of every image
        return Units(float(1 - live.mean()), 1.0, 0.0, matrix)
    found = np.corrcoef(responses[live])
    matrix[np.ix_(live, live)] = found
    pairs = np.abs(found[np.triu_indices(len(found), k=1)])
    relative = deviation[live] / responses[live].mean(axis=1)
    return Units(float(1 - live.mean()), float(pairs.mean()), float(relative.mean()), matrix)


@cache
def _trained(name: str, seed: int) -> LeNet:
    torch.manual_seed(derive(seed, "C31"))
    model = LeNet(channels=1, classes=10, widths=(16, 32, 64, 64), size=EDGE, dropout=0.0)
    if name == "before":
        return model.eval()
    if name == "all_alike":
        with torch.no_grad():
            for number in (0, 3):
                weight = model.features[number].get_parameter("weight")
                weight.copy_(weight[:1].expand_as(weight))
                model.features[number].get_parameter("bias").zero_()
    fit(
        model,
        *_images("train", seed),
        steps=STEPS,
        seed=seed,
        learning_rate=TOO_HIGH if name == "rate_too_high" else RATE,
    )
    return model


@cache
def _images(split: str, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    if split == "train":
        return images_of("digits", number=TRAIN, size=EDGE, seed=seed, split="train")
    return images_of("digits", number=TEST, size=EDGE, seed=seed, split="test")
