"""A recipe's task, with how to decode, becomes a task."""

from __future__ import annotations

from softsearch.data.tokenizers import Tokenizer
from softsearch.recipes import schema
from softsearch.tasks.translation import TranslationTask


def build_task(recipe: schema.Recipe, tokenizer: Tokenizer, *, max_tokens: int) -> TranslationTask:
    """Return the task; `max_tokens` is the longest line translated in one piece."""
    return TranslationTask(
        tokenizer,
        label_smoothing=recipe.task.label_smoothing,
        lowercase=recipe.tokenizer.lowercase,
        beam=recipe.decoding.beam,
        length_penalty=recipe.decoding.length_penalty,
        max_ratio=recipe.decoding.max_ratio,
        max_tokens=max_tokens,
    )
