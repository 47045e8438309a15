"""Scores of classifiers, whatever they tell apart."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from softsearch.build.scored import OWN, digest
from softsearch.data.labels import readable
from softsearch.errors import RunError
from softsearch.metrics.classification import calibration, confusion, share, top_error
from softsearch.runs.parts import keep_evaluation, now
from softsearch.shapes import Float, Int
from softsearch.tasks.classified import HeldOutLabelled, require_numbers
from softsearch.training.folder import RunFolder


class _Labelled(Protocol):
    def fingerprints(self) -> Sequence[object]: ...


Store = TypeVar("Store", bound=_Labelled)

_WORST = 24
_TOP = 5


@contextlib.contextmanager
def labelled_to_score(
    folder: RunFolder,
    on: str | Path | None,
    *,
    kind: str,
    opened: Callable[[Path], Store],
    written: Callable[[Path, Path], Store],
) -> Iterator[tuple[HeldOutLabelled[Store], str]]:
    """Yield what a user names to be scored, and what the file of the scores is called.

    Parameters
    ----------
    on
        "test", "valid", "train", of the run itself; None: "test", or where it has none "valid". Or where others lie.
    kind
        What they are.
    opened
        Opens a store of the run.
    written
        Reads what lies there, and writes it as a store.

    Raises
    ------
    RunError
        The run has none of that name; besides, whatever the two raise.
    """
    on = on or ("test" if (folder.data / "test").is_dir() else "valid")
    if str(on) in (*OWN, "train"):
        if not (folder.data / str(on)).is_dir():
            own = [name for name in (*OWN, "train") if (folder.data / name).is_dir()]
            problem = f"this run has no {on} {kind}"
            raise RunError(problem, path=folder.path, allowed=own, fix="name these or others with --on")
        yield HeldOutLabelled(str(on), opened(folder.data / str(on))), str(on)
        return
    path, name = Path(on), readable(str(on))
    with tempfile.TemporaryDirectory() as temporary:
        store = written(path, Path(temporary) / kind)
        if (folder.data / "train").is_dir():
            _warn_of_trained_on(name, store.fingerprints(), opened(folder.data / "train").fingerprints())
        # two folders may each hold something of this name, and it may be called as what is the run's own
        yield HeldOutLabelled(name, store), f"{Path(name).stem}-{digest(path.absolute())}"


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


def _warn_of_trained_on(name: str, found: Sequence[object], trained_on: Sequence[object]) -> None:
    """Warn where some of what is to be scored was trained on, by the fingerprints of both."""
    known = set(trained_on)
    if number := sum(each in known for each in found):
        told = f"{number:,} of {len(found):,} are among what was trained on: the scores on them say less"
        warnings.warn(f"{name}: {told}", stacklevel=5)


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
