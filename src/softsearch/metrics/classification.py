"""How well things are told apart: errors, the confusion matrix, and whether probabilities mean what they say.

    error        share of the items whose right class is not among the k likeliest (top-k)
    confusion    how often each class is taken for each
    calibration  E = sum over bins of |bin| / N  |right in the bin - mean confidence in the bin|      Guo et al. (2017)

An interval is Wilson's (1927), for shares near zero, too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from softsearch.shapes import Float, Int

_Z = 1.959964  # of a 95 % interval


class Share(NamedTuple):
    """A share of some items, with its 95 % interval."""

    value: float
    low: float
    high: float


class Bin(NamedTuple):
    """Items about whose likeliest class a model is about equally confident."""

    number: int
    confidence: float
    right: float


def share(count: int, total: int) -> Share:
    """Return a share with Wilson's interval; of nothing, it may be anything."""
    if not total:
        return Share(math.nan, 0.0, 1.0)
    value, weight = count / total, _Z**2 / total
    middle = (value + weight / 2) / (1 + weight)
    half = math.sqrt(value * (1 - value) * weight + weight**2 / 4) / (1 + weight)
    return Share(value, min(value, max(0.0, middle - half)), max(value, min(1.0, middle + half)))


def top_error(log_probs: Float[np.ndarray, "rows classes"], labels: Int[np.ndarray, " rows"], *, k: int) -> Share:
    """Return the share of rows whose class is not among the `k` likeliest; where classes tie, the first are taken.

    A row with something that is no number is wrong.
    """
    likeliest = np.argsort(-log_probs, axis=1, kind="stable")[:, :k]
    right = (likeliest == labels[:, None]).any(axis=1) & ~np.isnan(log_probs).any(axis=1)
    return share(int((~right).sum()), len(labels))


def confusion(
    found: Int[np.ndarray, " rows"], labels: Int[np.ndarray, " rows"], *, classes: int
) -> Int[np.ndarray, "classes classes"]:
    """Return how often each class, by row, is taken for each, by column."""
    return np.bincount(labels * classes + found, minlength=classes**2).reshape(classes, classes)


def calibration(
    log_probs: Float[np.ndarray, "rows classes"], labels: Int[np.ndarray, " rows"], *, bins: int = 15
) -> tuple[float, list[Bin]]:
    """Return the expected calibration error, and the bins of equal width in which there is something."""
    confidence, right = np.exp(log_probs.max(axis=1)), log_probs.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = [
        Bin(int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean()))
        for number in range(bins)
        if (inside := place == number).any()
    ]
    error = sum(each.number * abs(each.right - each.confidence) for each in found) / max(1, len(labels))
    return error, found
