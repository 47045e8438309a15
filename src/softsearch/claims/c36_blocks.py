"""C36: blocks of a trained residual network can be removed or swapped with little harm.

Do residual layers compute ever more abstract features? Then no block could do without the one before it. Veit et al.
(2016, "Residual networks behave like ensembles of relatively shallow networks") take single blocks out of a trained
network: a residual one hardly suffers, a plain one falls to chance. Here the networks of C6 are taken apart. Each block
that changes no size is put out of action once, and each two neighbours of a stage change places once; what is measured
is by how much the error on test images rises, on the mean over the blocks.

Control: the plain network of 20 layers, since that of 56 hardly learns. Its error is higher to begin with and can rise
less, which speaks against the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from softsearch.claims.c06_depth import images, last_weights
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C36",
    statement=STATEMENTS["C36"],
    source="Lectures on residual networks; Veit et al. (2016)",
    seeds=(1, 2, 3),
    expected={
        **{
            f"{what}_{net}": ""
            for net in ("residual_56", "residual_20", "plain_20")
            for what in ("error", "worst_rise")
        },
        "one_removed_rise_residual_56": "little",
        "one_removed_rise_residual_20": "",
        "one_removed_rise_plain_20": "much",
        "two_swapped_rise_residual_56": "little",
        "two_swapped_rise_residual_20": "",
        "two_swapped_rise_plain_20": "much",
    },
)

NETS = {"residual_56": ("residual", 56), "residual_20": ("residual", 20), "plain_20": ("plain", 20)}


@cache
def measure(seed: int) -> dict[str, float]:
    """Return the errors of the networks, and by how much they rise; the worst rise is that by one block removed."""
    figures: dict[str, float] = {}
    for net in NETS:
        errors = _errors(net, seed)
        figures[f"error_{net}"] = errors["whole"]
        for what in ("one_removed", "two_swapped"):
            rises = [each - errors["whole"] for name, each in errors.items() if name.startswith(what)]
            figures[f"{what}_rise_{net}"] = float(np.mean(rises))
            if what == "one_removed":
                figures[f"worst_rise_{net}"] = max(rises)
    return {name: figures[name] for name in CLAIM.expected}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where either does the deep residual network less than half of the harm it does to the plain one.

    Seed by seed, with an interval that excludes the half.
    """
    spared = []
    for what in ("one_removed", "two_swapped"):
        residual, plain = (figures[f"{what}_rise_{net}"].values for net in ("residual_56", "plain_20"))
        spared.append(Figures.of([b / 2 - a for a, b in zip(residual, plain, strict=True)]).low > 0)
    return "holds" if all(spared) else "fails"


def picture(seed: int) -> Figure:
    """Draw the error without each block."""
    series: dict[str, list[tuple[float, float | None]]] = {}
    for net, (kind, depth) in NETS.items():
        removed = [each for name, each in _errors(net, seed).items() if name.startswith("one_removed")]
        shown = [(number / len(removed), each) for number, each in enumerate(removed, start=1)]
        series[f"{kind}, {depth} layers"] = list(shown)
    return curves(series, ylabel="test error without the block", xlabel="block, as a share of all that change no size")


@cache
def _errors(net: str, seed: int) -> dict[str, float]:
    """Return the error of the whole network, and of all those with a block removed or two swapped."""
    classifier, store = last_weights(*NETS[net], seed), images(*NETS[net], seed, "test")
    labels = np.asarray(store.labels)
    found = {}
    for name in _changed(classifier.model):
        found[name] = float((classifier.log_probs(store.images).argmax(axis=1) != labels).mean())
    return found


def _changed(model: nn.Module) -> Iterator[str]:
    """Yield the name of each change while the network has it; the first is none."""
    yield "whole"
    stages = [model.get_submodule(f"layer{number}") for number in (1, 2, 3)]
    for number, stage in enumerate(stages, start=1):
        assert isinstance(stage, nn.Sequential)
        own = range(1 if number > 1 else 0, len(stage))  # the first block of a later stage changes the size
        for place in own:
            block = stage[place]
            stage[place] = nn.Identity()
            yield f"one_removed {number}.{place}"
            stage[place] = block
        for place in own[:-1]:
            stage[place], stage[place + 1] = stage[place + 1], stage[place]
            yield f"two_swapped {number}.{place}"
            stage[place], stage[place + 1] = stage[place + 1], stage[place]
