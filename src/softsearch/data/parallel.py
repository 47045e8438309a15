"""Pairs of sentences from two files, line by line, or from one file of columns."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from softsearch.data.text import read_lines
from softsearch.data.word_marks import NOT_ANNOTATED, format_links, format_tags, parse_links, parse_tags
from softsearch.errors import DataError
from softsearch.files import write_text_atomically

TAB, BARS = "\t", "|||"
"""What parts the columns of a file."""

_MOST_BLANK_LINES = 5


class LengthsDiffer(DataError):  # noqa: N818 (the files, not the program, are wrong)
    """Two files of sentences do not have equally many lines."""


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation.

    Parameters
    ----------
    source, target
        The texts, as read.
    line
        The line of the file they come from, counted from 1.
    links
        Gold word links (source word, target word), counted from 0 over words separated by white space; None where
        nobody has annotated them.
    source_tags, target_tags
        The part of speech of each word of a side, one of the tags of Universal Dependencies; None where nobody has
        annotated them.
    possible_links
        Links beside the sure ones that are as right to draw as to leave out; only files of gold links know them.
    """

    source: str
    target: str
    line: int
    links: frozenset[tuple[int, int]] | None = None
    source_tags: tuple[str, ...] | None = None
    target_tags: tuple[str, ...] | None = None
    possible_links: frozenset[tuple[int, int]] = frozenset()


@dataclass
class PairReport:
    """What was read, kept and left out. The readers and :class:`~softsearch.data.store.TokenStore` add to it.

    Parameters
    ----------
    files
        The files read.
    read
        Pairs of lines read.
    kept
        Pairs that remain after all the following are left out.
    blank
        Pairs left out because one side or both hold nothing but white space.
    too_long
        Pairs left out because one side has more tokens than allowed.
    filtered
        Pairs left out because the recipe asks for it, by the kind of finding.
    blank_lines
        The first lines that are left out as blank.
    """

    files: list[str] = field(default_factory=list)
    read: int = 0
    kept: int = 0
    blank: int = 0
    too_long: int = 0
    filtered: dict[str, int] = field(default_factory=dict)
    blank_lines: list[int] = field(default_factory=list)

    def __add__(self, other: PairReport) -> PairReport:
        """Return the counts of both."""
        return PairReport(
            files=self.files + other.files,
            read=self.read + other.read,
            kept=self.kept + other.kept,
            blank=self.blank + other.blank,
            too_long=self.too_long + other.too_long,
            filtered=dict(Counter(self.filtered) + Counter(other.filtered)),
            blank_lines=self.blank_lines + other.blank_lines,
        )

    def to_dict(self) -> dict[str, object]:
        """Return the counts as plain values for JSON."""
        return dataclasses.asdict(self)


def read_pairs(*, source: Path, target: Path, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of two files in which line i of one translates line i of the other.

    A pair with a blank side is dropped as a pair, so the others stay aligned.

    Raises
    ------
    DataError
        The files differ in their number of lines (at the end of the shorter one), no pair is left (at the end), or
        a file cannot be read (:func:`~softsearch.data.text.read_lines`).
    """
    return with_text(_line_by_line(source, target), [source, target], report)


def read_tsv(path: Path, *, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of a file of columns: source, target and, if there, what is known of their words.

    The third column holds gold links such as ``0-0 1-2``, the fourth and the fifth one tag for each word of source and
    target; ``_`` where nobody has annotated them.

    Raises
    ------
    DataError
        A line has another number of columns; a link is malformed or names a word that is not there; tags and words
        differ in number; no pair is left (at the end); the file cannot be read
        (:func:`~softsearch.data.text.read_lines`).
    """
    return read_columns(read_lines(path), path, separator=TAB, report=report)


def read_columns(lines: Iterable[str], path: Path, *, separator: str, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of lines whose columns `separator` parts; :func:`read_tsv` says which."""
    pairs = (_from_columns(text, separator, path, line) for line, text in enumerate(lines, start=1))
    return with_text(pairs, [path], report)


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs as a file that :func:`read_tsv` reads back. A tab inside a text becomes a space.

    Raises
    ------
    DataError
        A text holds a line feed.
    """
    write_text_atomically(path, "".join(_to_columns(pair, path) for pair in pairs))


def annotated(source: str, target: str, marks: Sequence[str], *, path: Path, line: int) -> Pair:
    """Return a pair with its links, source tags and target tags, as far as `marks` has them, written as in columns.

    Raises
    ------
    DataError
        What is written does not fit the words.
    """
    if not (source.strip() and target.strip()):  # left out, whatever its marks say
        return Pair(source, target, line)
    links, source_tags, target_tags = [*marks, *[NOT_ANNOTATED] * (3 - len(marks))]
    return Pair(
        source,
        target,
        line,
        parse_links(links, source=source, target=target, path=path, line=line),
        parse_tags(source_tags, words=source, path=path, line=line),
        parse_tags(target_tags, words=target, path=path, line=line),
    )


def with_text(pairs: Iterable[Pair], files: Sequence[Path], report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of some files that have text on both sides, and count all.

    Raises
    ------
    DataError
        There is none (at the end).
    """
    report.files += map(str, files)
    is_empty = True
    for pair in pairs:
        report.read += 1
        if pair.source.strip() and pair.target.strip():
            is_empty = False
            report.kept += 1
            yield pair
        else:
            report.blank += 1
            if len(report.blank_lines) < _MOST_BLANK_LINES:
                report.blank_lines.append(pair.line)
    if is_empty:
        raise DataError("holds no pair of sentences: it is empty, or one side of every pair is blank", path=files[0])


def _line_by_line(source: Path, target: Path) -> Iterator[Pair]:
    sources, targets = read_lines(source), read_lines(target)
    for line, (source_text, target_text) in enumerate(itertools.zip_longest(sources, targets), start=1):
        if source_text is None or target_text is None:
            num_source = line - (source_text is None) + sum(1 for _ in sources)
            num_target = line - (target_text is None) + sum(1 for _ in targets)
            raise LengthsDiffer(
                f"the two files differ in length: {source} has {num_source} lines, {target} has {num_target}",
                path=source if num_source < num_target else target,
                line=line,
                fix=f"softsearch check {source} {target} looks for the first line that does not translate its partner",
            )
        yield Pair(source_text, target_text, line)


def _from_columns(text: str, separator: str, path: Path, line: int) -> Pair:
    columns = text.split(separator) if text.strip() else ["", ""]
    if separator == BARS:
        columns = [column.strip() for column in columns]
    if not 2 <= len(columns) <= 5:
        raise DataError(
            f"the line has {len(columns)} column{'s' * (len(columns) > 1)}",
            path=path,
            line=line,
            value=text,
            allowed="source TAB target, then at will: TAB links TAB source tags TAB target tags",
            fix="separate the columns by one tab each, or name two files, one for each language",
        )
    return annotated(columns[0], columns[1], columns[2:], path=path, line=line)


def _to_columns(pair: Pair, path: Path) -> str:
    if "\n" in pair.source or "\n" in pair.target:
        raise DataError("a sentence holds a line feed", path=path, value=pair, fix="one pair is one line")
    columns = [pair.source.replace("\t", " "), pair.target.replace("\t", " ")]
    if (pair.source_tags, pair.target_tags) != (None, None):
        columns += [format_links(pair.links), format_tags(pair.source_tags), format_tags(pair.target_tags)]
    elif pair.links is not None:
        columns.append(format_links(pair.links))
    return "\t".join(columns) + "\n"
