"""One recipe trained again and again, with other values of some fields: a run for each, and what the scores come to."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from softsearch.errors import RecipeError, RunError
from softsearch.files import write_text_atomically
from softsearch.metrics.repeats import Figures
from softsearch.recipes import Recipe, load_recipe
from softsearch.recipes.reading import anchored
from softsearch.runs.evaluation import evaluate
from softsearch.runs.making import is_finished, resume, train
from softsearch.runs.parts import recipe_of
from softsearch.training.folder import RunFolder

REPEATS = ("seed", "data.fold")
"""Fields whose values are repetitions of one setting."""
SUMMARY = "sweep.json"
_MOST_RUNS = 10_000


class Axis(NamedTuple):
    """A field, and the values that it takes one after the other, each as YAML."""

    key: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Axis:
        """Return what ``seed=1,2,3`` or ``data.fold=1..10`` says; commas in brackets are part of a value.

        Raises
        ------
        RecipeError
            It says nothing of that form, or a value twice.
        """
        key, equals, listed = text.partition("=")
        values = tuple(_range(listed) or _split(listed))
        if re.fullmatch(r"\s*\d+\s*\.\.\s*\d+\s*", listed) and len(values) == 1 and ".." in values[0]:
            raise RecipeError("the range runs backwards", value=text, allowed="KEY=FIRST..LAST, such as seed=1..3")
        if not key.strip() or not equals or not all(values) or any(".." in value for value in values):
            example = "KEY=VALUE,VALUE,… or KEY=FIRST..LAST with two whole numbers, such as seed=1..3"
            raise RecipeError("this names no field with its values", value=text, allowed=example)
        if len(set(values)) < len(values):
            raise RecipeError("a value stands twice", value=text, fix="keep one of them")
        return cls(key.strip(), values)


class Setting(NamedTuple):
    """One run of a sweep: the values of the fields, the recipe, and the folder it goes to."""

    values: dict[str, str]
    recipe: Recipe
    folder: Path


def settings_of(recipe: str | Path, axes: Sequence[Axis], overrides: Sequence[str], out: Path) -> list[Setting]:
    """Return every combination of values, all recipes read: a mistake is found before the first training.

    Raises
    ------
    RecipeError
        A recipe is wrong; or two axes are of one field, or there are too many runs.
    """
    keys = [axis.key for axis in axes]
    if len(set(keys)) < len(keys):
        raise RecipeError("two lists of values are of one field", value=", ".join(keys), fix="join them")
    if twice := next((text for text in overrides if text.partition("=")[0].strip() in keys), None):
        problem = "this field has a list of values, and one beside it"
        raise RecipeError(problem, value=twice, fix="leave one of them out")
    if (number := math.prod(len(axis.values) for axis in axes)) > _MOST_RUNS:
        raise RecipeError("too many runs", value=number, allowed=f"at most {_MOST_RUNS:,}")
    found = []
    for combination in itertools.product(*(axis.values for axis in axes)):
        values = dict(zip(keys, combination, strict=True))
        changes = [f"{key}={value}" for key, value in values.items()]
        name = "_".join(f"{key.rpartition('.')[2]}-{_file_name(value)}" for key, value in values.items())
        found.append(Setting(values, load_recipe(recipe, [*overrides, *changes]), out / name))
    names = Counter(each.folder.name for each in found)  # two parts have fields of one name; odd characters differ
    return [each if names[each.folder.name] == 1 else each._replace(folder=_numbered(each)) for each in found]


def sweep(
    settings: Sequence[Setting], out: Path, *, on: str | Path | None = None, live: bool = True
) -> Iterator[dict[str, Any]]:
    """Train each setting that is not trained yet, score it, and yield what is known so far, as ``sweep.json`` keeps it.

    An interrupted sweep goes on where it stopped when it is asked for again, perhaps with more values. A training that
    comes to no end, because its loss is not finite, say, is told of, and the others go on.

    Parameters
    ----------
    on
        See :func:`~softsearch.runs.evaluate`. None: "valid" where settings are compared, of which one may be chosen;
        where there are only repetitions of one, what evaluate takes.

    Raises
    ------
    RunError
        The folder holds another sweep, or one of a run another training.
    Interrupted
        As in :func:`~softsearch.runs.train`.
    """
    for setting in settings:
        _refuse_another_training(setting)
    if on is None and any(name not in REPEATS for setting in settings for name in setting.values):
        on = "valid"
    rows = _kept(settings, out / SUMMARY, on=None if on is None else str(on))
    data = ""
    for number, setting in enumerate(settings, start=1):
        row = {"values": setting.values, "folder": setting.folder.name}
        if failed := _failure_of(setting, live=live):
            rows[setting.folder.name] = row | {"failed": failed}
        elif setting.folder.name not in rows or not data:
            evaluation = evaluate(setting.folder, on=on)
            data = evaluation["data"]
            scores = {name: score["value"] for name, score in evaluation["metrics"].items()}
            rows[setting.folder.name] = row | {"scores": scores}
        ordered = [rows[each.folder.name] for each in settings if each.folder.name in rows]
        found = {"on": None if on is None else str(on), "data": data, "runs": ordered, "of": len(settings)}
        found["summary"] = summary_of(ordered)
        write_text_atomically(out / SUMMARY, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        yield {**found, "done": number, "last": rows[setting.folder.name]}


def summary_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return for each setting, repetitions taken together, every score's mean, deviation and 95 % interval."""
    groups: dict[tuple[tuple[str, str], ...], list[Mapping[str, Any]]] = {}
    for row in (row for row in rows if "scores" in row):
        key = tuple((name, value) for name, value in row["values"].items() if name not in REPEATS)
        groups.setdefault(key, []).append(row["scores"])
    return [
        {
            "values": dict(key),
            "count": len(scores),
            "scores": {name: _figures([each[name] for each in scores]) for name in scores[0]},
        }
        for key, scores in groups.items()
    ]


def _kept(settings: Sequence[Setting], summary: Path, *, on: str | None) -> dict[str, dict[str, Any]]:
    """Return by folder what a sweep that was interrupted, or had fewer values, knows already.

    Raises
    ------
    RunError
        The file is damaged, or has runs which this sweep has not: they would be lost from it.
    """
    if not summary.exists():
        return {}
    try:
        before = json.loads(summary.read_text(encoding="utf-8"))
        rows = {row["folder"]: row for row in before["runs"]}
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"damaged: {error!r}", path=summary, fix="delete it: the runs are kept beside it") from error
    if lost := rows.keys() - {setting.folder.name for setting in settings}:
        problem = f"this folder holds another sweep, with {min(lost)}"
        raise RunError(problem, path=summary.parent, fix="ask for its runs, too, or choose another folder with --out")
    return {name: row for name, row in rows.items() if "scores" in row} if before.get("on") == on else {}


def _refuse_another_training(setting: Setting) -> None:
    if setting.folder.exists() and recipe_of(RunFolder.open(setting.folder)) != anchored(setting.recipe):
        problem = "this folder holds a training by another recipe"
        raise RunError(problem, path=setting.folder, fix="choose another folder with --out, or delete this one")


def _failure_of(setting: Setting, *, live: bool) -> str | None:
    """Train a setting, or go on with it; return why it came to no end, if so."""
    try:
        if not setting.folder.exists():
            train(setting.recipe, setting.folder, live=live)
        elif not is_finished(setting.folder):
            resume(setting.folder, live=live)
    except RunError as error:
        return str(error)
    return None


def _figures(values: Sequence[float]) -> dict[str, Any]:
    figures = Figures.of(values)
    return {**dataclasses.asdict(figures), "deviation": figures.deviation}


def _range(text: str) -> list[str]:
    first, dots, last = text.partition("..")
    if not dots or not (first.strip().isdecimal() and last.strip().isdecimal()):
        return []
    return [str(number) for number in range(int(first), min(int(last), int(first) + _MOST_RUNS) + 1)]


def _split(text: str) -> list[str]:
    """Return what commas part, but for those in brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _numbered(setting: Setting) -> Path:
    digest = hashlib.sha256(json.dumps(setting.values).encode()).hexdigest()[:6]
    return setting.folder.with_name(f"{setting.folder.name}_{digest}")


def _file_name(value: str) -> str:
    return "".join(character if character.isalnum() or character in ".-+" else "-" for character in value)[:60]
