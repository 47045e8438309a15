"""Telling things apart, whatever they are: what to minimise, what to show while training, what is said of one.

    L = - sum over classes k of t_k log p_k

t is 1 for the right class, or what mixing and smoothing leave of it: with smoothing e, (1 - e) t + e / K.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from softsearch.errors import RunError
from softsearch.metrics.classification import top_error
from softsearch.shapes import Float, Int, Tensor
from softsearch.tasks.task import Term, Validation


@dataclass(frozen=True)
class Classified:
    """The likeliest classes of one thing, the likeliest first, and their probabilities."""

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def label(self) -> str:
        """The likeliest class."""
        return self.classes[0]

    def to_dict(self) -> dict[str, Any]:
        """Return it as what JSON can say."""
        return {"class": self.label, "probabilities": dict(zip(self.classes, self.probabilities, strict=True))}


def cross_entropy(
    scores: Float[Tensor, "batch classes"], shares: Float[Tensor, "batch classes"], *, smoothing: float
) -> Term:
    """Return the cross-entropy of a batch, in nats, where `shares` says how much of each class is in each of it."""
    targets = shares * (1 - smoothing) + smoothing / shares.shape[1]
    return Term(-(targets * scores.float().log_softmax(dim=1)).sum(), len(scores))


def likeliest(log_probs: Float[np.ndarray, "rows classes"], classes: Sequence[str], *, top: int) -> list[Classified]:
    """Return the `top` likeliest classes of each row.

    Raises
    ------
    RunError
        The network's answers are no numbers: its training came to no end.
    """
    require_numbers(log_probs)
    order = np.argsort(-log_probs, axis=1, kind="stable")[:, :top]
    return [
        Classified(tuple(classes[place] for place in row), tuple(math.exp(each[place]) for place in row))
        for row, each in zip(order.tolist(), log_probs, strict=True)
    ]


def require_numbers(log_probs: Float[np.ndarray, "rows classes"]) -> None:
    """Raise a RunError where a network's answers are no numbers."""
    if wrong := int(np.isnan(log_probs).any(axis=1).sum()):
        problem = f"{wrong:,} of the network's {len(log_probs):,} answers are no numbers: its training came to no end"
        raise RunError(problem, fix="train anew with a lower learning_rate")


def validation(
    log_probs: Float[np.ndarray, "rows classes"],
    labels: Int[np.ndarray, " rows"],
    classes: Sequence[str],
    *,
    shown: Sequence[str],
) -> Validation:
    """Return the loss in nats, the share of rows whose likeliest class is the right one, and the row with most loss.

    Of that row, what `shown` says of it is shown.
    """
    of_right = log_probs[np.arange(len(labels)), labels]
    scores = {"loss": 0.0 - float(of_right.mean()), "accuracy": 1 - top_error(log_probs, labels, k=1).value}
    worst = int(of_right.argmin())
    taken, right = classes[int(log_probs[worst].argmax())], classes[int(labels[worst])]
    sample = {"worst": shown[worst], "class": right}
    return Validation(scores, sample if taken == right else sample | {"taken for": taken})
