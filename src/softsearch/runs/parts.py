"""What a run folder holds becomes objects again, and what is written into it becomes text."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from softsearch.build.model import build_model
from softsearch.data.dictionary import dictionary_text, read_dictionary
from softsearch.data.tokenizers import load_tokenizer
from softsearch.errors import Interrupted, RunError
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import Recipe, load_recipe
from softsearch.tasks.translation import TranslationTask
from softsearch.training.folder import RunFolder
from softsearch.training.outcome import Outcome

RECIPE = "recipe.yaml"
DICTIONARY = "dictionary.tsv"


def task_of(folder: RunFolder) -> TranslationTask:
    """Return the task of a run, with its tokenizer."""
    file = folder.path / DICTIONARY
    return TranslationTask.from_dict(
        folder.about["task"],
        tokenizer=load_tokenizer(folder.path / "tokenizer.model"),
        dictionary=read_dictionary(file) if file.exists() else {},
    )


def files_of(task: TranslationTask) -> dict[str, str | bytes]:
    """Return the files from which, with its dictionary of fields, :func:`task_of` makes a task again."""
    files: dict[str, str | bytes] = {"tokenizer.model": task.tokenizer.to_bytes()}
    if task.dictionary:
        files[DICTIONARY] = dictionary_text(task.dictionary)
    return files


def model_of(folder: RunFolder) -> SequenceModel:
    """Return the network of a run, with its first weights."""
    recipe = recipe_of(folder)
    return build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)


def recipe_of(folder: RunFolder) -> Recipe:
    """Return the recipe that a run has been trained with so far, or raise a RunError where it was made without one."""
    if "recipe" in folder.about:
        return Recipe.model_validate(folder.about["recipe"])
    path = folder.path / RECIPE  # of a run from before recipes could change: under a checksum
    if not path.exists():
        raise RunError(
            "this run was made without a recipe", path=folder.path, fix="from Python, give its model= to load"
        )
    return load_quietly(path)


def load_quietly(path: Path) -> Recipe:
    """Return a run's recipe without its warnings: whoever trained it has heard them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_recipe(path)


def plain_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as run.json keeps it."""
    return recipe.model_dump(mode="json")


def best_of(folder: RunFolder) -> Literal["best", "last"]:
    """Return which weights to use: the last ones where no validation was finite."""
    return "best" if folder.averaged or folder.best is not None else "last"


def check_interrupted(folder: RunFolder, outcome: Outcome, *, how: str) -> None:
    """Raise Interrupted where a signal has ended the training; `how` says how to go on."""
    if outcome.interrupted_by is None:
        return
    told = f"at step {outcome.step} of {outcome.total_steps}; all is saved"
    if outcome.step == 0:
        told = "before the first step: nothing was trained yet"
    raise Interrupted(
        f"interrupted by {outcome.interrupted_by.name} {told}",
        path=folder.path,
        fix=f"go on with: {how}",
        exit_code=outcome.exit_code,
    )


def now() -> str:
    """Return the date and time, to the second, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def as_json(content: Mapping[str, Any]) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
