"""The files of a run that its report shows, read back with every damage named."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from softsearch.errors import RunError

Row = Mapping[str, Any]

FEW = 5
"""Sentences below which an interval says nothing."""
SHARES = frozenset({"aer", "link_precision", "link_recall"})
"""Scores of translations from 0 to 1; their others are in per cent."""
IN_PER_CENT = frozenset({"error", "error_top_5", "calibration_error", "exact", "accuracy"})
"""Scores of classifiers, of captions and of executors from 0 to 1, which are shown in per cent."""
_OF_EPISODES = {
    "bits": "bits an episode",
    "errors": "wrong bits",
    "exact": "share without wrong bits",
    "squared_error": "squared error",
}
COLUMNS_OF_WORDS = ("words", "number", "mean probability", "places looked at", "on the thing named")
"""What :func:`rows_of_words` has in its columns."""

_FIX = "delete the file and have softsearch write it again"
_EVALUATION_KEYS = ("data", "date", "metrics", "by_length", "sentences", "num_sentences", "decoding")
_KEYS_OF_CLASSES = ("data", "date", "metrics", "count", "classes", "by_class", "confusion", "calibration", "worst")
_KEYS_OF_KIND = {
    "text": ("data", "date", "metrics"),
    "images": _KEYS_OF_CLASSES,
    "sentences": _KEYS_OF_CLASSES,
    "captions": ("data", "date", "metrics", "blind", "distinct", "pointing", "words", "captions", "num_best", "count"),
    "episodes": ("data", "date", "sizes", "count"),
    "programs": ("data", "date", "metrics", "levels", "worst", "count"),
}
"""What an evaluation that names its kind has; one that does not is of pairs."""
_COMPARISON_KEYS = ("date", "data", "systems", "comparisons", "num_sentences")


def read_evaluations(folder: Path) -> dict[str, Row]:
    """Return the evaluations in a folder by name: the test set, then the validation set, then the others by name.

    Raises
    ------
    RunError
        A file is damaged; the message names it.
    """
    found: dict[str, Row] = {}
    for path in _ordered(folder):
        row = read_json(path)
        found[path.stem] = require_keys(row, _KEYS_OF_KIND.get(str(row.get("kind")), _EVALUATION_KEYS), path=path)
    return found


def read_comparisons(folder: Path) -> dict[str, Row]:
    """Return the comparisons with other runs, in the order and with the errors of :func:`read_evaluations`."""
    return {path.stem: read_json(path, required=_COMPARISON_KEYS) for path in _ordered(folder / "comparisons")}


def title(evaluation: Row) -> str:
    """Return what an evaluation is called: its data as they were named, and the runs that wrote together."""
    members = evaluation.get("members")
    return evaluation["data"] + (f", together with {', '.join(members)}" if members else "")


def scores_of_text(evaluation: Row) -> dict[str, str]:
    """Return what a language model makes of a text, four digits of each score."""
    metrics = evaluation["metrics"].items()
    return {name.replace("_", " "): f"{score['value']:#.4g}".rstrip(".") for name, score in metrics}


def about_items(evaluation: Row) -> str:
    """Return what was scored: ``10,000 images of test, each with its mirror image``."""
    flips = ", each with its mirror image" if evaluation.get("flips") else ""
    return f"{evaluation['count']:,} {evaluation['kind']} of {evaluation['data']}{flips}"


def scores_of_classes(evaluation: Row) -> dict[str, tuple[str, str]]:
    """Return each score of a classifier with its interval, if it has one: shares in per cent, a loss in nats."""
    return {
        name: share_shown(score) if name in IN_PER_CENT else (f"{score['value']:.4f}", "")
        for name, score in evaluation["metrics"].items()
    }


def scores_of_captions(evaluation: Row) -> dict[str, tuple[str, str, str]]:
    """Return each score of captions with its interval, and what the same captions score with other images."""
    blind = evaluation["blind"] or {}
    return {
        name: (*_of_captions(name, score), _of_captions(name, blind[name])[0] if name in blind else "")
        for name, score in evaluation["metrics"].items()
    }


def _of_captions(name: str, score: Row) -> tuple[str, str]:
    if name in IN_PER_CENT:
        return share_shown(score)
    return f"{score['value']:.1f}", f"{score['low']:.1f} to {score['high']:.1f}"


def distinct_shown(evaluation: Row) -> str:
    """Return how many different captions were written, and how many were learnt by heart, in a sentence."""
    written, seen = evaluation["distinct"]["captions"], evaluation["distinct"]["seen"]
    said = f"{written:,} different captions of {evaluation['count']:,} images"
    return said if seen is None else f"{said}; {seen:,} images have one that stands so among the captions of training"


def rows_of_words(evaluation: Row) -> list[tuple[str, ...]]:
    """Return of right words, and of wrong ones: number, probability, places, pointing."""
    return [
        (
            name,
            f"{each['count']:,}",
            f"{each['confidence']:.2f}",
            "–" if each["places"] is None else f"{each['places']:.1f}",
            "–" if each["pointing"] is None else f"{100 * each['pointing']:.1f} %",
        )
        for name, each in (evaluation["words"] or {}).items()
    ]


def rows_of_episodes(evaluation: Row) -> list[tuple[str, ...]]:
    """Return for each size of episodes each score with its interval, what is blind, and what is the least, if known."""
    return [
        (
            size,
            *(
                f"{score['value']:.4g} [{score['low']:.4g}, {score['high']:.4g}]"
                for name, score in each["metrics"].items()
            ),
            "–" if each["blind"] is None else f"{each['blind']:.4g}",
            *([f"{each['least']:.4g}"] if "least" in each else []),
        )
        for size, each in evaluation["sizes"].items()
    ]


def columns_of_episodes(evaluation: Row) -> tuple[str, ...]:
    """Return what :func:`rows_of_episodes` has in its columns."""
    first = next(iter(evaluation["sizes"].values()))
    least = ["bits of the best guess"] if "least" in first else []
    return (evaluation["swept"], *(_OF_EPISODES[name] for name in first["metrics"]), "blind", *least)


def about_programs(evaluation: Row) -> str:
    """Return what was scored: ``500 programs of test, of length 4 and nesting 2``."""
    return f"{about_items(evaluation)}, of length {evaluation['length']} and nesting {evaluation['nesting']}"


def scores_of_programs(evaluation: Row) -> list[tuple[str, str, str]]:
    """Return each score with its interval, and the share of answers that are right for another program."""
    names = {"accuracy": "characters right, teacher-forced", "exact": "answers right, free-running"}
    rows = [(names[name], *share_shown(score)) for name, score in evaluation["metrics"].items()]
    blind = "–" if evaluation["blind"] is None else f"{100 * evaluation['blind']:.2f} %"
    return [*rows, ("answers right, of another program (blind)", blind, "")]


def score_shown(name: str, value: float) -> str:
    """Return a score of any kind: in per cent what is one of :data:`IN_PER_CENT`, otherwise four digits."""
    return f"{100 * value:.2f} %" if name in IN_PER_CENT else f"{value:.4g}"


def share_shown(score: Row) -> tuple[str, str]:
    """Return a share in per cent, and its interval, if it has one."""
    return (
        f"{100 * score['value']:.2f} %",
        f"{100 * score['low']:.2f} to {100 * score['high']:.2f}" if "low" in score else "",
    )


def outdated(row: Row, in_use: Sequence[int]) -> str | None:
    """Return of which weights a row is, if it says so and the run has others `in_use` by now; otherwise None."""
    steps = row.get("steps")
    if not steps or steps == list(in_use):
        return None
    return f"of {_steps(steps)}, the best is now {_steps(in_use)}"


def newest(evaluations: Mapping[str, Row], in_use: Sequence[int]) -> dict[str, Row]:
    """Return one evaluation of each data set and each ensemble: the newest of the present weights, or else of any."""
    best: dict[tuple[str, ...], str] = {}
    for name, row in evaluations.items():
        key = (row.get("data_id", name), *row.get("members", ()))
        rank = (outdated(row, in_use) is None, row["date"])
        if key not in best or rank > (outdated(evaluations[best[key]], in_use) is None, evaluations[best[key]]["date"]):
            best[key] = name
    return {name: evaluations[name] for name in best.values()}


def _steps(steps: Sequence[int]) -> str:
    listed = ", ".join(f"{step:,}" for step in steps)
    return f"step {listed}" if len(steps) == 1 else f"the mean of steps {listed}" if steps else "not there"


def read_json(path: Path, required: Collection[str] = ()) -> dict[str, Any]:
    """Return the object in a file.

    Raises
    ------
    RunError
        It is damaged, or lacks one of the keys.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"damaged or cut short: {error}", path=path, fix=_FIX) from error
    return require_keys(content, required, path=path)


def require_keys(content: Any, required: Collection[str], *, path: Path) -> dict[str, Any]:
    """Return the content of a file, or raise a RunError where it is no object with these keys."""
    if not isinstance(content, dict) or not content.keys() >= set(required):
        raise RunError("damaged: not the object that softsearch writes", path=path, allowed=required or None, fix=_FIX)
    return content


def read_rows(path: Path) -> list[Row]:
    """Return the rows of the journal; the last line is left out while a running training is still writing it.

    Raises
    ------
    RunError
        A line is damaged; the message names it.
    """
    if not path.exists():
        return []
    rows = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise RunError(f"damaged: {error}", path=path, line=number, fix="delete this line") from error
    return rows


def _ordered(folder: Path) -> list[Path]:
    first = {"test": 0, "valid": 1}
    return sorted(folder.glob("*.json"), key=lambda path: (first.get(path.stem, 2), path.stem))
