"""A recipe's tokenizer is learnt from the texts to train on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from softsearch.data.tokenizers import (
    ByteTokenizer,
    Tokenizer,
    train_characters,
    train_sentencepiece,
    train_verbatim,
    train_words,
)
from softsearch.recipes import schema

_THREADS = 2  # on every machine: another number may choose other subwords


def build_tokenizer(
    recipe: schema.Sentencepiece | schema.Subwords | schema.Words | schema.Characters | schema.Verbatim | schema.Bytes,
    texts: Iterable[str],
    *,
    seed: int,
) -> Tokenizer:
    """Return a tokenizer, learnt from texts, each a sentence or a line; of pairs, from both sides."""
    match recipe:
        case schema.Sentencepiece() | schema.Subwords():
            return train_sentencepiece(texts, size=recipe.size, lowercase=recipe.lowercase, seed=seed, threads=_THREADS)
        case schema.Words():
            return train_words(
                texts, size=recipe.size, lowercase=recipe.lowercase, split_punctuation=recipe.split_punctuation
            )
        case schema.Characters():
            return train_characters(texts, size=recipe.size, lowercase=recipe.lowercase)
        case schema.Verbatim():
            return train_verbatim(texts, size=recipe.size)
        case schema.Bytes():
            return ByteTokenizer()
        case _:
            assert_never(recipe)
