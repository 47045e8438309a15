"""What the doctor can find, what to do about it, and where it was found."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple, cast

from softsearch.data.word_tables import word_tables

Level = Literal["serious", "look", "information"]

MOST_PLACES = 5
ALARMING = frozenset({"shift", "overlap", "script", "swapped", "language"})
"""Kinds that a training warns of where they are serious: its scores mean nothing, or it cannot learn."""

_SERIOUS_FROM = 0.01  # share of the pairs
_LONGEST = 80  # characters of a text that is shown


class Kind(NamedTuple):
    """What is found, in words; how bad it is; which field of a recipe's `data.filter` leaves it out; or what to do."""

    title: str
    level: Level
    filter: str = ""
    otherwise: str = ""

    @property
    def advice(self) -> str:
        """What to do."""
        return f"data.filter: {{{self.filter}}} leaves such pairs out of training" if self.filter else self.otherwise


KINDS = {
    kind: Kind(title, cast(Level, level), *advice)
    for kind, level, title, *advice in word_tables("softsearch.data.pairs.doctor", "kinds.txt")["kinds"]
}

OF_BOTH = frozenset({"swapped", "unequal", "copy", "same_name"})
"""Kinds that show only beside the other side."""


@dataclass(frozen=True)
class Place:
    """One place of a finding: file and line, what stands there, and what it is to be compared with."""

    where: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """All that is of one kind."""

    kind: str  # one of KINDS
    count: int  # of pairs
    share: float  # of all pairs examined
    places: tuple[Place, ...]  # the first few

    @property
    def level(self) -> Level:
        """How bad it is: what concerns more than one pair in a hundred is serious, unless it is mere information."""
        level = KINDS[self.kind].level
        return "serious" if level == "look" and self.share > _SERIOUS_FROM else level


@dataclass
class Tally:
    """Counts what is found, and keeps the first places of each kind."""

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)

    def add(self, kind: str, where: str, texts: Sequence[str], note: str = "") -> None:
        """Count one occurrence, at a place such as ``train.de:17``: a text, or source and target."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        places = self.places.setdefault(kind, [])
        if len(places) < MOST_PLACES:
            places.append(Place(where, " → ".join(map(shortened, texts)), note))

    def findings(self, num_pairs: int) -> list[Finding]:
        """Return what was counted among so many pairs, the worst first."""
        found = (
            Finding(kind, count, count / max(1, num_pairs), tuple(self.places[kind]))
            for kind, count in self.counts.items()
        )
        return worst_first(found)


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by level, then in the order of :data:`KINDS`."""
    levels, kinds = ("serious", "look", "information"), list(KINDS)
    return sorted(findings, key=lambda found: (levels.index(found.level), kinds.index(found.kind)))


def together(parts: Sequence[tuple[Sequence[Finding], int]]) -> list[Finding]:
    """Return the findings of several corpora as those of one; each comes with its number of pairs."""
    tally = Tally()
    for found in itertools.chain.from_iterable(findings for findings, _ in parts):
        tally.counts[found.kind] = tally.counts.get(found.kind, 0) + found.count
        tally.places[found.kind] = [*tally.places.get(found.kind, ()), *found.places][:MOST_PLACES]
    return tally.findings(sum(size for _, size in parts))


def as_mapping(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """Return findings by kind as plain values, for JSON."""
    return {
        found.kind: {"title": KINDS[found.kind].title, "advice": KINDS[found.kind].advice, "level": found.level}
        | {"count": found.count, "share": found.share, "places": [asdict(place) for place in found.places]}
        for found in findings
    }


def from_mapping(content: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """Return the findings that :func:`as_mapping` wrote."""
    return [
        Finding(kind, found["count"], found["share"], tuple(Place(**place) for place in found["places"]))
        for kind, found in content.items()
    ]


def amount(count: int) -> str:
    """Return a number of pairs in words."""
    return f"{count:,} pair{'s' * (count != 1)}"


def shortened(text: str) -> str:
    """Return the beginning of a text, its invisible characters spelt out."""
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
