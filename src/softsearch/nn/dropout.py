"""Dropout (Srivastava et al. 2014): in training each number is put to zero with probability p, or divided by 1 - p.

    y = x m / (1 - p)        m: 1 with probability 1 - p, else 0

On a CPU torch draws each m by itself, on one core, which takes longer than most layers do. Here 16 random bits are
compared with (1 - p) 2^16, and one draw gives four times as many; so 1 - p is a multiple of 2^-16. Networks that drop
numbers of but one vector an image or a sentence leave it to torch: that is little to draw.

In a sequence the ordinary kind draws anew at each step, which over many steps is noise that a recurrent net learns to
average away. The other kind draws once a sequence: a component is left out at every step, or at none (Gal and
Ghahramani 2016).

======  ======================  =================================================
symbol  name                    shape
======  ======================  =================================================
x       ``inputs``              *rows features
p       ``rate``                scalar
m       ``bits`` below a bound  *rows features; once a sequence: batch 1 features
======  ======================  =================================================
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from softsearch.shapes import Float, Tensor

_LEVELS, _NUMBERS_PER_DRAW = 1 << 16, 4


def drop(inputs: Float[Tensor, "*rows features"], rate: float) -> Float[Tensor, "*rows features"]:
    """Return the inputs, each put to zero with probability `rate`, and the others scaled up."""
    kept = round((1 - rate) * _LEVELS)
    if kept == _LEVELS:
        return inputs
    if inputs.device.type != "cpu":
        return functional.dropout(inputs, rate)
    draws = torch.empty(-(-inputs.numel() // _NUMBERS_PER_DRAW), dtype=torch.int64).random_(-(2**63), None)
    bits = draws.view(torch.int16)[: inputs.numel()].view(inputs.shape)
    return inputs * (bits < kept - _LEVELS // 2).to(inputs.dtype).mul_(_LEVELS / max(1, kept))


class Dropout(nn.Dropout):
    """Draws for each number."""

    def forward(self, input: Float[Tensor, "*rows features"]) -> Float[Tensor, "*rows features"]:
        """Return the input, in evaluation as it is."""
        return drop(input, self.p) if self.training else input


class SequenceDropout(Dropout):
    """Draws once a sequence, for each component."""

    def forward(self, input: Float[Tensor, "batch length features"]) -> Float[Tensor, "batch length features"]:
        """Return the input, in evaluation as it is."""
        return input * drop(torch.ones_like(input[:, :1]), self.p) if self.training else input
