"""What an encoder leaves for a decoder to read (Bahdanau, Cho and Bengio 2015, section 3.2).

    h_1 .. h_S = encoder(x_1 .. x_S)        mean = 1/S sum over j of h_j

======  ===================  =========================
symbol  name                 shape
======  ===================  =========================
h_j     ``values[:, j]``     batch annotation
S       ``mask.sum(dim=1)``  batch, the real positions
mean    ``mean_over``        batch width
======  ===================  =========================
"""

from __future__ import annotations

from typing import NamedTuple

from softsearch.shapes import Bool, Float, Int, Tensor


class Annotations(NamedTuple):
    """A vector for each position of the source, which positions are real, and one vector for the whole.

    `values` are Bahdanau's h_j, `summary` is what a decoder without attention has to live on.
    """

    values: Float[Tensor, "batch src annotation"]
    mask: Bool[Tensor, "batch src"]
    summary: Float[Tensor, "batch annotation"]


def at_positions(
    values: Float[Tensor, "batch src width"], index: Int[Tensor, "batch new"]
) -> Float[Tensor, "batch new width"]:
    """Return the vectors that stand at the positions `index` of each sentence."""
    return values.gather(1, index.unsqueeze(2).expand(-1, -1, values.shape[2]))


def mean_over(
    values: Float[Tensor, "batch src width"], mask: Bool[Tensor, "batch src"]
) -> Float[Tensor, "batch width"]:
    """Return the mean of the vectors at real positions; where there is none, zeros."""
    total = values.masked_fill(~mask.unsqueeze(2), 0.0).sum(dim=1)
    return total / mask.sum(dim=1, keepdim=True).clamp(min=1)
