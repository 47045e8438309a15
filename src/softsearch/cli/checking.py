"""`softsearch check`: a recipe, a corpus or a run folder is read to the end, and what is wrong is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from softsearch.cli.console import Json, say, say_json

if TYPE_CHECKING:
    from softsearch.recipes.schema import Recipe

RECIPE_SUFFIXES = {".yaml", ".yml"}


def check(
    what: Annotated[
        list[str],
        typer.Argument(metavar="PATH|NAME", help="A recipe, a run folder, a TSV file, or two files of lines."),
    ],
    as_json: Json = False,
) -> None:
    """Check a recipe and its data, a corpus, or every file of a run."""
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
    return _recipe(what[0])


def _run(path: Path) -> tuple[dict[str, Any], list[str]]:
    from softsearch.training.folder import RunFolder

    folder = RunFolder.open(path)
    folder.verify()
    found = {
        "kind": "run",
        "path": str(path),
        "checkpoints": folder.checkpoints,
        "best": folder.best,
        "last": folder.last,
    }
    steps = ", ".join(str(step) for step in folder.checkpoints) or "none"
    return found, [f"{path}: every file is as it was written", f"checkpoints: {steps}; best: {folder.best}"]


def _corpus(paths: list[Path]) -> tuple[dict[str, Any], list[str]]:
    from softsearch.cli.survey import read_corpus, sentences

    survey = read_corpus(paths)
    return {"kind": "data", **survey.to_dict()}, sentences(survey)


def _recipe(name: str) -> tuple[dict[str, Any], list[str]]:
    from softsearch.cli.survey import read_corpus, sentences
    from softsearch.recipes.reading import load_recipe

    recipe = load_recipe(name)
    found: dict[str, Any] = {"kind": "recipe", "path": str(recipe.path), "data": {}}
    lines = [f"{recipe.path}: a valid recipe"]
    for split, files in _splits(recipe).items():
        survey = read_corpus(files)
        found["data"][split] = survey.to_dict()
        lines += [f"{split}:", *(f"  {line}" for line in sentences(survey))]
    if not found["data"]:
        lines.append("its data are generated: there are no files to read")
    return found, lines


def _splits(recipe: Recipe) -> dict[str, list[Path]]:
    """Return the files of each split that has files of its own."""
    data = recipe.data
    if data.kind != "files":
        return {}
    folder = Path(data.folder or ".")
    named = {"train": data.train, "valid": data.valid, "test": data.test}
    return {
        split: [folder / name for name in pairs.model_dump().values()]
        for split, pairs in named.items()
        if pairs is not None and not isinstance(pairs, int)
    }
