"""A training that starts from other weights: of a run, with its vocabulary and classes, or of a published file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from torch import nn

from softsearch.build.families import family_of
from softsearch.errors import RunError, the_first
from softsearch.files import sha256
from softsearch.recipes import Recipe
from softsearch.runs.changes import differences
from softsearch.runs.parts import recipe_of, task_of, trained_model_of
from softsearch.training.checkpoints import weights_as_bytes
from softsearch.training.folder import RunFolder
from softsearch.training.published import read_weights, take_weights


class Start(NamedTuple):
    """What a training starts from, and how it is recorded.

    `task` is that of another run, None for a file. `weights` returns the content of a file of weights for the network
    that it is given; of a run they are its own, whatever the network.
    """

    task: Any
    weights: Callable[[nn.Module], bytes]
    about: dict[str, Any]


def start_from(source: Path, recipe: Recipe) -> tuple[Recipe, Start]:
    """Return a recipe with what the weights of another run ask for, and what is taken over from that run, or file.

    Raises
    ------
    RunError
        Not a run, damaged, or its model is another than the recipe's; the fields that differ are named. A file that
        holds no weights; or of a network that is known by its words.
    """
    return _from_file(source, recipe) if source.is_file() else _from_run(source, recipe)


def _from_file(path: Path, recipe: Recipe) -> tuple[Recipe, Start]:
    if family_of(recipe).of_weights or recipe.training is None:
        problem = "only networks that read images start from a file of weights: others are bound to a vocabulary"
        raise RunError(problem, path=path, fix=family_of(recipe).instead_of_weights)
    published = read_weights(path)
    # whether they fit is told before the images are read; how many classes there are does not matter to that
    take_weights(published, family_of(recipe).model(recipe, sizes={"classes": 2}), path=path)

    def weights(model: nn.Module) -> bytes:
        fitted = take_weights(published, model, path=path)
        for names, told in (
            (fitted.own, "the last layer starts anew, for its own classes"),
            (fitted.useless, "the network has no use for these weights"),
        ):
            if names:
                warnings.warn(f"{path}: {told}: {the_first(names)}", stacklevel=3)
        return weights_as_bytes(model)

    return recipe, Start(None, weights, {"file": str(path.absolute()), "sha256": sha256(path)})


def _from_run(run: Path, recipe: Recipe) -> tuple[Recipe, Start]:
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
    about = {"run": str(run.absolute()), "created": folder.about["created"], "step": folder.in_use[-1]}
    return recipe.model_copy(update=bound), Start(task_of(folder), lambda _: weights_as_bytes(model), about)


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
