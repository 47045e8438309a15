"""What the recipes of all tasks share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, PrivateAttr

from softsearch.recipes.schema.base import Part
from softsearch.recipes.schema.training import Training


class Recipe(Part):
    """All that decides a training. Read one with :func:`~softsearch.recipes.load_recipe`."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    task: Part
    data: Part
    model: Part
    training: Training | None

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """The file it was read from; None for a recipe made in Python."""
        return self._path

    def read_from(self, path: Path | None) -> Self:
        """Note the file it was read from, and return it."""
        self._path = path
        return self

    @property
    def kind(self) -> str:
        """The kind of its task."""
        return str(self.task.kind)  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        """The file's name without its ending, or "recipe"."""
        return "recipe" if self._path is None else self._path.stem

    def __eq__(self, other: object) -> bool:
        """Compare the fields: where a recipe was read from does not count."""
        return isinstance(other, Recipe) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]
