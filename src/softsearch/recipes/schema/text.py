"""What a language model reads: where its text comes from, how that becomes tokens, and where their vectors do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from softsearch.recipes.schema.base import Count, Part, Text, Vocabulary, mistake


def _form(value: object) -> str:
    return "share" if isinstance(value, float | int) and not isinstance(value, bool) else "file"


TextOrShare = Annotated[
    Annotated[Text, Tag("file")] | Annotated[float, Field(gt=0, lt=1), Tag("share")], Discriminator(_form)
]


class TextFiles(Part):
    """Text files of the user's own; a line end is a token.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    train
        A file.
    valid, test
        A file, which for the test only ``softsearch evaluate`` scores; or the share of the training file to take from
        its end, that of the test last.
    by_line
        Each line is a text of its own: it is read, learnt and scored without those before it.
    """

    kind: Literal["text"]
    folder: Text | None = None
    train: Text
    valid: TextOrShare
    test: TextOrShare | None = None
    by_line: bool = False

    @property
    def shares(self) -> dict[str, float]:
        """What is taken off the end of the training file, in its order."""
        return {split: share for split in ("valid", "test") if isinstance(share := getattr(self, split), float)}

    @model_validator(mode="after")
    def _something_is_left(self) -> TextFiles:
        if sum(self.shares.values()) >= 1:
            raise mistake("valid and test leave nothing to train on", key="valid", allowed="together less than 1")
        return self


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

    also_called = ("bpe", "unigram", "subwords")

    kind: Literal["sentencepiece"]
    size: Vocabulary = 8_000
    lowercase: bool = False


class Verbatim(Part):
    """Every character as it stands, white space too; the most frequent `size` of them."""

    kind: Literal["characters"]
    size: Vocabulary = 1_000


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
