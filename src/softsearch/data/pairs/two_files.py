"""Pairs of sentences from two files, line by line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from softsearch.data.pairs.pair import Pair, PairReport, with_text
from softsearch.data.text import read_lines
from softsearch.errors import DataError


class LengthsDiffer(DataError):  # noqa: N818 (the files, not the program, are wrong)
    """Two files of sentences do not have equally many lines."""


def read_two_files(*, source: Path, target: Path, report: PairReport) -> Iterator[Pair]:
    """Yield the pairs of two files in which line i of one translates line i of the other.

    A pair with a blank side is dropped as a pair, so the others stay aligned.

    Raises
    ------
    DataError
        The files differ in their number of lines (at the end of the shorter one), no pair is left (at the end), or
        a file cannot be read (:func:`~softsearch.data.text.read_lines`).
    """
    return with_text(_line_by_line(source, target), [source, target], report)


def _line_by_line(source: Path, target: Path) -> Iterator[Pair]:
    sources, targets = read_lines(source), read_lines(target)
    for line, (source_text, target_text) in enumerate(itertools.zip_longest(sources, targets), start=1):
        if source_text is None or target_text is None:
            num_source = line - (source_text is None) + sum(1 for _ in sources)
            num_target = line - (target_text is None) + sum(1 for _ in targets)
            problem = f"the two files differ in length: {source} has {num_source} lines, {target} has {num_target}"
            fix = f"softsearch check {source} {target} looks for the first line that does not translate its partner"
            raise LengthsDiffer(problem, path=source if num_source < num_target else target, line=line, fix=fix)
        yield Pair(source_text, target_text, line)
