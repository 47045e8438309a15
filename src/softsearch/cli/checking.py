"""`softsearch check`: a recipe, a corpus or a run folder is read to the end, and what is wrong is said."""

from __future__ import annotations

import glob
import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from softsearch.cli import checking_recipes
from softsearch.cli.console import Json, say, say_json
from softsearch.errors import DataError, RecipeError, RunError

if TYPE_CHECKING:
    from softsearch.training.folder import RunFolder

RECIPE_SUFFIXES = {".yaml", ".yml"}


def check(
    what: Annotated[
        list[str],
        typer.Argument(metavar="PATH|NAME", help="A recipe, a run folder, a file of pairs, or two files of lines."),
    ],
    as_json: Json = False,
) -> None:
    """Check a recipe and its data, a corpus, or every file of a run; the worst findings come first."""
    found, lines = _examined(what)
    if as_json:
        say_json(found)
        return
    for line in lines:
        say(line)


def _examined(what: list[str]) -> tuple[dict[str, Any], list[str]]:
    paths = [Path(name) for name in what]
    if len(paths) > 1 or (paths[0].is_file() and paths[0].suffix not in RECIPE_SUFFIXES):
        return _corpus(paths)
    if paths[0].is_dir():
        return _run(paths[0])
    # What is neither a file nor a folder is the name of a recipe that ships, or a mistake that is explained as one.
    return checking_recipes.examine(what[0])


def _run(path: Path) -> tuple[dict[str, Any], list[str]]:
    from softsearch.runs.parts import COUNTED
    from softsearch.training.checkpoints import verify
    from softsearch.training.folder import RunFolder

    folder = RunFolder.open(path)
    verify(folder)
    changes, journal = _changed_fields(folder), _journal(folder)
    report = folder.path / "data-report.json"
    found = {
        "kind": "run",
        "path": str(path),
        "checkpoints": folder.checkpoints,
        "best": folder.best,
        "last": folder.last,
        "changes": changes,
        "journal": journal,
        "data": json.loads(report.read_text(encoding="utf-8")) if report.exists() else {},
    }
    steps = ", ".join(str(step) for step in folder.checkpoints) or "none"
    lines = [f"{path}: every file is as it was written", f"checkpoints: {steps}; best: {folder.best}"]
    if (path / COUNTED).exists():
        lines[1] = "counted, not trained: there are no checkpoints"
    if changes:
        told = "recipe.yaml differs from the recipe that the run was trained with"
        lines[:] = [
            f"{path}: every other file is as it was written",
            lines[1],
            told,
            *(f"  {each}" for each in changes),
        ]
    lines += [f"metrics.jsonl: {journal}"] * bool(journal)
    return found, [*lines, *_kept(found["data"])]


def _changed_fields(folder: RunFolder) -> list[str]:
    """Return the fields in which a run's recipe.yaml, which may be changed, differs from the recipe on record.

    Raises
    ------
    RunError
        It is no recipe any more.
    """
    from softsearch.recipes.reading import load_recipe
    from softsearch.runs.changes import differences

    path = folder.path / "recipe.yaml"
    if "recipe" not in folder.about or not path.exists():
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            now = load_recipe(path).model_dump(mode="json")
    except RecipeError as error:
        fix = "correct it, or delete it: the recipe that the run was trained with is in run.json too"
        raise RunError(f"the run's recipe was changed and is no longer valid: {error}", fix=fix) from error
    return [str(each) for each in differences(folder.about["recipe"], now)]


def _journal(folder: RunFolder) -> str | None:
    """Return what is lacking in a run's metrics.jsonl; raise a RunError where a line in it is damaged."""
    from softsearch.inspection.files import read_rows

    path = folder.path / "metrics.jsonl"
    if folder.last is None:
        return None
    if not path.exists():
        return "missing: the report has no curves"
    steps = [row["step"] for row in read_rows(path)[-1:] if isinstance(row, dict) and "step" in row]
    if not path.read_bytes().endswith(b"\n"):
        return "the last line is cut short, and is left out of the report"
    if folder.about.get("status") == "finished" and steps and steps[0] < folder.last:
        return f"cut short: it ends at step {steps[0]}, and the training went on to step {folder.last}"
    return None


def _kept(report: Mapping[str, Any]) -> Iterator[str]:
    """Describe the findings that were kept when the run's data were prepared."""
    from softsearch.cli.survey import in_full
    from softsearch.data.pairs.doctor.findings import from_mapping

    for split, read in report.items():
        findings = [line for finding in from_mapping(read.get("findings", {})) for line in in_full(finding)]
        yield from [f"{split}:", *(f"  {line}" for line in findings)] if findings else []


def _corpus(paths: list[Path]) -> tuple[dict[str, Any], list[str]]:
    from softsearch.cli.survey import described, part_of, survey

    try:
        found = survey([part_of(paths)])
    except DataError as error:
        others = _other_sides(paths[0])
        if len(paths) > 1 or len(others) != 1 or "column" not in error.problem:
            raise
        fix = f"where the other side is in a file of its own: softsearch check {paths[0]} {others[0]}"
        raise DataError(error.problem, path=error.path, line=error.line, value=error.value, fix=fix) from error
    return {"kind": "data", **found.to_dict()}, described(found)


def _other_sides(file: Path) -> list[Path]:
    """Return the files beside `file` that are called like it but for a language."""
    from softsearch.cli.new import is_language

    return [
        path for path in file.parent.glob(f"{glob.escape(file.stem)}.*") if path != file and is_language(path.suffix)
    ]
