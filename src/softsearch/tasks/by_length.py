"""Rows through a model at once, those of similar length together: little of what it computes is padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")


def by_length(lengths: Sequence[int], most: int, work: Callable[[list[int]], Sequence[Found]]) -> list[Found]:
    """Return what `work` finds for rows of these lengths, `most` of them at once, in their order.

    It is given the numbers of some rows, those of the longest first.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    found: dict[int, Found] = {}
    for start in range(0, len(order), most):
        rows = order[start : start + most]
        found |= zip(rows, work(rows), strict=True)
    return [found[row] for row in range(len(lengths))]
