"""What a scene of drawn things is called, in English, French and German.

    a small red circle left of a large blue square above a small white star

names its things in the order of a chain; read from its other end it says the same of the same scene.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from softsearch.data.word_tables import word_tables

Size = Literal["small", "large"]
Direction = Literal["left", "right", "above", "below"]
"""Where a thing lies, seen from the next one."""

OPPOSITE: MappingProxyType[Direction, Direction] = MappingProxyType(
    {"left": "right", "right": "left", "above": "below", "below": "above"}
)

_TABLES = word_tables("softsearch.data.captions", "scene_words.txt")
_SIZES, _COLOURS, _SHAPES, _DIRECTIONS = (
    {key: cells for key, *cells in _TABLES[table]} for table in ("sizes", "colours", "shapes", "directions")
)
SHAPES, COLOURS = tuple(_SHAPES), tuple(_COLOURS)
RED_GREEN_BLUE = {colour: tuple(map(int, shades.split())) for colour, (_, _, shades) in _COLOURS.items()}


class Look(NamedTuple):
    """What is said of a thing."""

    size: Size
    colour: str
    shape: str


class Caption(NamedTuple):
    """A text, and of each thing the places of the words that name it: its size, its colour and its shape."""

    text: str
    names: tuple[tuple[int, ...], ...]


def say(looks: Sequence[Look], directions: Sequence[Direction], *, language: str) -> Caption:
    """Return what a chain of things is called: each lies so, seen from the next.

    Parameters
    ----------
    directions
        One fewer than the things.
    language
        One of :data:`LANGUAGES`.
    """
    words: list[str] = []
    names = []
    for number, look in enumerate(looks):
        words += LANGUAGES[language](look, directions[number - 1] if number else None)
        names.append(tuple(range(len(words) - len(look), len(words))))
    return Caption(" ".join(words), tuple(names))


def _english(look: Look, seen: Direction | None) -> list[str]:
    relation = _DIRECTIONS[seen][2].split() if seen else []
    return [*relation, "a", *look]


def _french(look: Look, seen: Direction | None) -> list[str]:
    gender, noun = _SHAPES[look.shape][1].split()
    article, is_feminine = ("une", True) if gender == "f" else ("un", False)
    size, colour = (forms.split()[is_feminine] for forms in (_SIZES[look.size][1], _COLOURS[look.colour][1]))
    relation = [*_DIRECTIONS[seen][1].split(), f"d'{article}"] if seen else [article]
    return [*relation, size, noun, colour]


def _german(look: Look, seen: Direction | None) -> list[str]:
    gender, noun = _SHAPES[look.shape][0].split()
    if seen is None:  # the first is what the caption is about: nominative; all others stand in the dative
        relation, ending = ["ein"], "es" if gender == "n" else "er"
    else:
        relation, ending = [*_DIRECTIONS[seen][0].split(), "einem"], "en"
    return [*relation, _SIZES[look.size][0] + ending, _COLOURS[look.colour][0] + ending, noun]


_Phrase = Callable[[Look, Direction | None], list[str]]

LANGUAGES: MappingProxyType[str, _Phrase] = MappingProxyType({"de": _german, "en": _english, "fr": _french})
"""By its code, what says how a thing lies and then what it is, in three words."""
