"""Pairs of sentences from two files, line by line, or from one file of columns."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from softsearch.data.text import read_lines
from softsearch.errors import DataError
from softsearch.files import write_text_atomically

_LINK = re.compile(r"([0-9]+)-([0-9]+)")


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
    """

    source: str
    target: str
    line: int
    links: frozenset[tuple[int, int]] | None = None


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
    """

    files: list[str] = field(default_factory=list)
    read: int = 0
    kept: int = 0
    blank: int = 0
    too_long: int = 0

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
    report.files += [str(source), str(target)]
    source_lines, target_lines = read_lines(source), read_lines(target)
    before = report.kept
    for line in itertools.count(1):
        source_text, target_text = next(source_lines, None), next(target_lines, None)
        if source_text is None or target_text is None:
            break
        pair = Pair(source_text, target_text, line)
        if _counted(pair, report):
            yield pair
    num_source = line - (source_text is None) + sum(1 for _ in source_lines)
    num_target = line - (target_text is None) + sum(1 for _ in target_lines)
    if num_source != num_target:
        raise DataError(
            f"the two files differ in length: {source} has {num_source} lines, {target} has {num_target}",
            path=source if num_source < num_target else target,
            line=min(num_source, num_target) + 1,
            fix="line i of one file must translate line i of the other; find the first line where they part",
        )
    _require_pairs(source, report.kept - before)


def read_tsv(path: Path, *, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of a file with the columns source, target and, if there, gold links such as ``0-0 1-2``.

    Raises
    ------
    DataError
        A line has another number of columns; a link is malformed or names a word that is not there; no pair is left
        (at the end); the file cannot be read (:func:`~softsearch.data.text.read_lines`).
    """
    report.files.append(str(path))
    before = report.kept
    for line, text in enumerate(read_lines(path), start=1):
        columns = text.split("\t") if text.strip() else ["", ""]
        pair = _from_columns(columns, path, line)
        if _counted(pair, report):
            yield pair
    _require_pairs(path, report.kept - before)


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs as a file that :func:`read_tsv` reads back. A tab inside a text becomes a space.

    Raises
    ------
    DataError
        A text holds a line feed.
    """
    write_text_atomically(path, "".join(_to_columns(pair, path) for pair in pairs))


def _counted(pair: Pair, report: PairReport) -> bool:
    """Count a pair, and return whether it is kept."""
    kept = bool(pair.source.strip() and pair.target.strip())
    report.read += 1
    report.kept += kept
    report.blank += not kept
    return kept


def _require_pairs(path: Path, kept: int) -> None:
    if kept == 0:
        raise DataError("holds no pair of sentences: it is empty, or one side of every pair is blank", path=path)


def _from_columns(columns: list[str], path: Path, line: int) -> Pair:
    if len(columns) not in (2, 3):
        raise DataError(
            f"the line has {len(columns)} column{'s' * (len(columns) > 1)}",
            path=path,
            line=line,
            value="\t".join(columns),
            allowed="source TAB target, or source TAB target TAB links",
            fix="separate the columns by one tab each",
        )
    source, target, *rest = columns
    is_blank = not (source.strip() and target.strip())
    links = _links(rest[0], source, target, path, line) if rest and not is_blank else None
    return Pair(source, target, line, links)


def _links(text: str, source: str, target: str, path: Path, line: int) -> frozenset[tuple[int, int]]:
    links = set()
    num_source, num_target = len(source.split()), len(target.split())
    for word in text.split():
        match = _LINK.fullmatch(word)
        if match is None:
            raise DataError("a link is malformed", path=path, line=line, value=word, allowed='such as "0-0 1-2"')
        link = int(match[1]), int(match[2])
        if link[0] >= num_source or link[1] >= num_target:
            raise DataError(
                "a link names a word that is not there; words are counted from 0",
                path=path,
                line=line,
                value=word,
                allowed=f"source words 0 to {num_source - 1}, target words 0 to {num_target - 1}",
            )
        links.add(link)
    return frozenset(links)


def _to_columns(pair: Pair, path: Path) -> str:
    if "\n" in pair.source or "\n" in pair.target:
        raise DataError("a sentence holds a line feed", path=path, value=pair, fix="one pair is one line")
    columns = [pair.source.replace("\t", " "), pair.target.replace("\t", " ")]
    if pair.links is not None:
        columns.append(" ".join(f"{source}-{target}" for source, target in sorted(pair.links)))
    return "\t".join(columns) + "\n"
