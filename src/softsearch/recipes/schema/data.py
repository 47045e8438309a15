"""Where the pairs of sentences come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from softsearch.recipes.schema.base import Count, Part, Text


class Table(Part):
    """Pairs in one file: source, tab, target; optionally a third column with word links."""

    pairs: Text


class TwoFiles(Part):
    """Pairs in two files: line i of one translates line i of the other."""

    source: Text
    target: Text


def _form(value: object) -> str:
    is_table = isinstance(value, Table) or (isinstance(value, Mapping) and "pairs" in value)
    return "table" if is_table else "two files"


def _form_or_number(value: object) -> str:
    return "number" if isinstance(value, int) and not isinstance(value, bool) else _form(value)


# softsearch.recipes.fields.chosen makes the same choice: the first member that has one of the keys, else the last.
Pairs = Annotated[Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")], Discriminator(_form)]
PairsOrNumber = Annotated[
    Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")] | Annotated[Count, Tag("number")],
    Discriminator(_form_or_number),
]


class Files(Part):
    """Parallel text of the user's own.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    valid
        Files, or how many pairs to split off the training pairs at random.
    max_tokens
        Training pairs with a longer side are left out and counted.
    """

    kind: Literal["files"]
    folder: Text | None = None
    source: Text
    target: Text
    train: Pairs
    valid: PairsOrNumber = 500
    test: Pairs | None = None
    max_tokens: Count = 100


class Grammar(Part):
    """The built-in corpus, generated from a synchronous grammar with its true word links."""

    kind: Literal["grammar"]
    source: Literal["de", "en"] = "de"
    target: Literal["de", "en"] = "en"
    num_train: Count = 20_000
    num_valid: Count = 500
    num_test: Count = 1_000


Data = Annotated[Files | Grammar, Field(discriminator="kind")]
