"""What a run folder holds becomes objects again, and what is written into it becomes text."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import load_file

from softsearch.build.families import family_named, family_of
from softsearch.errors import Interrupted, RunError
from softsearch.files import write_text_atomically
from softsearch.recipes import Recipe, load_recipe
from softsearch.recipes.schema import recipe_from
from softsearch.training.checkpoints import load_checkpoint, load_weights
from softsearch.training.folder import RunFolder
from softsearch.training.outcome import Outcome

RECIPE = "recipe.yaml"
COUNTED = "counted.safetensors"
WEIGHTS = "start.safetensors"
"""What a training that starts from other weights begins with."""


def task_of(folder: RunFolder) -> Any:
    """Return the task of a run, with its tokenizer."""
    return family_named(folder.about["task"]).restored(folder.about["task"], folder.path)


def model_of(folder: RunFolder) -> Any:
    """Return the network of a run, untrained: with the weights that its seed draws."""
    recipe = recipe_of(folder)
    return family_of(recipe).model(recipe, sizes=folder.about)


def first_model_of(folder: RunFolder) -> Any:
    """Return the network of a run, with the weights that its training begins with: drawn, read, or of another run."""
    recipe, model = recipe_of(folder), model_of(folder)
    family_of(recipe).begin(recipe, model, folder.data)
    if folder.about.get("from"):
        load_weights(folder.path / WEIGHTS, model=model)
    return model


def trained_model_of(folder: RunFolder) -> Any:
    """Return the network of a run with its best weights, or what was counted.

    Raises
    ------
    RunError
        There is no checkpoint, or it is damaged.
    """
    recipe = recipe_of(folder)
    if recipe.training is None:
        counted = load_file(folder.path / COUNTED)
        return family_of(recipe).recalled(counted, sizes=folder.about)
    model = model_of(folder)
    load_checkpoint(folder, best_of(folder), model=model)
    return model


def recipe_of(folder: RunFolder) -> Recipe:
    """Return the recipe that a run has been trained with so far, or raise a RunError where it was made without one."""
    if "recipe" in folder.about:
        return recipe_from(folder.about["recipe"])
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
    """Return which weights to use: the last ones, with a warning, where no validation has chosen any."""
    if folder.averaged or folder.best is not None:
        return "best"
    if folder.last is not None:
        told = f"no validation has chosen weights: the last ones are used, those of step {folder.last}"
        warnings.warn(f"{folder.path}: {told}", stacklevel=3)
    return "last"


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


def as_json(content: Mapping[str, Any]) -> str:
    """Return the text of a JSON file."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def keep_evaluation(file: Path, content: Mapping[str, Any]) -> None:
    """Write scores into a run's folder, or warn that it takes none."""
    try:
        file.parent.mkdir(exist_ok=True)
        write_text_atomically(file, as_json(content))
    except OSError as error:
        warnings.warn(f"{file}: the scores could not be kept: {error.strerror or error}", stacklevel=3)
