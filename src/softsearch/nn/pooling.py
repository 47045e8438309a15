"""Pooling: one number for each window of a map.

    max         y = max over the window of h         its place is the switch (Zeiler and Fergus 2013)
    average     y = 1/n sum h
    L2          y = sqrt(sum h^2)                    as usual
                y = 1/n sqrt(sum h^2)                as some lectures print it
    adaptive    as many windows as are asked for, whatever the size: window i of k along an edge of N places reaches
                from floor(i N / k) up to ceil((i + 1) N / k)

n is the number of places in a window. max passes the gradient to the switch, and nothing to the other places.

======  ===============================  ================================================
symbol  name                             shape
======  ===============================  ================================================
h       ``maps``                         batch channels height width
y       ``pooled``, or what is returned  batch channels _ _
switch  ``switches``                     batch channels _ _, places counted row after row
n, k    ``number``, ``size``             scalar; scalar, along each edge
======  ===============================  ================================================
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from softsearch.shapes import Float, Int, Tensor


def max_pool(
    maps: Float[Tensor, "batch channels height width"], *, kernel: int, stride: int
) -> tuple[Float[Tensor, "batch channels _ _"], Int[Tensor, "batch channels _ _"]]:
    """Return the greatest number of each window, and its switch: the place in its map, row after row."""
    return functional.max_pool2d_with_indices(maps, [kernel, kernel], [stride, stride])


def unpool(
    pooled: Float[Tensor, "batch channels _ _"],
    switches: Int[Tensor, "batch channels _ _"],
    *,
    size: tuple[int, int],
) -> Float[Tensor, "batch channels height width"]:
    """Return maps of a size that are zero but at the switches, where they have what was pooled.

    Where windows overlap and agree on a place, it gets the sum: so this is what passes the gradient of
    :func:`max_pool` back.
    """
    empty = pooled.new_zeros(*pooled.shape[:2], size[0] * size[1])
    return empty.scatter_add(2, switches.flatten(2), pooled.flatten(2)).unflatten(2, size)


class L2Pool2d(nn.Module):
    """The length of the vector of a window's numbers; if `printed`, divided by how many they are."""

    def __init__(self, *, kernel: int, stride: int, printed: bool) -> None:
        super().__init__()
        self.kernel, self.stride, self.printed = kernel, stride, printed

    def forward(self, maps: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels _ _"]:
        """Return the lengths; the gradient of one that is zero is zero."""
        number = self.kernel**2
        squares = functional.avg_pool2d(maps.square(), self.kernel, self.stride) * number
        is_zero = squares == 0
        lengths = squares.masked_fill(is_zero, 1.0).sqrt().masked_fill(is_zero, 0.0)
        return lengths / number if self.printed else lengths


def adaptive_average_pool(
    maps: Float[Tensor, "batch channels height width"], *, size: tuple[int, int]
) -> Float[Tensor, "batch channels _ _"]:
    """Return so many averages, whatever the size of the maps."""
    return functional.adaptive_avg_pool2d(maps, size)


def global_average_pool(maps: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels"]:
    """Return the average of each map (Lin et al. 2014)."""
    return torch.mean(maps, dim=(2, 3))
