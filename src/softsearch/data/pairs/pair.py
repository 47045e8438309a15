"""A sentence and its translation, and what is counted of the pairs that are read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from softsearch.data.text import at_least_one

_MOST_BLANK_LINES = 5


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation, as read. Words are what white space parts, counted from 0."""

    source: str
    target: str
    line: int  # of the file that they come from, counted from 1
    links: frozenset[tuple[int, int]] | None = None  # from source words to target words; None: nobody annotated them
    source_tags: tuple[str, ...] | None = None  # a part of speech of Universal Dependencies for each word; None as well
    target_tags: tuple[str, ...] | None = None
    possible_links: frozenset[tuple[int, int]] = frozenset()  # as right to draw as to leave out; only gold files know


@dataclass
class PairReport:
    """What was read, kept and left out.

    A reader counts what it yields as kept; who leaves out pairs later on, a filter
    (:func:`~softsearch.data.pairs.doctor.filtering.without`) or a :class:`~softsearch.data.pairs.store.TokenStore`,
    counts them for what they are and takes them off `kept`.
    """

    files: list[str] = field(default_factory=list)
    read: int = 0
    kept: int = 0
    blank: int = 0  # one side or both hold nothing but white space
    too_long: int = 0  # one side has more tokens than allowed
    filtered: dict[str, int] = field(default_factory=dict)  # the recipe asks for it, by the kind of finding
    blank_lines: list[int] = field(default_factory=list)  # the first lines that are left out as blank

    def __add__(self, other: PairReport) -> PairReport:
        """Return the counts of both."""
        names = [each.name for each in dataclasses.fields(self) if each.name != "filtered"]
        both = {name: getattr(self, name) + getattr(other, name) for name in names}
        return PairReport(**both, filtered=dict(Counter(self.filtered) + Counter(other.filtered)))

    def to_dict(self) -> dict[str, object]:
        """Return the counts as plain values for JSON."""
        return dataclasses.asdict(self)


def with_text(pairs: Iterable[Pair], files: Sequence[Path], report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of some files that have text on both sides, and count all.

    Raises
    ------
    DataError
        There is none (at the end).
    """
    problem = "holds no pair of sentences: it is empty, or one side of every pair is blank"
    return at_least_one(_counted(pairs, files, report), problem, files[0])


def _counted(pairs: Iterable[Pair], files: Sequence[Path], report: PairReport) -> Iterator[Pair]:
    report.files += map(str, files)
    for pair in pairs:
        report.read += 1
        if pair.source.strip() and pair.target.strip():
            report.kept += 1
            yield pair
        else:
            report.blank += 1
            if len(report.blank_lines) < _MOST_BLANK_LINES:
                report.blank_lines.append(pair.line)
