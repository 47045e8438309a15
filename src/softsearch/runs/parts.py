"""What a run folder holds becomes objects again, and what is written into it becomes text."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Mapping
from typing import Any, Literal

import torch

from softsearch.build.model import build_model
from softsearch.data.tokenizers import load_tokenizer
from softsearch.errors import Interrupted, RunError
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import Recipe, load_recipe, schema
from softsearch.tasks.translation import TranslationTask
from softsearch.training.folder import RunFolder
from softsearch.training.loop import Outcome
from softsearch.training.optimisation import make_optimizer


def optimizer_of(training: schema.Training, model: SequenceModel) -> torch.optim.Optimizer:
    """Return the optimiser that a recipe describes."""
    optimizer = training.optimizer
    return make_optimizer(
        model,
        learning_rate=optimizer.learning_rate,
        weight_decay=optimizer.weight_decay,
        betas=optimizer.betas,
    )


def task_of(folder: RunFolder) -> TranslationTask:
    """Return the task of a run, with its tokenizer."""
    return TranslationTask(load_tokenizer(folder.path / "tokenizer.model"), **folder.about["task"])


def model_of(folder: RunFolder) -> SequenceModel:
    """Return the network of a run, with its first weights."""
    recipe = recipe_of(folder)
    return build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)


def recipe_of(folder: RunFolder) -> Recipe:
    """Return the recipe of a run, or raise a RunError where it was made without one."""
    path = folder.path / "recipe.yaml"
    if not path.exists():
        raise RunError(
            "this run was made without a recipe", path=folder.path, fix="from Python, give its model= to load"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whoever trained it has been warned
        return load_recipe(path)


def best_of(folder: RunFolder) -> Literal["best", "last"]:
    """Return which weights to use: the last ones where no validation was finite."""
    return "last" if folder.best is None else "best"


def check_interrupted(folder: RunFolder, outcome: Outcome, *, how: str) -> None:
    """Raise Interrupted where a signal has ended the training; `how` says how to go on."""
    if outcome.interrupted_by is None:
        return
    raise Interrupted(
        f"interrupted by {outcome.interrupted_by.name} at step {outcome.step} of {outcome.total_steps}; all is saved",
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
