"""Concepts and their forms: what a word means, whom it goes with, and how each language spells it.

A concept carries one field per language (`de`, `en`); another language adds a field here, a column in
:mod:`~softsearch.data.grammar.vocabulary` and a lineariser. `kinds` are the selectional restrictions: a verb names the
kinds of its subjects and objects, an adjective those of its nouns; a noun is of every kind it lists and of its own key.
"""

from __future__ import annotations

from dataclasses import dataclass

from softsearch.data.grammar import vocabulary


@dataclass(frozen=True)
class GermanNoun:
    """`gender` is m, f or n; a weak noun takes its plural form in the accusative and dative singular."""

    gender: str
    singular: str
    plural: str
    weak: bool


@dataclass(frozen=True)
class EnglishNoun:
    """Singular and plural; a noun of several words has blanks inside."""

    singular: str
    plural: str


@dataclass(frozen=True)
class Site:
    """How a place is entered and stood in: German prepositions for "at" and "to", English for "at"."""

    de_at: str
    de_to: str
    en_at: str


@dataclass(frozen=True)
class Noun:
    """A noun. `pronoun` is the English pronoun that takes it up, empty where German and English would disagree."""

    key: str
    kinds: frozenset[str]
    is_mass: bool
    pronoun: str
    de: GermanNoun
    en: EnglishNoun
    site: Site | None


@dataclass(frozen=True)
class Adjective:
    """German has a predicative and an attributive stem (teuer, teur-)."""

    key: str
    kinds: frozenset[str]
    de: str
    de_stem: str
    en: str


@dataclass(frozen=True)
class GermanVerb:
    """Principal parts without the separable prefix; `auxiliary` forms the perfect; `case` is that of the object."""

    infinitive: str
    present: str
    past: str
    participle: str
    prefix: str
    auxiliary: str
    case: str


@dataclass(frozen=True)
class EnglishVerb:
    """Principal parts; a particle moves behind a pronoun (picks him up), a preposition does not (looks for him)."""

    base: str
    present: str
    past: str
    participle: str
    progressive: str
    particle: str
    preposition: str


@dataclass(frozen=True)
class Verb:
    """A verb with its frame (intransitive, transitive, ditransitive, to_place, to_city) and restrictions."""

    key: str
    frame: str
    agents: frozenset[str]
    patients: frozenset[str]
    traits: frozenset[str]
    de: GermanVerb
    en: EnglishVerb

    @property
    def is_state(self) -> bool:
        """True for verbs that English keeps out of the progressive."""
        return "state" in self.traits

    @property
    def is_inverse(self) -> bool:
        """True where German makes the experiencer a dative object (das Buch gefällt dem Mann)."""
        return "inverse" in self.traits

    @property
    def site_kind(self) -> str:
        """The kind of place where this is done, empty where a place would sound odd."""
        return next((trait[3:] for trait in sorted(self.traits) if trait.startswith("at:")), "")


@dataclass(frozen=True)
class Adverbial:
    """A fixed phrase; each word is its text and the parts of the phrase's meaning it realises."""

    key: str
    uses: frozenset[str]
    de: tuple[tuple[str, tuple[int, ...]], ...]
    en: tuple[tuple[str, tuple[int, ...]], ...]


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _noun(key: str, kinds: str, de: str, en: str, site: str = "") -> Noun:
    traits = kinds.split()
    gender, *german = de.replace("_", " ").split()
    english = [word.replace("_", " ") for word in en.split()]
    prepositions = site.replace("_", " ").split(":")
    return Noun(
        key=key,
        kinds=frozenset([key, *traits]),
        is_mass="mass" in traits,
        pronoun=next((word for word in ("he", "she", "it") if word in traits), ""),
        de=GermanNoun(gender[0], german[0], german[-1], weak=gender.endswith("*")),
        en=EnglishNoun(english[0], english[-1]),
        site=Site(prepositions[0], prepositions[1], prepositions[2]) if site else None,
    )


def _adjective(key: str, kinds: str, de: str, en: str) -> Adjective:
    predicative, _, stem = de.partition(":")
    return Adjective(key, frozenset(kinds.split()), predicative, stem or predicative, en)


def _verb(key: str, frame: str, agents: str, patients: str, traits: str, de: str, en: str) -> Verb:
    return Verb(
        key,
        frame,
        frozenset(agents.split()),
        frozenset(patients.split()),
        frozenset(traits.split()),
        german_verb(de),
        _english_verb(en),
    )


def german_verb(row: str) -> GermanVerb:
    """Read "an-rufen ruft rief gerufen", optionally followed by "sein" and "dat"."""
    infinitive, present, past, participle, *marks = row.split()
    prefix, _, bare = infinitive.rpartition("-")
    auxiliary = "sein" if "sein" in marks else "haben"
    return GermanVerb(bare, present, past, participle, prefix, auxiliary, "dat" if "dat" in marks else "acc")


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
    return EnglishVerb(
        base, third_person(base), past, participle, progressive or stem + "ing", particle.replace("_", " "), preposition
    )


def third_person(base: str) -> str:
    """Return the English third person singular of a regular verb, and of have and do."""
    if base == "have":
        return "has"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "o")) else "s")


def _adverbial(key: str, uses: str, de: str, en: str) -> Adverbial:
    return Adverbial(key, frozenset(uses.split()), _parts(de), _parts(en))


def _parts(text: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Read "am:01 Abend:2": the digits name the parts of meaning; without a colon, the word's own position."""
    parts = []
    for position, word in enumerate(text.split()):
        spelling, colon, digits = word.partition(":")
        parts.append((spelling, tuple(int(digit) for digit in digits) if colon else (position,)))
    return tuple(parts)


def _counted_times() -> list[Adverbial]:
    times = []
    for number, (german, english) in vocabulary.NUMBERS.items():
        times.append(_adverbial(f"at_{number}", "past future", f"um {german} Uhr", f"at {english} o'clock"))
        if number > 6:
            continue
        for unit, (german_unit, english_unit) in vocabulary.UNITS.items():
            ago = f"vor:2 {german}:0 {german_unit}:1"
            times.append(_adverbial(f"ago_{number}_{unit}", "past", ago, f"{english} {english_unit} ago"))
            if unit == "year":  # "in five years he will wash the pear"
                continue
            later = f"in {german} {german_unit}"
            times.append(_adverbial(f"in_{number}_{unit}", "future", later, f"in {english} {english_unit}"))
    return times


NOUNS: tuple[Noun, ...] = tuple(_noun(*row) for row in _rows(vocabulary.NOUNS))
ADJECTIVES: tuple[Adjective, ...] = tuple(_adjective(*row) for row in _rows(vocabulary.ADJECTIVES))
VERBS: tuple[Verb, ...] = tuple(_verb(*row) for row in _rows(vocabulary.VERBS))
BE: Verb = _verb("be", "copula", "", "", "state", "sein ist war gewesen sein", "be was been being")
EXIST: Verb = _verb("exist", "existential", "", "", "state", "geben gibt gab gegeben", "be was been being")
TIMES: tuple[Adverbial, ...] = tuple(_adverbial(*row) for row in _rows(vocabulary.TIMES))
COUNTED_TIMES: tuple[Adverbial, ...] = tuple(_counted_times())
FREQUENCIES: tuple[Adverbial, ...] = tuple(_adverbial(*row) for row in _rows(vocabulary.FREQUENCIES))
MEANS: tuple[Adverbial, ...] = tuple(_adverbial(*row) for row in _rows(vocabulary.MEANS))
AT_HOME: Adverbial = _adverbial("at_home", "", "zu Hause", "at home")
