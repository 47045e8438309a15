"""C7: a residual network whose branches give zero is the identity, and its backward pass is, too.

He et al. (2016, "Identity mappings", equations 4 and 5): with y = x + F(x), dL/dx_l = dL/dx_l+1 (I + dF/dx_l). So with
F = 0 everywhere signal and gradient pass unchanged, however many blocks there are. Measured in float64, for the block
of lectures, y = x + W2 tanh(W1 x + b1), and for convolutional blocks that normalise first; and the product rule itself
for blocks whose branches are anything.

Control: the same blocks without what is passed by, whose signal and gradient then are zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.nn.residual import PreActivationBlock, ResidualLayer
from softsearch.pictures.charts import curves
from softsearch.seeding import derive
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C7",
    statement=STATEMENTS["C7"],
    source="Lectures on residual networks; He et al. (2016), Identity Mappings in Deep Residual Networks, section 2",
    seeds=(1, 2, 3, 4, 5),
    expected={
        **{f"signal_changed_{kind}": "0" for kind in ("layers", "blocks")},
        **{f"gradient_changed_{kind}": "0" for kind in ("layers", "blocks")},
        "gradient_off_the_product_rule": "0",
        "plain_signal": "0",
        "plain_gradient": "0",
    },
)

DEPTH, FEATURES, HIDDEN, MAPS, EDGE = 50, 16, 32, 8, 6
ROUNDING = 1e-10


def measure(seed: int) -> dict[str, float]:
    """Return by how much signal and gradient change over fifty blocks, and what is left of them in a plain net."""
    figures = {}
    for kind, (blocks, inputs) in {"layers": _layers(seed), "blocks": _blocks(seed, residual=True)}.items():
        outputs, gradient, given = _pass(_silent(blocks), inputs)
        figures[f"signal_changed_{kind}"] = _distance(outputs, inputs)
        figures[f"gradient_changed_{kind}"] = _distance(gradient, given)
    plain, inputs = _blocks(seed, residual=False)
    outputs, gradient, _ = _pass(_silent(plain), inputs)
    figures["plain_signal"] = outputs.abs().max().item()
    figures["plain_gradient"] = gradient.abs().max().item()
    figures["gradient_off_the_product_rule"] = _off_the_rule(seed)
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where nothing changes but for rounding, and without what is passed by nothing arrives."""
    exact = [name for name in CLAIM.expected if not name.startswith("plain")]
    nothing = [name for name in CLAIM.expected if name.startswith("plain")]
    holds = all(max(figures[name].values) < ROUNDING for name in exact)
    return "holds" if holds and all(max(figures[name].values) == 0 for name in nothing) else "fails"


def picture(seed: int) -> Figure:
    """Draw the norm of the gradient in front of each block: residual with and without branches, and plain."""
    torch.manual_seed(derive(seed, "C7 picture"))
    inputs = torch.randn(4, FEATURES, dtype=torch.float64)
    layers, _ = _layers(seed)
    plain = [
        nn.Sequential(layer.first, nn.Tanh(), layer.second) for layer in layers if isinstance(layer, ResidualLayer)
    ]
    silent = _silent(_layers(seed)[0])
    series = {
        "plain": _norms(plain, inputs),
        "residual": _norms(layers, inputs),
        "residual, F = 0": _norms(silent, inputs),
    }
    points = {name: list(enumerate(norms, start=1)) for name, norms in series.items()}
    return curves(points, ylabel="norm of the gradient", xlabel="block")


def _layers(seed: int) -> tuple[list[nn.Module], Tensor]:
    torch.manual_seed(derive(seed, "C7 layers"))
    layers: list[nn.Module] = [ResidualLayer(features=FEATURES, hidden=HIDDEN).double() for _ in range(DEPTH)]
    return layers, torch.randn(4, FEATURES, dtype=torch.float64)


def _blocks(seed: int, *, residual: bool) -> tuple[list[nn.Module], Tensor]:
    torch.manual_seed(derive(seed, "C7 blocks"))
    blocks: list[nn.Module] = [
        PreActivationBlock(inputs=MAPS, width=MAPS, stride=1, shortcut="A", residual=residual).double().eval()
        for _ in range(DEPTH)
    ]
    return blocks, torch.randn(2, MAPS, EDGE, EDGE, dtype=torch.float64)


def _silent(blocks: Sequence[nn.Module]) -> Sequence[nn.Module]:
    """Return blocks whose branches give zero: the last weight of each is zero."""
    for block in blocks:
        name = "second.weight" if isinstance(block, ResidualLayer) else "conv2.weight"
        nn.init.zeros_(block.get_parameter(name))
    return blocks


def _pass(blocks: Sequence[nn.Module], inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return what comes out, the gradient of what went in, and that of what came out, which is random."""
    inputs = inputs.clone().requires_grad_()
    outputs = inputs
    for block in blocks:
        outputs = block(outputs)
    given = torch.randn_like(outputs)
    (gradient,) = torch.autograd.grad(outputs, inputs, given)
    return outputs.detach(), gradient, given


def _off_the_rule(seed: int) -> float:
    """Return how far a block's gradient is from g (I + dF/dx), with the Jacobian of F written out."""
    layers, inputs = _layers(seed)
    layer, row = layers[0], inputs[0]
    assert isinstance(layer, ResidualLayer)
    jacobian = torch.autograd.functional.jacobian(lambda x: layer.second(torch.tanh(layer.first(x))), row)
    _, gradient, given = _pass([layer], row.unsqueeze(0))
    expected = given[0] @ (torch.eye(FEATURES, dtype=torch.float64) + jacobian)
    return _distance(gradient[0], expected)


def _norms(blocks: Sequence[nn.Module], inputs: Float[Tensor, "rows features"]) -> list[float]:
    """Return the norm of the gradient of what each block reads, relative to that of what the last one writes."""
    read = [inputs.clone().requires_grad_()]
    for block in blocks:
        read.append(block(read[-1]))
    given = torch.ones_like(read[-1])
    gradients = torch.autograd.grad(read[-1], read[:-1], given)
    return [float(each.norm() / given.norm()) for each in gradients]


def _distance(left: Tensor, right: Tensor) -> float:
    return (left - right).abs().max().item()
