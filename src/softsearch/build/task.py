"""A translation recipe's task, with how to decode, becomes a task."""

from __future__ import annotations

from pathlib import Path

from softsearch.data.pairs.dictionary import read_dictionary
from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Search
from softsearch.recipes import schema
from softsearch.tasks.translation import TranslationTask


def build_task(recipe: schema.TranslationRecipe, tokenizer: Tokenizer, *, max_tokens: int) -> TranslationTask:
    """Return the task; `max_tokens` is the longest line translated in one piece.

    Raises
    ------
    DataError
        The dictionary cannot be read.
    """
    dictionary = recipe.decoding.dictionary
    return TranslationTask(
        tokenizer,
        label_smoothing=recipe.task.label_smoothing,
        lowercase=recipe.tokenizer.lowercase,
        search=Search(**recipe.decoding.model_dump(exclude={"dictionary"})),
        max_tokens=max_tokens,
        dictionary=read_dictionary(Path(dictionary)) if dictionary else {},
    )
