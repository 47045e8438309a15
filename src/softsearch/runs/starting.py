"""A training that starts from the weights of another run, with that run's vocabulary."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, NamedTuple

from softsearch.build.families import family_of
from softsearch.errors import RunError
from softsearch.recipes import Recipe
from softsearch.runs.changes import differences
from softsearch.runs.parts import recipe_of, task_of, trained_model_of
from softsearch.training.checkpoints import weights_as_bytes
from softsearch.training.folder import RunFolder

WEIGHTS = "start.safetensors"


class Start(NamedTuple):
    """What another run gives: its task, its best weights as the content of a file, and how it is recorded."""

    task: Any
    weights: bytes
    about: dict[str, Any]


def start_from(run: Path, recipe: Recipe) -> tuple[Recipe, Start]:
    """Return a recipe with what the weights of another run ask for, and what is taken over from that run.

    Raises
    ------
    RunError
        Not a run, damaged, or its model is another than the recipe's; the fields that differ are named.
    """
    folder = RunFolder.open(run)
    base = recipe_of(folder)
    if base.training is None or recipe.training is None:
        raise RunError("counted n-grams give no weights to start from, and take none", path=run, fix="leave out --from")
    _refuse_another_model(run, base, recipe)
    bound = {name: getattr(base, name) for name in family_of(recipe).of_weights}
    for name in (name for name, part in bound.items() if getattr(recipe, name) != part):
        warnings.warn(f"the recipe's {name} has no effect: that of {run} is used, as its weights ask", stacklevel=3)
    if getattr(recipe.model, "vectors", None) is not None:
        warnings.warn(f"the file of vectors has no effect: the embeddings are those of {run}", stacklevel=3)
    model = trained_model_of(folder)
    step = folder.averaged[-1] if folder.averaged else folder.best or folder.last
    about = {"run": str(run.absolute()), "created": folder.about["created"], "step": step}
    return recipe.model_copy(update=bound), Start(task_of(folder), weights_as_bytes(model), about)


def _refuse_another_model(run: Path, base: Recipe, recipe: Recipe) -> None:
    """Raise a RunError unless the weights fit; dropout and where embeddings came from are none, and may differ."""
    if base.kind != recipe.kind:
        raise RunError("that run has learnt another task", path=run, value=base.kind, allowed=recipe.kind)
    kinds = [getattr(each.model, "kind", None) for each in (base, recipe)]
    if kinds[0] != kinds[1]:
        told = f"the network that was trained there is another: {kinds[0]}, and this one {kinds[1]}"
        raise RunError(told, path=run, fix=f"start from a run of model.kind {kinds[1]}, or train this one anew")
    family = family_of(recipe)
    changes = list(differences(family.network(base), family.network(recipe)))
    changes = [change for change in changes if not any(word in change.field for word in ("dropout", "vectors"))]
    if changes:
        wanted = " ".join(f"--set {change.field}={change.old}" for change in changes)
        raise RunError(
            "the recipe's model is not the one that was trained there: " + "; ".join(str(each) for each in changes),
            path=run,
            fix=f"give it the fields of that run: {wanted}",
        )
