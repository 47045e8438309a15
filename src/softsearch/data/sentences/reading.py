"""Sentences with their class, read from the forms in which they are published.

labelled lines   DESC:manner How did serfdom develop ?     the class, white space, the sentence
a table          CSV, tabs or JSON lines                   two of its columns
by class         a file for each class                     a sentence on each line
drawn            sentences of the built-in grammar         when what they say happens
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from softsearch.data.grammar.generation import LANGUAGES, sentences
from softsearch.data.grammar.tree import Tense
from softsearch.data.rows import read_rows
from softsearch.data.text import at_least_one, numbered_lines
from softsearch.errors import DataError, nearest

_EMPTY = "the file has no sentence"
_WHEN = {
    Tense.NOW: "present",
    Tense.HABIT: "present",
    Tense.PAST: "past",
    Tense.NARRATIVE: "past",
    Tense.PERFECT: "past",
    Tense.FUTURE: "future",
}


class LabelledSentence(NamedTuple):
    """A sentence, the name of its class, and where both were found."""

    text: str
    label: str
    place: str


def read_labelled_lines(path: Path, *, coarse: bool) -> Iterator[LabelledSentence]:
    """Yield the sentences of a file whose lines begin with their class; empty lines are passed over.

    Parameters
    ----------
    coarse
        Take only what stands before a colon in the class.

    Raises
    ------
    DataError
        The file cannot be read or is empty; a line has no sentence behind its class.
    """
    return at_least_one(_labelled(path, coarse), _EMPTY, path)


def _labelled(path: Path, coarse: bool) -> Iterator[LabelledSentence]:
    for number, line in numbered_lines(path):
        label, *rest = line.split(maxsplit=1)
        if not rest:
            problem, allowed = "there is no sentence behind the class", "class, space, sentence"
            raise DataError(problem, path=path, line=number, value=line, allowed=allowed)
        label = label.partition(":")[0] if coarse else label
        yield LabelledSentence(rest[0].strip(), label, f"{path.name}:{number}")


def read_by_class(files: Mapping[str, Path]) -> Iterator[LabelledSentence]:
    """Yield the sentences of a file for each class, those of one after those of another; empty lines are passed over.

    Raises
    ------
    DataError
        A file cannot be read, or is empty.
    """
    for label, path in files.items():
        for number, line in at_least_one(numbered_lines(path), _EMPTY, path):
            yield LabelledSentence(line.strip(), label, f"{path.name}:{number}")


def read_sentence_table(path: Path, *, text: str, label: str) -> Iterator[LabelledSentence]:
    """Yield the sentences of a table; which form it has, its name says (:mod:`softsearch.data.rows`).

    Parameters
    ----------
    text, label
        Names of the columns, or keys.

    Raises
    ------
    DataError
        The table cannot be read or is empty; a row lacks one of the two.
    """
    for row in at_least_one(read_rows(path), _EMPTY, path):
        yield LabelledSentence(" ".join(row[text].split()), row[label], row.place)


def drawn_sentences(*, language: str, number: int, split: str, seed: int) -> Iterator[LabelledSentence]:
    """Yield sentences of the built-in grammar, and when what their first main clause says happens.

    Relative and subordinate clauses and those behind it may speak of other times, so that single words do not tell.

    Raises
    ------
    DataError
        There is no such language.
    """
    if language not in LANGUAGES:
        near = nearest(language, LANGUAGES)
        raise DataError("the built-in grammar has no such language", value=language, allowed=LANGUAGES, nearest=near)
    for place, drawn in zip(range(1, number + 1), sentences(split=split, seed=seed), strict=False):
        when = "order" if drawn.tree.is_order else _WHEN[drawn.tree.clauses[0].tense]
        yield LabelledSentence(drawn.texts[language], when, f"{split}:{place}")
