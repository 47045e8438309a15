"""What a language model reads: where its text comes from, how that becomes tokens, and where their vectors do."""

from __future__ import annotations

from typing import Literal

from softsearch.recipes.schema.base import Count, Part, Text


class TextFiles(Part):
    """Text files of the user's own; a line end is a token.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    train, valid, test
        A file each; only ``softsearch evaluate`` opens the last one.
    by_line
        Each line is a text of its own: it is read, learnt and scored without those before it.
    """

    kind: Literal["text"]
    folder: Text | None = None
    train: Text
    valid: Text
    test: Text | None = None
    by_line: bool = False


class BuiltIn(Part):
    """The sources of Python's own library, or the prose of its documentation: nothing to download.

    Attributes
    ----------
    part
        Which of the two.
    characters
        To train on at most; a twentieth of it to validate on, and as much for the test.
    """

    kind: Literal["builtin"]
    part: Literal["sources", "prose"] = "prose"
    characters: Count = 2_000_000


class Subwords(Part):
    """Subwords of the training text; `size` is the vocabulary at most, `lowercase` as for ``words``."""

    kind: Literal["sentencepiece"]
    size: Count = 8_000
    lowercase: bool = False


class Verbatim(Part):
    """Every character as it stands, white space too; the most frequent `size` of them."""

    kind: Literal["characters"]
    size: Count = 1_000


class Bytes(Part):
    """The bytes of UTF-8."""

    kind: Literal["bytes"]


class Vectors(Part):
    """Word vectors that embeddings begin with.

    Attributes
    ----------
    file
        Text as GloVe and word2vec write it; a relative name is looked for beside the recipe.
    freeze
        Embeddings stay as they are, those of words without a vector too.
    """

    file: Text
    freeze: bool = False
