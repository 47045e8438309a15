"""Trees of tensors: tuples in tuples, None where there is nothing, as networks keep their states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from softsearch.shapes import Int


def leaves(tree: Any) -> list[Tensor]:
    """Return the tensors of a tree."""
    if tree is None or isinstance(tree, Tensor):
        return [] if tree is None else [tree]
    return [leaf for part in tree for leaf in leaves(part)]


def filled(tree: Any, values: Iterator[Any]) -> Any:
    """Return a tree of the same form with other leaves."""
    if not isinstance(tree, tuple):
        return None if tree is None else next(values)
    parts = [filled(part, values) for part in tree]
    return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)


def select(tree: Any, index: Int[Tensor, " new"]) -> Any:
    """Return the rows `index` of every tensor in a tree."""
    return filled(tree, (leaf.index_select(0, index) for leaf in leaves(tree)))
