"""What an encoder leaves for a decoder to read."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.shapes import Bool, Float, Tensor


class Annotations(NamedTuple):
    """A vector for each position of the source, which positions are real, and one vector for the whole.

    `values` are Bahdanau's h_j, `summary` is what a decoder without attention has to live on.
    """

    values: Float[Tensor, "batch src annotation"]
    mask: Bool[Tensor, "batch src"]
    summary: Float[Tensor, "batch annotation"]
