"""What a parallel corpus is like, from one pass over it: the ground for a recipe's sizes and for `softsearch check`."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.data.parallel import Pair, PairReport


@dataclass(frozen=True)
class Side:
    """Lengths of one language, in words separated by white space."""

    words: int
    mean: float
    median: int
    p99: int
    longest: int


@dataclass(frozen=True)
class Survey:
    """What one pass over the pairs has seen. `pairs` are those with text on both sides."""

    files: list[str]
    pairs: int
    blank: int
    duplicates: int
    unequal: int
    links: int
    source: Side
    target: Side

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


# A pair whose sides differ by more than this in length is more often a mistake in the corpus than a translation.
UNEQUAL = 4.0


def read_corpus(files: list[Path]) -> Survey:
    """Read two files of lines, or one of columns, and return what they hold.

    Raises
    ------
    DataError
        The data cannot be used (:mod:`softsearch.data.parallel`).
    SoftsearchError
        There are neither one nor two files.
    """
    from softsearch.data.parallel import PairReport, read_pairs, read_tsv

    report = PairReport()
    if len(files) == 2:
        return _survey(read_pairs(source=files[0], target=files[1], report=report), report)
    if len(files) == 1:
        return _survey(read_tsv(files[0], report=report), report)
    raise SoftsearchError("expected two files of lines or one of columns", value=[str(file) for file in files])


def sentences(survey: Survey) -> list[str]:
    """Describe a survey in a few lines for people."""
    seen = [
        f"{survey.pairs:,} pairs in {' and '.join(survey.files)}",
        _lengths("source", survey.source),
        _lengths("target", survey.target),
    ]
    if survey.blank:
        seen.append(f"{survey.blank:,} pairs have a blank side and are left out")
    if survey.duplicates:
        share = 100 * survey.duplicates / survey.pairs
        seen.append(f"{survey.duplicates:,} pairs ({share:.1f} %) repeat an earlier one")
    if survey.unequal:
        seen.append(
            f"{survey.unequal:,} pairs have one side over {UNEQUAL:.0f} times as long as the other: look at them"
        )
    if survey.links:
        seen.append(f"{survey.links:,} pairs have gold word links")
    return seen


def _survey(pairs: Iterable[Pair], report: PairReport) -> Survey:
    source, target = Counter[int](), Counter[int]()
    # Eight bytes a pair: a corpus of millions need not fit in memory for its duplicates to be counted.
    fingerprints = array("q")
    unequal = links = 0
    for pair in pairs:
        lengths = len(pair.source.split()), len(pair.target.split())
        source[lengths[0]] += 1
        target[lengths[1]] += 1
        unequal += max(lengths) > UNEQUAL * min(lengths) and max(lengths) > 2 * UNEQUAL
        links += pair.links is not None
        fingerprints.append(hash((pair.source, pair.target)))
    return Survey(
        files=report.files,
        pairs=report.kept,
        blank=report.blank,
        duplicates=len(fingerprints) - _distinct(fingerprints),
        unequal=unequal,
        links=links,
        source=_side(source),
        target=_side(target),
    )


def _distinct(fingerprints: array[int]) -> int:
    import numpy as np

    return int(np.unique(np.frombuffer(fingerprints, dtype=np.int64)).size)


def _side(lengths: Counter[int]) -> Side:
    words = sum(length * count for length, count in lengths.items())
    return Side(words, words / lengths.total(), _quantile(lengths, 0.5), _quantile(lengths, 0.99), max(lengths))


def _quantile(lengths: Counter[int], share: float) -> int:
    wanted = share * lengths.total()
    passed = 0
    for length in sorted(lengths):
        passed += lengths[length]
        if passed >= wanted:
            return length
    return max(lengths)


def _lengths(name: str, side: Side) -> str:
    return (
        f"{name}: {side.words:,} words; {side.mean:.1f} a sentence, half have at most {side.median}, "
        f"99 % at most {side.p99}, the longest {side.longest:,}"
    )
