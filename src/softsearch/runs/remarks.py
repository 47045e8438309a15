"""What is said at the start of a training: where it is not quite what its recipe seems to ask for."""

from __future__ import annotations

from collections.abc import Iterator

from softsearch.build.families import family_of
from softsearch.recipes import Recipe
from softsearch.training.folder import RunFolder


def opening_remarks(recipe: Recipe, folder: RunFolder, *, overfit: int | None) -> Iterator[str]:
    """Yield a sentence for each; `overfit` is the number of pairs that was asked for."""
    about, family = folder.about, family_of(recipe)
    if overfit is not None and about["overfit"] < overfit:
        yield f"--overfit {overfit}: there are {about['overfit']} training {family.examples}; all of them are used"
    yield from family.remarks(recipe, about)
