"""Concepts and their forms: what a word means, whom it goes with, and how each language spells it.

A concept carries one field per language (`de`, `en`, `fr`). Another language adds a field here, a column in the tables
of the folder `words`, and a lineariser. `kinds` are the selectional restrictions: a verb names the kinds of its
subjects and objects, an adjective those of its nouns; a noun is of every kind it lists and of its own key.

Concepts are compared by identity: each exists once, and many functions of them are cached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from softsearch.data.word_tables import word_tables

_FILES = ("nouns", "adjectives_and_verbs", "adverbials", "function_words")
_TABLES = word_tables("softsearch.data.grammar", *(f"words/{name}.txt" for name in _FILES))


@dataclass(frozen=True, eq=False)
class Forms:
    """A noun in one language; one of several words has blanks inside.

    `gender` is m, f or n, empty in English. A weak German noun takes its plural form in the accusative and dative
    singular.
    """

    gender: str
    singular: str
    plural: str
    weak: bool


@dataclass(frozen=True, eq=False)
class Site:
    """How a place is entered and stood in: German prepositions for "at" and "to", English for "at", French for both."""

    de_at: str
    de_to: str
    en_at: str
    fr: str


@dataclass(frozen=True, eq=False)
class Noun:
    """A noun. `pronoun` is the English pronoun that takes it up, empty where German and English would disagree."""

    key: str
    kinds: frozenset[str]
    is_mass: bool
    pronoun: str
    de: Forms
    en: Forms
    fr: Forms
    site: Site | None

    @cached_property
    def is_name(self) -> bool:
        """True for people and cities called by their names."""
        return not self.kinds.isdisjoint(("name", "called"))


@dataclass(frozen=True, eq=False)
class FrenchAdjective:
    """Singular forms, the last for a masculine noun that begins with a vowel (un bel homme)."""

    masculine: str
    feminine: str
    before_vowel: str
    precedes: bool
    is_invariable: bool


@dataclass(frozen=True, eq=False)
class Adjective:
    """German has a predicative and an attributive stem (teuer, teur-)."""

    key: str
    kinds: frozenset[str]
    de: str
    de_stem: str
    en: str
    fr: FrenchAdjective


@dataclass(frozen=True, eq=False)
class GermanVerb:
    """Principal parts without the separable prefix; `auxiliary` forms the perfect; `case` is that of the object."""

    infinitive: str
    present: str
    past: str
    participle: str
    prefix: str
    auxiliary: str
    case: str


@dataclass(frozen=True, eq=False)
class EnglishVerb:
    """Principal parts; a particle moves behind a pronoun (picks him up), a preposition does not (looks for him)."""

    base: str
    past: str
    participle: str
    progressive: str
    particle: str
    preposition: str


@dataclass(frozen=True, eq=False)
class FrenchVerb:
    """What is conjugated (aller), what follows it (besoin, visite), a second infinitive (chercher), and the rest.

    `preposition` governs the object (avoir besoin de), `closing` ends the clause (aller en avion).
    """

    infinitive: str
    is_reflexive: bool
    following: str
    second: str
    preposition: str
    closing: str


@dataclass(frozen=True, eq=False)
class Verb:
    """A verb with its frame (intransitive, transitive, ditransitive, to_place, to_city) and restrictions."""

    key: str
    frame: str
    agents: frozenset[str]
    patients: frozenset[str]
    traits: frozenset[str]
    de: GermanVerb
    en: EnglishVerb
    fr: FrenchVerb

    @cached_property
    def is_state(self) -> bool:
        """True for verbs that English keeps out of the progressive."""
        return "state" in self.traits

    @cached_property
    def is_lasting_state(self) -> bool:
        """True for what was the case, where it is past; what somebody saw or heard is told as what he did."""
        return self.is_state and "perceived" not in self.traits

    @cached_property
    def is_inverse(self) -> bool:
        """True where German makes the experiencer a dative object (das Buch gefällt dem Mann)."""
        return "inverse" in self.traits

    @cached_property
    def site_kind(self) -> str:
        """The kind of place where this is done, empty where a place would sound odd."""
        return next((trait[3:] for trait in sorted(self.traits) if trait.startswith("at:")), "")


class Part(NamedTuple):
    """A word of a fixed phrase, the parts of the phrase's meaning that it realises, and its part of speech."""

    text: str
    meaning: tuple[int, ...]
    part: str


@dataclass(frozen=True, eq=False)
class Adverbial:
    """A fixed phrase in all languages; `uses` are the tenses it goes with."""

    key: str
    uses: frozenset[str]
    de: tuple[Part, ...]
    en: tuple[Part, ...]
    fr: tuple[Part, ...]


def read_columns(table: str, *names: str) -> dict[str, list[str]]:
    """Return columns of a table of function words, which its first row names, by the keys of the other rows."""
    head, *rows = _TABLES[table]
    return {row[0]: [row[head.index(name)] for name in names] for row in rows}


def read_column(table: str, name: str) -> dict[str, str]:
    """Return one column of a table of function words, by the keys of the rows."""
    return {key: cell for key, [cell] in read_columns(table, name).items()}


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _words(text: str) -> list[str]:
    """Return words, in which underscores are blanks."""
    return [word.replace("_", " ") for word in text.split()]


def _noun(key: str, kinds: str, de: str, en: str, fr: str, site: str = "") -> Noun:
    traits = kinds.split()
    return Noun(
        key=key,
        kinds=frozenset([key, *traits]),
        is_mass="mass" in traits,
        pronoun=next((word for word in ("he", "she", "it") if word in traits), ""),
        de=_forms(*_words(de)),
        en=_forms("", *_words(en)),
        fr=_forms(*_words(fr)),
        site=Site(*site.split(":")) if site else None,
    )


def _forms(gender: str, singular: str, plural: str) -> Forms:
    return Forms(gender.rstrip("*"), singular, plural, weak=gender.endswith("*"))


def _adjective(key: str, kinds: str, de: str, en: str, fr: str) -> Adjective:
    predicative, _, stem = de.partition(":")
    return Adjective(key, _set(kinds), predicative, stem or predicative, en, _french_adjective(fr))


def _french_adjective(row: str) -> FrenchAdjective:
    """Read "+vieux vieille vieil", "gris grise" or "=marron"."""
    masculine, *others = _words(row.lstrip("+="))
    is_invariable = row.startswith("=")
    regular = masculine if is_invariable or masculine.endswith("e") else masculine + "e"
    feminine, before_vowel = (*others, *(regular, masculine)[len(others) :])
    return FrenchAdjective(masculine, feminine, before_vowel, row.startswith("+"), is_invariable)


def _verb(key: str, frame: str, agents: str, patients: str, traits: str, de: str, en: str, fr: str) -> Verb:
    return Verb(
        key, frame, _set(agents), _set(patients), _set(traits), german_verb(de), _english_verb(en), french_verb(fr)
    )


def german_verb(row: str) -> GermanVerb:
    """Read "an-rufen ruft rief gerufen", optionally followed by "sein" and "dat"."""
    infinitive, present, past, participle, *marks = row.split()
    prefix, _, bare = infinitive.rpartition("-")
    auxiliary = "sein" if "sein" in marks else "haben"
    return GermanVerb(bare, present, past, participle, prefix, auxiliary, "dat" if "dat" in marks else "acc")


def french_verb(row: str) -> FrenchVerb:
    """Read "se lever", "avoir~besoin+de", "aller>chercher" or "aller@en_avion"."""
    head, *marked = re.split("(?=[~>+@])", row)
    parts = {part[0]: part[1:].replace("_", " ") for part in marked}
    following, second, preposition, closing = (parts.get(mark, "") for mark in "~>+@")
    return FrenchVerb(head.removeprefix("se "), head.startswith("se "), following, second, preposition, closing)


def _english_verb(row: str) -> EnglishVerb:
    head, *parts = row.split()
    particle = head.partition("~")[2]
    preposition = head.partition("+")[2]
    base = head.partition("~")[0].partition("+")[0]
    regular = base + ("d" if base.endswith("e") else "ed")
    if base.endswith("y") and base[-2] not in "aeiou":
        regular = base[:-1] + "ied"
    past, participle, progressive, *_ = (*parts, *(regular, regular, "")[len(parts) :])
    stem = base[:-1] if base.endswith("e") and not base.endswith("ee") else base
    progressive = progressive or stem + "ing"
    return EnglishVerb(base, past, participle, progressive, particle.replace("_", " "), preposition)


def third_person(base: str) -> str:
    """Return the English third person singular of a regular verb, and of have and do."""
    if base == "have":
        return "has"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "o")) else "s")


def _adverbial(key: str, uses: str, de: str, en: str, fr: str) -> Adverbial:
    return Adverbial(key, _set(uses), _parts(de), _parts(en), _parts(fr))


def _parts(text: str) -> tuple[Part, ...]:
    """Read "am/ADP:01 Abend/NOUN:2": the digits name the parts of meaning; without a colon, the word's own position."""
    parts = []
    for position, word in enumerate(text.split()):
        spelling, _, rest = word.partition("/")
        part, colon, digits = rest.partition(":")
        parts.append(Part(spelling, tuple(int(digit) for digit in digits) if colon else (position,), part))
    return tuple(parts)


NOUNS: tuple[Noun, ...] = tuple(_noun(*row) for row in _TABLES["nouns"])
ADJECTIVES: tuple[Adjective, ...] = tuple(_adjective(*row) for row in _TABLES["adjectives"])
VERBS: tuple[Verb, ...] = tuple(_verb(*row) for row in _TABLES["verbs"])
BE: Verb = _verb("be", "copula", "", "", "state", "sein ist war gewesen sein", "be was been being", "être")
EXIST: Verb = _verb("exist", "existential", "", "", "state", "geben gibt gab gegeben", "be was been being", "avoir")
TIMES, FREQUENCIES, MEANS, (AT_HOME,) = (
    tuple(_adverbial(*row) for row in _TABLES[table]) for table in ("times", "frequencies", "means", "at_home")
)
