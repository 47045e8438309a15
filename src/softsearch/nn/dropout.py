"""Dropout that draws once a sequence (Gal and Ghahramani 2016).

A component of the input is left out at every step of a sequence, or at none; the ordinary kind draws anew at each step,
which over many steps is noise that a recurrent net learns to average away.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from softsearch.shapes import Float, Tensor


class SequenceDropout(nn.Module):
    """Puts a share of the components to zero, the same ones at each step of a sequence, and scales the others up.

    Parameters
    ----------
    rate
        The share.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, inputs: Float[Tensor, "batch length features"]) -> Float[Tensor, "batch length features"]:
        """Return the inputs, in evaluation as they are."""
        if not self.training or not self.rate:
            return inputs
        kept = functional.dropout(torch.ones_like(inputs[:, :1]), self.rate)
        return inputs * kept
