"""The names of classes, how many examples each has, and where these were found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from softsearch.errors import DataError, nearest
from softsearch.shapes import Int


def in_order(names: Iterable[str]) -> list[str]:
    """Return names in their order: numbers by size, before words."""
    return sorted(names, key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name))


def count_by_class(labels: Int[np.ndarray, " number"], classes: Sequence[str]) -> dict[str, int]:
    """Return how many there are of each class, by its name."""
    counts = Counter(labels.tolist())
    return {name: counts[number] for number, name in enumerate(classes)}


def unknown_class(label: str, classes: Sequence[str], *, place: str) -> DataError:
    """Return the error that something of another class was found."""
    problem = "the classifier knows no such class"
    return DataError(problem, path=place, value=label, allowed=classes, nearest=nearest(label, classes))
