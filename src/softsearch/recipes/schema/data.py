"""Where the pairs of sentences come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from softsearch.recipes.schema.base import Count, Part, Text, Weight, mistake


class Table(Part):
    """Pairs in one file.

    Each line is ``source TAB target``, or ``source ||| target``; in a file named ``.jsonl`` or ``.jsonl.gz`` it is an
    object, ``{"source": …, "target": …}`` or ``{"translation": {"de": …, "en": …}}`` with the languages of the data.
    """

    pairs: Text


class TwoFiles(Part):
    """Pairs in two files: line i of one translates line i of the other."""

    source: Text
    target: Text


class WeightedTable(Table):
    """One of several corpora to train on; an epoch visits its pairs `weight` times, drawn anew each time if a part."""

    weight: Weight = 1.0


class WeightedTwoFiles(TwoFiles):
    """One of several corpora to train on; an epoch visits its pairs `weight` times, drawn anew each time if a part."""

    weight: Weight = 1.0


def _form(value: object) -> str:
    is_table = isinstance(value, Table) or (isinstance(value, Mapping) and "pairs" in value)
    return "table" if is_table else "two files"


def _form_or_number(value: object) -> str:
    return "number" if isinstance(value, int) and not isinstance(value, bool) else _form(value)


def _form_or_several(value: object) -> str:
    return "several" if isinstance(value, list | tuple) else _form(value)


def _not_empty(corpora: tuple[WeightedTable | WeightedTwoFiles, ...]) -> tuple[WeightedTable | WeightedTwoFiles, ...]:
    if not corpora:
        raise mistake("the list is empty", allowed="{pairs} or {source, target}, each with a weight at will")
    return corpora


# softsearch.recipes.fields.chosen makes the same choice: the first member that has one of the keys, else the last.
Pairs = Annotated[Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")], Discriminator(_form)]
PairsOrNumber = Annotated[
    Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")] | Annotated[Count, Tag("number")],
    Discriminator(_form_or_number),
]
WeightedPairs = Annotated[
    Annotated[WeightedTable, Tag("table")] | Annotated[WeightedTwoFiles, Tag("two files")], Discriminator(_form)
]
Several = Annotated[tuple[WeightedPairs, ...], Field(strict=False), AfterValidator(_not_empty)]
PairsOrSeveral = Annotated[
    Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")] | Annotated[Several, Tag("several")],
    Discriminator(_form_or_several),
]


class Filter(Part):
    """Training pairs to leave out, beside blank and too long ones; ``softsearch check`` finds them.

    Attributes
    ----------
    duplicates
        Those that repeat an earlier one.
    overlap
        Those that are validation or test pairs too.
    copies
        Those with the same sentence on both sides.
    script
        Those with a side in another script than usual, such as Cyrillic in German.
    language
        Those with a side that seems to be in the other language.
    damaged
        Those with control characters, lost letters (U+FFFD) or wrongly decoded ones.
    markup
        Those with HTML tags or entities.
    max_length_ratio
        Those with a ratio of lengths that is so many times the corpus's usual one; null: none.
    """

    duplicates: bool = False
    overlap: bool = False
    copies: bool = False
    script: bool = False
    language: bool = False
    damaged: bool = False
    markup: bool = False
    max_length_ratio: Annotated[float, Field(gt=1)] | None = None


class Files(Part):
    """Parallel text of the user's own.

    Attributes
    ----------
    source, target
        Names of the languages; in JSON lines, the keys under ``translation``.
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    train
        Files, or a list of several corpora with weights.
    valid
        Files, or how many pairs to split off the training pairs at random.
    test
        Pairs that only ``softsearch evaluate`` opens.
    max_tokens
        Training pairs with a longer side are left out and counted.
    filter
        What else is left out.
    """

    kind: Literal["files"]
    folder: Text | None = None
    source: Text
    target: Text
    train: PairsOrSeveral
    valid: PairsOrNumber = 500
    test: Pairs | None = None
    max_tokens: Count = 100
    filter: Filter = Filter()


class Grammar(Part):
    """The built-in corpus, generated from a synchronous grammar with its true word links.

    Attributes
    ----------
    source, target
        Two different languages of German, English and French.
    num_train, num_valid, num_test
        Pairs of each split; the splits share none.
    """

    kind: Literal["grammar"]
    source: Literal["de", "en", "fr"] = "de"
    target: Literal["de", "en", "fr"] = "en"
    num_train: Count = 20_000
    num_valid: Count = 500
    num_test: Count = 1_000


Data = Annotated[Files | Grammar, Field(discriminator="kind")]
