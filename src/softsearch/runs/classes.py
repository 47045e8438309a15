"""Scores of classifiers, whatever they tell apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from softsearch.metrics.classification import calibration, confusion, share, top_error
from softsearch.runs.parts import keep_evaluation
from softsearch.shapes import Float, Int
from softsearch.tasks.classified import require_numbers
from softsearch.times import now
from softsearch.training.folder import RunFolder

_WORST = 24
_TOP = 5


def score_classes(
    folder: RunFolder,
    log_probs: Float[np.ndarray, "rows classes"],
    labels: Int[np.ndarray, " rows"],
    classes: Sequence[str],
    *,
    data: str,
    file: str,
    about: Mapping[str, Any],
    shown: Callable[[int], Mapping[str, Any]],
) -> dict[str, Any]:
    """Score what a classifier makes of some data, and keep the result in the run folder.

    Parameters
    ----------
    log_probs, labels
        Of each row, the log-probabilities of the classes, in nats, and the number of the right one.
    data, file
        What the data are called, and the file of the result.
    about
        What is said besides: the kind of the evaluation, how many there are.
    shown
        Returns what is shown of a row.

    Raises
    ------
    RunError
        Answers are no numbers.
    """
    require_numbers(log_probs)
    of_right = log_probs[np.arange(len(labels)), labels]
    metrics: dict[str, Any] = {"error": top_error(log_probs, labels, k=1)._asdict()}
    if len(classes) > _TOP:
        metrics[f"error_top_{_TOP}"] = top_error(log_probs, labels, k=_TOP)._asdict()
    off, bins = calibration(log_probs, labels)
    metrics |= {"loss": {"value": 0.0 - float(of_right.mean())}, "calibration_error": {"value": off}}
    taken = confusion(log_probs.argmax(axis=1), labels, classes=len(classes))
    found = {
        "data": data,
        "data_id": file,
        "steps": folder.in_use,
        "date": now(),
        "overfit": folder.about.get("overfit"),
        **about,
        "classes": list(classes),
        "metrics": metrics,
        "by_class": _by_class(taken),
        "confusion": taken.tolist(),
        "calibration": [each._asdict() for each in bins],
        "worst": [
            {**_taken(log_probs[row], labels[row], classes), **shown(row)}
            for row in np.argsort(of_right, kind="stable")[:_WORST].tolist()
        ],
    }
    keep_evaluation(folder.path / "evaluations" / f"{file}.json", found)
    return found


def _by_class(taken: Int[np.ndarray, "classes classes"]) -> list[dict[str, Any] | None]:
    """Return how many each class has, and the share taken for another; None for a class without any."""
    return [
        {"count": total, **share(total - int(row[number]), total)._asdict()} if (total := int(row.sum())) else None
        for number, row in enumerate(taken)
    ]


def _taken(of_classes: Float[np.ndarray, " classes"], label: int, classes: Sequence[str]) -> dict[str, Any]:
    best = int(of_classes.argmax())
    return {
        "class": classes[label],
        "taken_for": classes[best],
        "probability": float(np.exp(of_classes[best])),
        "probability_of_class": float(np.exp(of_classes[label])),
    }
