"""What a scene of drawn things is called, in English, French and German.

    a small red circle left of a large blue square above a small white star

names its things in the order of a chain; read from its other end it says the same of the same scene.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

Size = Literal["small", "large"]
Direction = Literal["left", "right", "above", "below"]
"""Where a thing lies, seen from the next one."""

OPPOSITE: MappingProxyType[Direction, Direction] = MappingProxyType(
    {"left": "right", "right": "left", "above": "below", "below": "above"}
)
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
COLOURS = ("red", "green", "blue", "yellow", "white", "violet")


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
    relation = {None: "", "left": "left of", "right": "right of", "above": "above", "below": "below"}[seen]
    return [*relation.split(), "a", *look]


_FRENCH = {
    "circle": "cercle",
    "square": "carré",
    "triangle": "triangle",
    "star": "étoile",
    "cross": "croix",
    "ring": "anneau",
}
_FEMININE = frozenset({"star", "cross"})
_FRENCH_COLOURS = {
    "red": ("rouge", "rouge"),
    "green": ("vert", "verte"),
    "blue": ("bleu", "bleue"),
    "yellow": ("jaune", "jaune"),
    "white": ("blanc", "blanche"),
    "violet": ("violet", "violette"),
}


def _french(look: Look, seen: Direction | None) -> list[str]:
    is_feminine = look.shape in _FEMININE
    article = "une" if is_feminine else "un"
    size = {"small": ("petit", "petite"), "large": ("grand", "grande")}[look.size][is_feminine]
    own = [size, _FRENCH[look.shape], _FRENCH_COLOURS[look.colour][is_feminine]]
    if seen is None:
        return [article, *own]
    relation = {"left": "à gauche", "right": "à droite", "above": "au-dessus", "below": "au-dessous"}[seen]
    return [*relation.split(), f"d'{article}", *own]


_GERMAN = {
    "circle": "Kreis",
    "square": "Quadrat",
    "triangle": "Dreieck",
    "star": "Stern",
    "cross": "Kreuz",
    "ring": "Ring",
}
_NEUTER = frozenset({"square", "triangle", "cross"})
_GERMAN_COLOURS = {
    "red": "rot",
    "green": "grün",
    "blue": "blau",
    "yellow": "gelb",
    "white": "weiß",
    "violet": "violett",
}


def _german(look: Look, seen: Direction | None) -> list[str]:
    stems = [{"small": "klein", "large": "groß"}[look.size], _GERMAN_COLOURS[look.colour]]
    if seen is None:  # the first is what the caption is about: nominative; all others stand in the dative
        ending = "es" if look.shape in _NEUTER else "er"
        return ["ein", *(stem + ending for stem in stems), _GERMAN[look.shape]]
    relation = {"left": "links von", "right": "rechts von", "above": "über", "below": "unter"}[seen]
    return [*relation.split(), "einem", *(f"{stem}en" for stem in stems), _GERMAN[look.shape]]


_Phrase = Callable[[Look, Direction | None], list[str]]

LANGUAGES: MappingProxyType[str, _Phrase] = MappingProxyType({"de": _german, "en": _english, "fr": _french})
"""By its code, what says how a thing lies and then what it is, in three words."""
