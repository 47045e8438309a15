"""What the doctor can find, what to do about it, and where it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

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
    "shift": Kind(
        "the two sides are shifted against each other from here on",
        "serious",
        otherwise="compare both files around this line: one of them has a line too many or too few",
    ),
    "overlap": Kind("pairs are trained on too: scores on them are too good", "serious", "overlap: true"),
    "overlap_source": Kind(
        "sources are trained on too, with another target",
        "information",
        otherwise="nothing, if they are few; many make scores too good",
    ),
    "script": Kind("a side is in another script than usual", "look", "script: true"),
    "swapped": Kind("the two sides seem to be swapped", "look", "language: true"),
    "language": Kind("a side seems to be in the other language", "look", "language: true"),
    "copy": Kind("source and target are the same", "look", "copies: true"),
    "unequal": Kind("one side is over three times as long as is usual for the other", "look", "max_length_ratio: 3"),
    "duplicate": Kind("the pair repeats an earlier one", "look", "duplicates: true"),
    "mojibake": Kind('letters were decoded wrongly, such as "Ã¤" for "ä"', "look", "damaged: true"),
    "replacement": Kind("a letter was lost and replaced by U+FFFD", "look", "damaged: true"),
    "control": Kind("a text holds control characters", "look", "damaged: true"),
    "markup": Kind("a text holds HTML tags or entities", "look", "markup: true"),
    "invisible": Kind(
        "a text holds soft hyphens or other invisible characters",
        "look",
        otherwise="a word with one is another word: delete them",
    ),
    "long": Kind(
        "a side has over 1,000 characters",
        "look",
        otherwise="split it into sentences; data.max_tokens decides whether it is trained on",
    ),
    "source_again": Kind(
        "the source occurred before with another target", "information", otherwise="nothing, if both are right"
    ),
    "target_again": Kind(
        "the target occurred before with another source", "information", otherwise="nothing, if both are right"
    ),
    "same_name": Kind("both sides are the same name or number", "information", otherwise="nothing"),
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
    for findings, _ in parts:
        for found in findings:
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
