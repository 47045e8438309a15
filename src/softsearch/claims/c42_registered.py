"""C42: unshared local filters suit registered images; sharing them assumes that all places are alike.

Two networks that differ in one layer: a convolution of five by five with eight maps, or a locally connected layer with
a kernel of its own at each place; then relu and a linear layer. Both learn drawn digits. In one set all digits are
registered: brought to one size and into the middle of a frame; 40 of them, because with a thousand neither network is
ever wrong. In the other 1,000 lie anywhere in that frame. How many was chosen with a seed that is not measured.

What sharing gains is the error of the unshared layer less that of the shared one, seed by seed.

Blind baseline: the same networks, learnt with the classes of other images.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn import functional

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_nets import error, fit, images_of
from softsearch.data.splits import Split
from softsearch.metrics.repeats import Figures
from softsearch.nn.convolution import LocallyConnected2d
from softsearch.pictures.charts import interval_chart
from softsearch.seeding import derive
from softsearch.shapes import Float, Int, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C42",
    statement=STATEMENTS["C42"],
    source="Lectures on convolutional networks: locally connected layers and stationarity",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "registered_shared": "",
        "registered_unshared": "no more than shared",
        "anywhere_shared": "",
        "anywhere_unshared": "more than shared",
        "sharing_gains_registered": "0 or less",
        "sharing_gains_anywhere": "more than 0",
        "anywhere_shared_blind": "0.9",
    },
)

Where = Literal["registered", "anywhere"]
KINDS, WHERE = ("shared", "unshared"), ("registered", "anywhere")
TRAIN = {"registered": 40, "anywhere": 1_000}  # with a thousand registered digits neither network is ever wrong
TEST, STEPS = 2_000, 1_000
DIGIT, FRAME, KERNEL, STRIDE, MAPS = 14, 24, 5, 2, 8
SEEN = 0.35  # brightness from which a place is part of the digit


@cache
def measure(seed: int) -> dict[str, float]:
    """Return the errors of both networks on both sets, and what sharing gains."""
    figures: dict[str, float] = {}
    for where in WHERE:
        train, test = _images(where, "train", TRAIN[where], seed), _images(where, "test", TEST, seed)
        for kind in KINDS:
            model = fit(_net(kind, seed), *train, steps=STEPS, seed=seed)
            figures[f"{where}_{kind}"] = error(model, *test)
        figures[f"sharing_gains_{where}"] = figures[f"{where}_unshared"] - figures[f"{where}_shared"]
    shuffled = train[1][torch.randperm(len(train[1]), generator=torch.Generator().manual_seed(seed))]
    figures["anywhere_shared_blind"] = error(
        fit(_net("shared", seed), train[0], shuffled, steps=STEPS, seed=seed), *test
    )
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where sharing gains on images that lie anywhere, and does not on registered ones."""
    anywhere, registered = figures["sharing_gains_anywhere"], figures["sharing_gains_registered"]
    return "holds" if anywhere.low > 0 and registered.low <= 0 and anywhere.low > registered.high else "fails"


def picture(_seed: int) -> Figure:
    """Draw the errors of both networks on both sets, over all seeds."""
    found = [measure(each) for each in CLAIM.seeds]
    series = {}
    for kind in KINDS:
        figures = {where: Figures.of([each[f"{where}_{kind}"] for each in found]) for where in WHERE}
        series[f"{kind} filters"] = {where: (each.mean, each.low, each.high) for where, each in figures.items()}
    return interval_chart(series, ylabel="test error")


def _net(kind: str, seed: int) -> nn.Module:
    torch.manual_seed(derive(seed, "C42", kind))
    layer: nn.Module
    if kind == "shared":
        layer = nn.Conv2d(1, MAPS, KERNEL, stride=STRIDE)
    else:
        layer = LocallyConnected2d(inputs=1, outputs=MAPS, size=(FRAME, FRAME), kernel=KERNEL, stride=STRIDE)
    edge = (FRAME - KERNEL) // STRIDE + 1
    return nn.Sequential(layer, nn.ReLU(), nn.Flatten(), nn.Linear(MAPS * edge**2, 10))


def _images(
    where: str, split: Split, number: int, seed: int
) -> tuple[Float[Tensor, "number 1 height width"], Int[Tensor, " number"]]:
    """Return digits of one size, in the middle of a frame or anywhere in it."""
    images, labels = images_of("digits", number=number, size=FRAME, seed=seed, split=split)
    generator = torch.Generator().manual_seed(derive(seed, "C42", split))
    framed = torch.zeros(number, 1, FRAME, FRAME)
    room = FRAME - DIGIT
    for row, image in enumerate(images):
        down, across = (
            torch.randint(room + 1, (2,), generator=generator).tolist() if where == "anywhere" else [room // 2] * 2
        )
        framed[row, :, down : down + DIGIT, across : across + DIGIT] = _cut(image)
    return framed, labels


def _cut(image: Float[Tensor, "1 height width"]) -> Float[Tensor, "1 height width"]:
    """Return the digit without what is around it, at one size."""
    rows, columns = (torch.nonzero((image[0] > SEEN).any(dim=axis))[:, 0] for axis in (1, 0))
    part = image[None, :, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return functional.interpolate(part, (DIGIT, DIGIT), mode="bilinear", align_corners=False)[0]
