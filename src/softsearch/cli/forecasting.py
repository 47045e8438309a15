"""How long a recipe's training is going to take, from steps that are taken and timed."""

from __future__ import annotations

import itertools
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from softsearch.cli.survey import Survey

if TYPE_CHECKING:
    from softsearch.recipes.schema import Recipe

_SAMPLE = 20_000  # pairs that are prepared at most: learning a vocabulary from millions takes minutes
_VALID = 200  # pairs that are validated on: beside so much training it hardly counts
_MOST_HOURS = 24
_RESERVE = 1.25  # another day the machine may be slower


class Forecast(NamedTuple):
    """What training is going to take, in lines for people, and its time limit as a recipe writes it."""

    lines: list[str]
    budget: str


def forecast(recipe: Recipe, survey: Survey) -> Forecast:
    """Time some steps on the recipe's data, or on the first pairs of a large corpus, and reckon the whole training.

    Raises
    ------
    DataError
        The data cannot be used.
    """
    from softsearch import runs
    from softsearch.recipes.duration import Duration
    from softsearch.times import duration

    with tempfile.TemporaryDirectory() as temporary:
        seen = runs.dry_run(_sampled(recipe, Path(temporary)) if survey.pairs > _SAMPLE else recipe)
    assert recipe.training is not None  # its steps were timed
    epochs = recipe.training.max_epochs or 1
    whole = max(1.0, survey.pairs / _SAMPLE)
    total_s, steps = seen["predicted_s"] * whole, math.ceil(seen["steps"] * whole)
    epoch_s, hours = total_s / epochs, total_s / 3600
    lines = [
        f"measured here: {1000 * seen['seconds_per_step']:.0f} ms a step; {steps:,} steps make {epochs} epochs, "
        f"in {duration(total_s)}; an epoch takes {duration(epoch_s)}",
        f"the network has {seen['parameters']:,} parameters"
        + (f"; memory: {seen['peak_memory_bytes'] / 2**20:,.0f} MiB" if seen["peak_memory_bytes"] else ""),
    ]
    if hours * _RESERVE > _MOST_HOURS:
        lines.append(f"within the budget of {_MOST_HOURS} hours it sees {_MOST_HOURS * 3600 / epoch_s:.1f} epochs")
        return Forecast(lines, str(Duration(3600.0 * _MOST_HOURS, "seconds")))
    return Forecast(lines, str(Duration(60.0 * max(1, math.ceil(_RESERVE * total_s / 60)), "seconds")))


def _sampled(recipe: Recipe, folder: Path) -> Recipe:
    """Return the recipe for the first training pairs only, which are written into `folder`."""
    from softsearch.build.corpus import build_corpus
    from softsearch.data.pairs.one_file import write_pairs
    from softsearch.recipes import schema

    assert isinstance(recipe, schema.TranslationRecipe)  # `new translation` wrote it
    corpus = build_corpus(recipe.data, seed=recipe.seed)
    write_pairs(folder / "train.tsv", itertools.islice(corpus.training_pairs(), _SAMPLE))
    write_pairs(folder / "valid.tsv", corpus.valid[:_VALID])
    files = {"folder": str(folder), "train": schema.Table(pairs="train.tsv"), "valid": schema.Table(pairs="valid.tsv")}
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={**files, "test": None})})
