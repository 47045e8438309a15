"""From text to tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from softsearch.recipes.schema.base import Part, Positive, Vocabulary


class Sentencepiece(Part):
    """Subwords, trained on both languages together. `size` is the vocabulary at most.

    Attributes
    ----------
    lowercase
        Read and write lower case only; so in the other kinds.
    sample
        Cut every training sentence anew at each visit, drawn with this power of the probabilities (the alpha of Kudo
        2018: 0.1 to 0.5; the smaller, the more varied). None for the best segmentation always.
    """

    also_called = ("bpe", "unigram", "subwords")

    kind: Literal["sentencepiece"]
    size: Vocabulary = 8_000
    lowercase: bool = False
    sample: Positive | None = None


class Words(Part):
    """White-space words, the most frequent `size` of both languages together.

    Attributes
    ----------
    split_punctuation
        Make each punctuation mark a token of its own; a translation is joined again.
    """

    kind: Literal["words"]
    size: Vocabulary = 10_000
    lowercase: bool = False
    split_punctuation: bool = True


class Characters(Part):
    """Characters, the most frequent `size` of both languages together; `data.max_tokens` then counts these."""

    kind: Literal["characters"]
    size: Vocabulary = 1_000
    lowercase: bool = False


Tokenizer = Annotated[Sentencepiece | Words | Characters, Field(discriminator="kind")]
