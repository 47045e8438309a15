"""Stored images, some at a time, and the statistics of their colours."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

_AT_ONCE = 250  # images of 64 by 64, and fewer of larger ones


def some_at_a_time(images: np.ndarray) -> Iterator[np.ndarray]:
    """Yield images as they are stored, as many at once as memory bears well."""
    at_once = max(1, min(_AT_ONCE, _AT_ONCE * 64**2 // math.prod(images.shape[1:3])))
    return (images[start : start + at_once] for start in range(0, len(images), at_once))


def statistics_of(images: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the mean and the deviation of the colours of stored images; white is 1. One that never varies has 1."""
    total, squares, count = 0.0, 0.0, 0
    for some in some_at_a_time(images):
        pixels = np.array(some, dtype=np.float64) / 255
        total = total + pixels.sum(axis=(0, 1, 2))
        squares = squares + (pixels**2).sum(axis=(0, 1, 2))
        count += math.prod(pixels.shape[:3])
    mean = np.asarray(total) / count
    deviation = np.sqrt(np.maximum(np.asarray(squares) / count - mean**2, 0.0))
    return tuple(mean.tolist()), tuple(np.where(deviation > 0, deviation, 1.0).tolist())
