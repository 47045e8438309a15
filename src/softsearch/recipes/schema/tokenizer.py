"""From text to tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from softsearch.recipes.schema.base import Count, Part


class Sentencepiece(Part):
    """Subwords, trained on both languages together. `size` is the vocabulary at most."""

    kind: Literal["sentencepiece"]
    size: Count = 8_000
    lowercase: bool = False


class Words(Part):
    """White-space words, the most frequent `size` of both languages together."""

    kind: Literal["words"]
    size: Count = 10_000
    lowercase: bool = False


Tokenizer = Annotated[Sentencepiece | Words, Field(discriminator="kind")]
