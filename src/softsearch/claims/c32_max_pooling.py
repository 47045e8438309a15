"""C32: max pooling sends the gradient to the input that won, and to no other.

y = max over the window of h, so dy/dh is one at the switch and zero elsewhere. Measured in float64: the gradient is
compared with one that is put at the switches by hand, and counted in the other places. Windows that overlap add up.

Controls: average pooling gives a gradient to every input; so does L2 pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.nn.pooling import L2Pool2d, max_pool
from softsearch.seeding import derive
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C32",
    statement=STATEMENTS["C32"],
    source="Lectures on convolutional networks; Zeiler and Fergus (2014) on switches",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "off_the_switches_2_by_2": "0",
        "off_the_switches_3_by_3_overlapping": "0",
        "share_with_gradient_max": "0.25",
        "share_with_gradient_average": "1",
        "share_with_gradient_l2": "1",
    },
)

MAPS, EDGE = 4, 12
ROUNDING = 1e-12


def measure(seed: int) -> dict[str, float]:
    """Return how far the gradient is from one put at the switches, and which share of the inputs has any."""
    maps, given = _sample(seed)
    figures = {}
    for name, kernel, stride in (("2_by_2", 2, 2), ("3_by_3_overlapping", 3, 1)):
        pooled, switches = max_pool(maps, kernel=kernel, stride=stride)
        weights = given[:, :, : pooled.shape[2], : pooled.shape[3]]
        (found,) = torch.autograd.grad(pooled, maps, weights)
        figures[f"off_the_switches_{name}"] = (found - _by_hand(maps, weights, switches)).abs().max().item()
    figures["share_with_gradient_max"] = _share(max_pool(maps, kernel=2, stride=2)[0], maps)
    figures["share_with_gradient_average"] = _share(functional.avg_pool2d(maps, 2), maps)
    figures["share_with_gradient_l2"] = _share(L2Pool2d(kernel=2, stride=2, printed=False)(maps), maps)
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the gradient is at the switches alone, and other pooling gives all inputs some."""
    exact = all(max(figures[name].values) < ROUNDING for name in figures if name.startswith("off"))
    quarter = all(value == 0.25 for value in figures["share_with_gradient_max"].values)
    others = [figures[f"share_with_gradient_{kind}"].values for kind in ("average", "l2")]
    return "holds" if exact and quarter and all(min(values) == 1 for values in others) else "fails"


def picture(seed: int) -> Figure:
    """Draw a map, the gradient of its max pooling, and that of its average pooling."""
    from matplotlib.figure import Figure

    maps, _ = _sample(seed)
    pooled = {"max": max_pool(maps, kernel=2, stride=2)[0], "average": functional.avg_pool2d(maps, 2)}
    shown = {"a map": maps.detach()[0, 0]}
    for name, each in pooled.items():
        (gradient,) = torch.autograd.grad(each.sum(), maps, retain_graph=True)
        shown[f"gradient, {name}"] = gradient[0, 0]
    figure = Figure(figsize=(8, 3), layout="constrained")
    for axes, (title, values) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
        limits = {} if title == "a map" else {"vmin": 0.0, "vmax": 1.0}
        axes.imshow(values.numpy(), cmap="Greys", **limits)
        axes.set_title(title)
        axes.set_xticks([])
        axes.set_yticks([])
    return figure


def _sample(seed: int) -> tuple[Float[Tensor, "1 channels height width"], Float[Tensor, "1 channels height width"]]:
    generator = torch.Generator().manual_seed(derive(seed, "C32"))
    maps, given = torch.randn(2, 1, MAPS, EDGE, EDGE, generator=generator, dtype=torch.float64)
    return maps.requires_grad_(), given


def _by_hand(maps: Tensor, weights: Tensor, switches: Tensor) -> Tensor:
    """Return a gradient that is put together place by place."""
    found = torch.zeros_like(maps).flatten(2)
    for number in range(MAPS):
        for weight, switch in zip(weights[0, number].flatten(), switches[0, number].flatten(), strict=True):
            found[0, number, switch] += weight
    return found.view_as(maps)


def _share(pooled: Tensor, maps: Tensor) -> float:
    (gradient,) = torch.autograd.grad(pooled.sum(), maps)
    return (gradient != 0).double().mean().item()
