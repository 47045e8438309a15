"""What clipping gradients by norm does to their mean (Pascanu, Mikolov and Bengio 2013, section 3.2).

    clipped(g) = g                where |g| <= limit
                 limit g / |g|    where it is longer

The mean of gradients is an unbiased estimate of the gradient over all data; the mean of clipped ones is not. It is
shorter, and, as gradients of some directions are cut more often than others, it points elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from softsearch.shapes import Float, Tensor


@dataclass(frozen=True)
class Bias:
    """The mean of clipped gradients, beside the mean of the same gradients as they are.

    Attributes
    ----------
    count
        How many gradients there were.
    share
        Of those that were longer than the limit.
    degrees
        The angle between the two means.
    length
        That of the clipped mean, as a share of that of the other.
    """

    count: int
    share: float
    degrees: float
    length: float


def clipped(gradient: Float[Tensor, " features"], limit: float) -> Float[Tensor, " features"]:
    """Return a gradient that is no longer than the limit."""
    length = float(gradient.norm())
    return gradient if length <= limit else limit / length * gradient


def bias(gradients: Iterable[Float[Tensor, " features"]], limit: float) -> Bias:
    """Return the bias of clipping to a limit; of the gradients, at least one, no more than one is held at a time."""
    count, longer, plain, cut = 0, 0, None, None
    for gradient in gradients:
        each = gradient.double()
        shorter = clipped(each, limit)
        plain, cut = (each, shorter) if plain is None or cut is None else (plain + each, cut + shorter)
        count, longer = count + 1, longer + (shorter is not each)
    if plain is None or cut is None:
        raise ValueError("no gradient")
    cosine = float((plain @ cut) / (plain.norm() * cut.norm()))
    degrees = math.degrees(math.acos(min(1.0, cosine)))
    return Bias(count, longer / count, 0.0 if degrees < 1e-4 else degrees, float(cut.norm() / plain.norm()))
