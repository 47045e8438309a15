"""What a parallel corpus is like, from one pass over it: the ground for a recipe's sizes and for `softsearch check`."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.data.pairs.doctor.findings import Finding
    from softsearch.data.pairs.pair import Pair, PairReport


MANY_WORDS = 10_000


@dataclass(frozen=True)
class Side:
    """One language: lengths in words separated by white space and in characters, and how many different ones there are.

    `different_words` are counted up to :data:`MANY_WORDS`.
    """

    words: int
    mean: float
    median: int
    p99: int
    longest: int
    p99_characters: int
    different_characters: int
    different_words: int


@dataclass(frozen=True)
class Survey:
    """What one pass over the pairs has seen. `pairs` are those with text on both sides."""

    files: list[str]
    pairs: int
    blank: int
    blank_lines: list[int]
    filtered: dict[str, int]
    links: int
    source: Side
    target: Side
    findings: list[Finding]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        from softsearch.data.pairs.doctor.findings import as_mapping

        plain = {name: value for name, value in vars(self).items() if name not in ("source", "target", "findings")}
        sides = {"source": vars(self.source), "target": vars(self.target)}
        return {**plain, **sides, "findings": as_mapping(self.findings)}


class Part(NamedTuple):
    """Pairs of one corpus, where their reader counts, and the files of source and target."""

    pairs: Iterable[Pair]
    report: PairReport
    names: tuple[str, str]


def part_of(files: Sequence[Path]) -> Part:
    """Return the pairs of two files of lines, or of one of pairs.

    Raises
    ------
    SoftsearchError
        There are neither one nor two files.
    """
    from softsearch.data.pairs.one_file import read_one_file
    from softsearch.data.pairs.pair import PairReport
    from softsearch.data.pairs.two_files import read_two_files

    report = PairReport()
    if len(files) == 2:
        pairs = read_two_files(source=files[0], target=files[1], report=report)
    elif len(files) == 1:
        pairs = read_one_file(files[0], languages=languages_in(files[0]) or ("source", "target"), report=report)
    else:
        raise SoftsearchError("expected two files of lines or one of pairs", value=[str(file) for file in files])
    return Part(pairs, report, (files[0].name, files[-1].name))


def survey(parts: Sequence[Part]) -> Survey:
    """Read the pairs of all parts to the end, and return what they hold.

    Raises
    ------
    DataError
        The data cannot be used (:mod:`softsearch.data.pairs`). Where two files differ in length, the error says
        where they part, if that can be told.
    """
    from softsearch.data.pairs.doctor.examiner import Examiner
    from softsearch.data.pairs.doctor.findings import together
    from softsearch.data.pairs.pair import PairReport

    sides, links, examined = (_Count(), _Count()), 0, []
    for part in parts:
        examiner = Examiner(names=part.names)
        for pair in _explaining(part.pairs, examiner):
            links += pair.links is not None
            sides[0].add(pair.source)
            sides[1].add(pair.target)
        examined.append((examiner.findings(), examiner.num_pairs))
    report = sum((part.report for part in parts), PairReport())
    return Survey(
        files=report.files,
        pairs=report.kept,
        blank=report.blank,
        blank_lines=parts[0].report.blank_lines,
        filtered=report.filtered,
        links=links,
        source=sides[0].side(),
        target=sides[1].side(),
        findings=together(examined),
    )


def languages_in(path: Path) -> tuple[str, str] | None:
    """Return the languages that the first object of a file of JSON lines gives its texts in; None where it does not."""
    from softsearch.data.text import read_lines

    first = next(itertools.islice(read_lines(path), 1), "") if path.is_file() else ""
    try:
        content = json.loads(first)
    except (ValueError, RecursionError):
        return None
    texts = content.get("translation") if isinstance(content, Mapping) else None
    languages = list(texts) if isinstance(texts, Mapping) else []
    return (languages[0], languages[1]) if len(languages) == 2 else None


def sentences(survey: Survey) -> list[str]:
    """Describe the amounts in a survey in a few lines for people."""
    from softsearch.data.pairs.doctor.findings import amount

    place = f"in {' and '.join(survey.files)}" if survey.files else "split off the training pairs"
    seen = [
        f"{amount(survey.pairs)} {place}",
        _lengths("source", survey.source),
        _lengths("target", survey.target),
    ]
    if survey.blank:
        seen.append(f"{amount(survey.blank)} with a blank side left out, the first in line {survey.blank_lines[0]}")
    for kind, count in survey.filtered.items():
        seen.append(f"{amount(count)} left out by data.filter: {kind}")
    if survey.links:
        seen.append(f"{amount(survey.links)} with gold word links")
    return seen


def in_short(finding: Finding) -> str:
    """Describe a finding in a line: its level, how many pairs, what."""
    from softsearch.data.pairs.doctor.findings import KINDS, amount

    share = f"{100 * finding.share:.1f} %" if finding.share >= 0.0005 else "under 0.1 %"
    return f"{finding.level}: {amount(finding.count)} ({share}): {KINDS[finding.kind].title}"


def in_full(finding: Finding) -> Iterator[str]:
    """Describe a finding with its first places and with what to do; mere information in a line."""
    from softsearch.data.pairs.doctor.findings import KINDS

    if finding.level == "information":
        yield f"{in_short(finding)}, first in {finding.places[0].where}"
        return
    yield in_short(finding)
    for place in finding.places:
        yield f"    {place.where}  {place.text}" + f"  ({place.note})" * bool(place.note)
    yield f"    what to do: {KINDS[finding.kind].advice}"


def described(survey: Survey) -> list[str]:
    """Describe what was found, and each finding in full."""
    findings = [line for finding in survey.findings for line in in_full(finding)]
    return [*sentences(survey), *(findings or ["nothing to complain of"])]


def _explaining(pairs: Iterable[Pair], examiner: Any) -> Iterator[Pair]:
    """Yield pairs; where two files differ in length, say from where on they do not fit, if that can be told."""
    from softsearch.data.pairs.two_files import LengthsDiffer

    try:
        yield from examiner.watch(pairs)
    except LengthsDiffer as error:
        shifts = [finding.places[0] for finding in examiner.findings() if finding.kind == "shift"]
        fix = "line i of one must translate line i of the other, and so they do as far as can be told: look at the end"
        fix = f"look at {shifts[0].where}: {shifts[0].text}" if shifts else fix
        raise DataError(error.problem, path=error.path, line=error.line, fix=fix) from error


class _Count:
    """What :class:`Side` is computed from."""

    def __init__(self) -> None:
        self._lengths, self._characters = Counter[int](), Counter[int]()
        self._different, self._words = set[str](), set[str]()

    def add(self, text: str) -> None:
        words = text.split()
        self._lengths[len(words)] += 1
        self._characters[len(text)] += 1
        self._different.update(text)
        if len(self._words) < MANY_WORDS:
            self._words.update(words)

    def side(self) -> Side:
        lengths = self._lengths
        words = sum(length * count for length, count in lengths.items())
        return Side(
            words=words,
            mean=words / lengths.total(),
            median=_quantile(lengths, 0.5),
            p99=_quantile(lengths, 0.99),
            longest=max(lengths),
            p99_characters=_quantile(self._characters, 0.99),
            different_characters=len(self._different),
            different_words=min(MANY_WORDS, len(self._words)),
        )


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
        f"99 % at most {side.p99}, the longest {side.longest:,}; {side.different_characters:,} different characters"
    )
