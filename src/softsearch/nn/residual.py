"""Residual blocks (He et al. 2016, "Deep residual learning"; "Identity mappings" for the one that normalises first).

    y = x + F(x)            dL/dx = dL/dy (I + dF/dx)         what comes in is passed on, and the gradient with it

As lectures draw it, with F of two linear layers:

    z = W1 x + b1           dh  = W2' dy          dW2 = dy h'
    h = phi(z)              dz  = phi'(z) dh      dW1 = dz x'       db1 = dz
    y = x + W2 h            dx  = dy + W1' dz

As networks have it, F is of convolutions:

    basic            F = norm conv3 relu norm conv3                         and relu after the sum
    bottleneck       F = norm conv1 relu norm conv3 relu norm conv1         narrow in the middle; relu after the sum
    pre-activation   F = conv3 relu norm conv3 relu norm                    nothing after the sum

read from right to left. Where F changes the size of x, x takes a shortcut of that size: zeros for the new maps ("A"),
or a convolution of one place ("B"). A plain block is F alone.

==========  ============================================  ===================================================
symbol      name                                          shape
==========  ============================================  ===================================================
x, y        ``inputs``, ``outputs``                       rows features; batch in height width, batch out _ _
z, h        ``before``, ``hidden``                        rows hidden
W1, b1      ``first.weight``, ``first.bias``              hidden features; hidden
W2          ``second.weight``                             features hidden
dy, dh, dz  ``of_outputs``, ``of_hidden``, ``of_before``  as y, h and z
F           ``branch``                                    batch out _ _
==========  ============================================  ===================================================

The names conv1, bn1, downsample are those of published weights.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from softsearch.nn.products import Conv2d
from softsearch.shapes import Float, Tensor

Shortcut = Literal["A", "B"]
BlockKind = Literal["basic", "bottleneck", "pre_activation"]


class Gradients(NamedTuple):
    """Of a loss, with respect to what a residual layer reads and to its weights."""

    inputs: Float[Tensor, "rows features"]
    first: Float[Tensor, "hidden features"]
    bias: Float[Tensor, " hidden"]
    second: Float[Tensor, "features hidden"]


class ResidualLayer(nn.Module):
    """The block of lectures: y = x + W2 tanh(W1 x + b1)."""

    def __init__(self, *, features: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.second = nn.Linear(hidden, features, bias=False)

    def forward(self, inputs: Float[Tensor, "rows features"]) -> Float[Tensor, "rows features"]:
        """Return y."""
        before = self.first(inputs)
        hidden = torch.tanh(before)
        return inputs + self.second(hidden)

    @torch.no_grad()
    def backward(self, inputs: Float[Tensor, "rows features"], of_outputs: Float[Tensor, "rows features"]) -> Gradients:
        """Return the gradients by hand, from that with respect to y; over the rows they are summed."""
        hidden = torch.tanh(self.first(inputs))
        of_hidden = of_outputs @ self.second.weight
        of_before = (1 - hidden.square()) * of_hidden
        return Gradients(
            inputs=of_outputs + of_before @ self.first.weight,
            first=of_before.t() @ inputs,
            bias=of_before.sum(dim=0),
            second=of_outputs.t() @ hidden,
        )


class Subsampled(nn.Module):
    """Shortcut A: every so many rows and columns, and zeros for the maps that are new."""

    def __init__(self, *, stride: int, new: int) -> None:
        super().__init__()
        self.stride, self.new = stride, new

    def forward(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return x with the size of F(x)."""
        return functional.pad(inputs[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new))


class ResidualBlock(nn.Module):
    """What all blocks share.

    Parameters
    ----------
    inputs, width
        Maps that it reads, and that its convolutions of three by three write; it writes `width` times `expansion`.
    stride
        Of the first convolution of three by three.
    shortcut
        What x takes where its size changes.
    residual
        False: a plain block.
    """

    expansion = 1
    last_relu = True

    def __init__(self, *, inputs: int, width: int, stride: int, shortcut: Shortcut, residual: bool) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.residual = residual
        self.downsample: nn.Module | None = None
        if residual and (stride != 1 or inputs != outputs):
            self.downsample = (
                self._shortcut(inputs, outputs, stride)
                if shortcut == "B"
                else Subsampled(stride=stride, new=outputs - inputs)
            )

    def branch(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return F(x)."""
        raise NotImplementedError

    def forward(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return y."""
        outputs = self.branch(inputs)
        if self.residual:
            outputs = outputs + (inputs if self.downsample is None else self.downsample(inputs))
        return functional.relu(outputs) if self.last_relu else outputs

    def _shortcut(self, inputs: int, outputs: int, stride: int) -> nn.Module:
        return nn.Sequential(conv(inputs, outputs, kernel=1, stride=stride), nn.BatchNorm2d(outputs))


class BasicBlock(ResidualBlock):
    """Two convolutions of three by three."""

    def __init__(self, *, inputs: int, width: int, stride: int, shortcut: Shortcut, residual: bool) -> None:
        super().__init__(inputs=inputs, width=width, stride=stride, shortcut=shortcut, residual=residual)
        self.conv1, self.bn1 = conv(inputs, width, kernel=3, stride=stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, kernel=3, stride=1), nn.BatchNorm2d(width)

    def branch(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return F(x)."""
        hidden = functional.relu(self.bn1(self.conv1(inputs)))
        return self.bn2(self.conv2(hidden))


class Bottleneck(ResidualBlock):
    """One convolution of three by three, between two of one place, of which the last is four times as wide."""

    expansion = 4

    def __init__(self, *, inputs: int, width: int, stride: int, shortcut: Shortcut, residual: bool) -> None:
        super().__init__(inputs=inputs, width=width, stride=stride, shortcut=shortcut, residual=residual)
        outputs = width * self.expansion
        self.conv1, self.bn1 = conv(inputs, width, kernel=1, stride=1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, kernel=3, stride=stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv(width, outputs, kernel=1, stride=1), nn.BatchNorm2d(outputs)

    def branch(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return F(x)."""
        hidden = functional.relu(self.bn1(self.conv1(inputs)))
        hidden = functional.relu(self.bn2(self.conv2(hidden)))
        return self.bn3(self.conv3(hidden))


class PreActivationBlock(ResidualBlock):
    """Normalises and bends before each convolution, so that nothing bends what is passed on."""

    last_relu = False

    def __init__(self, *, inputs: int, width: int, stride: int, shortcut: Shortcut, residual: bool) -> None:
        super().__init__(inputs=inputs, width=width, stride=stride, shortcut=shortcut, residual=residual)
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv(inputs, width, kernel=3, stride=stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(width), conv(width, width, kernel=3, stride=1)

    def branch(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return F(x)."""
        hidden = self.conv1(functional.relu(self.bn1(inputs)))
        return self.conv2(functional.relu(self.bn2(hidden)))

    def _shortcut(self, inputs: int, outputs: int, stride: int) -> nn.Module:
        return conv(inputs, outputs, kernel=1, stride=stride)


BLOCKS: dict[BlockKind, type[ResidualBlock]] = {
    "basic": BasicBlock,
    "bottleneck": Bottleneck,
    "pre_activation": PreActivationBlock,
}


def conv(inputs: int, outputs: int, *, kernel: int, stride: int) -> Conv2d:
    """Return a convolution that keeps the size, strides apart; what normalises after it has the bias.

    Weights begin as He et al. (2015) have them: variance 2 / (k^2 outputs).
    """
    layer = Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return layer
