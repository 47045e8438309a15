"""A recipe that was changed after its training began: what takes effect, and what would be another training."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from softsearch.errors import RunError
from softsearch.files import write_text_atomically
from softsearch.recipes import Recipe, dump_recipe, load_recipe
from softsearch.runs.parts import RECIPE, load_quietly, plain_recipe, recipe_of
from softsearch.training.folder import RunFolder

_LIMITS = ("training.max_steps", "training.max_epochs", "training.budget")
_SETTLED = (*_LIMITS, "training.threads")
_FALLS = {  # schedules that know the end of the training
    "linear": "to zero at the new end",
    "cosine": "to zero at the new end",
    "one_cycle": "to almost zero at the new end",
    "multi_step": "at the same shares of the new length",
}
_FREE = (
    "training.validate_every",
    "training.checkpoint_every",
    "training.stop.patience",
    "training.stop.min_delta",
    "training.average",
    "training.keep",
    "decoding.*",
)
_COPIED = ("decoding.dictionary",)  # the run holds what was in the file


class Change(NamedTuple):
    """A field, and its values in YAML's words."""

    field: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.field}: {self.old} -> {self.new}"

    def is_one_of(self, patterns: Sequence[str]) -> bool:
        """Whether the field, or one above it, is named."""
        return any(fnmatch.fnmatch(self.field, pattern) for pattern in patterns)


def changed_recipe(folder: RunFolder, overrides: Sequence[str]) -> tuple[Recipe, list[Change]]:
    """Return the recipe that a run is to go on with, and in what it differs from the one so far.

    It is the run's recipe.yaml as it is now, with `overrides` applied.

    Raises
    ------
    RecipeError
        It cannot be read.
    RunError
        Fields are changed without which this would not be the same training. All of them are named.
    """
    before, path = recipe_of(folder), folder.path / RECIPE
    if not path.exists() and not overrides:  # someone may have deleted what they may change
        return before, []
    recipe = load_recipe(path, overrides) if overrides else load_quietly(path)
    changes = list(differences(plain_recipe(before), plain_recipe(recipe)))
    refused = [each for each in changes if not each.is_one_of((*_SETTLED, *_FREE)) or each.is_one_of(_COPIED)]
    if refused:
        raise RunError(
            "these changes would make it another training: " + "; ".join(str(change) for change in refused),
            path=path,
            allowed=", ".join((*_SETTLED, *_FREE)),
            fix="put the old values back; to train with the new ones, start a new run"
            f" (softsearch train {path} --from {folder.path} keeps what was learnt, where the model stays the same)",
        )
    taken, limit = folder.last or 0, None if recipe.training is None else recipe.training.max_steps
    if limit is not None and limit < taken and any(change.field == "training.max_steps" for change in changes):
        problem = f"it has taken {taken} steps already: training.max_steps would not be true of it"
        raise RunError(problem, path=path, value=limit, allowed=f"{taken} or more")
    return recipe, changes


def accept(folder: RunFolder, recipe: Recipe, changes: Sequence[Change]) -> list[str]:
    """Make a changed recipe the run's, and return sentences that say what takes effect."""
    decoding = plain_recipe(recipe).get("decoding", {})
    task = folder.about["task"] | {name: value for name, value in decoding.items() if name != "dictionary"}
    if "recipe" not in folder.about:  # a run from before recipes could change
        folder.release(RECIPE, recipe=plain_recipe(recipe_of(folder)))
    write_text_atomically(folder.path / RECIPE, dump_recipe(recipe))
    history = [*folder.about.get("changes", []), {"step": folder.last or 0, "fields": [str(each) for each in changes]}]
    settled: dict[str, Any] = {}
    if any(change.is_one_of(_SETTLED) for change in changes):
        settled["resolved"] = None
        if not any(change.field == "training.threads" for change in changes):
            settled["threads"] = (folder.about.get("resolved") or {}).get("threads")
    folder.update(recipe=plain_recipe(recipe), task=task, status="training", changes=history, **settled)
    told = [f"the recipe has changed; this takes effect: {change}" for change in changes]
    return [*told, *_remarks(folder, recipe, changes)]


def _remarks(folder: RunFolder, recipe: Recipe, changes: Sequence[Change]) -> Iterator[str]:
    if recipe.training is None:
        return
    kind = recipe.training.schedule.kind
    if kind in _FALLS and any(change.is_one_of(_LIMITS) for change in changes):
        yield f"the {kind} schedule changes its shape from here on: it falls {_FALLS[kind]}"
    if (recipe.training.max_steps or math.inf) <= (folder.last or 0):
        yield f"it has taken {folder.last} steps already: it ends here"
    if folder.about.get("outcome", {}).get("stopped_early") and not any(".stop." in each.field for each in changes):
        yield "it had stopped early, and will again: --set training.stop.patience=null goes on to the limit"
    if any(change.field == "training.threads" for change in changes):
        yield "another number of threads rounds differently: the weights will not be those of an unchanged training"


def differences(old: Mapping[str, Any], new: Mapping[str, Any], above: str = "") -> Iterator[Change]:
    """Yield every field that is not the same in two recipes, as they are in YAML."""
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from differences(before, after, f"{above}{key}.")
        else:
            yield Change(above + key, _shown(before), _shown(after))


def _shown(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
