"""Which family a recipe, or a run, is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softsearch.build.captioning import CaptionFamily
from softsearch.build.execution import ExecutionFamily
from softsearch.build.family import Family
from softsearch.build.image_classification import ImageFamily
from softsearch.build.language import LanguageFamily
from softsearch.build.sentence_classification import SentenceFamily
from softsearch.build.transduction import TransducerFamily
from softsearch.build.translation import TranslationFamily
from softsearch.recipes.schema import Recipe

_FAMILIES: dict[str, Family[Any]] = {
    "translation": TranslationFamily(),
    "language_model": LanguageFamily(),
    "image_classification": ImageFamily(),
    "sentence_classification": SentenceFamily(),
    "image_captioning": CaptionFamily(),
    "transduction": TransducerFamily(),
    "execution": ExecutionFamily(),
}


def family_of(recipe: Recipe) -> Family[Any]:
    """Return the family that a recipe's task belongs to."""
    return _FAMILIES[recipe.kind]


def family_named(fields: Mapping[str, Any]) -> Family[Any]:
    """Return the family of a task, from what its ``to_dict`` gave; translation's does not name itself."""
    return _FAMILIES[fields.get("kind", "translation")]
