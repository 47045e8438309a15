"""A linear layer through fewer numbers than it reads and writes.

    y = U V x + b        V: r by n, U: m by r

U V has rank r at most, and r (m + n) parameters in place of m n. So it can express strictly less than a full layer, and
has less to learn.

=========  ==========================
symbol     name
=========  ==========================
V, U       reduce, expand
r          narrow
=========  ==========================
"""

from __future__ import annotations

from torch import nn

from softsearch.nn.products import Linear
from softsearch.shapes import Float, Tensor


class LinearBottleneck(nn.Module):
    """Two linear layers with nothing between them.

    Parameters
    ----------
    inputs, outputs
        Numbers that it reads and writes.
    narrow
        Numbers in between: the rank at most.
    bias
        Whether b is added.
    """

    def __init__(self, *, inputs: int, narrow: int, outputs: int, bias: bool) -> None:
        super().__init__()
        self.reduce = Linear(inputs, narrow, bias=False)
        self.expand = Linear(narrow, outputs, bias=bias)

    def forward(self, inputs: Float[Tensor, "*rows in"]) -> Float[Tensor, "*rows out"]:
        """Return y."""
        return self.expand(self.reduce(inputs))
