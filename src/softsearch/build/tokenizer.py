"""A recipe's tokenizer is trained on the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from softsearch.build.corpus import Corpus
from softsearch.data.tokenizers import Tokenizer, train_characters, train_sentencepiece, train_words
from softsearch.recipes import schema

_THREADS = 2  # on every machine: another number may choose other subwords


def build_tokenizer(
    recipe: schema.Sentencepiece | schema.Words | schema.Characters, corpus: Corpus, *, seed: int
) -> Tokenizer:
    """Return a tokenizer for both languages, learnt from the training pairs alone."""
    texts = _texts(corpus)
    match recipe:
        case schema.Sentencepiece():
            return train_sentencepiece(texts, size=recipe.size, lowercase=recipe.lowercase, seed=seed, threads=_THREADS)
        case schema.Words():
            return train_words(
                texts, size=recipe.size, lowercase=recipe.lowercase, split_punctuation=recipe.split_punctuation
            )
        case schema.Characters():
            return train_characters(texts, size=recipe.size, lowercase=recipe.lowercase)
        case _:
            assert_never(recipe)


def _texts(corpus: Corpus) -> Iterator[str]:
    for pair in corpus.training_pairs():
        yield pair.source
        yield pair.target
