"""Rows through a model at once, those of similar length together: little of what it computes is padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")


def by_length(lengths: Sequence[int], most: int, work: Callable[[list[int]], Sequence[Found]]) -> list[Found]:
    """Return what is found for rows of these lengths, in their order.

    Parameters
    ----------
    most
        How many go together.
    work
        Returns what is found for the rows of these numbers; the longest come first.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    found: dict[int, Found] = {}
    for start in range(0, len(order), most):
        rows = order[start : start + most]
        found |= zip(rows, work(rows), strict=True)
    return [found[row] for row in range(len(lengths))]
