"""Abstract syntax: a small tree of concepts that belongs to no language.

Every node has an `id`; a lineariser tags each word with what it realises, such as ``(4, "noun")``. Words of two
languages that share a tag are linked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from softsearch.data.grammar.lexicon import Adjective, Adverbial, Noun, Verb

Tag = tuple[int, str]


class Tense(StrEnum):
    """When something happens. NARRATIVE is a past that is told as a story (German uses the Präteritum throughout)."""

    NOW = "now"
    HABIT = "habit"
    PAST = "past"
    NARRATIVE = "narrative"
    FUTURE = "future"
    PERFECT = "perfect"


_PAST_TENSES = (Tense.PAST, Tense.NARRATIVE)


class Pronoun(NamedTuple):
    """A pronoun, by its English subject form: I, he, she, it, we, they, or one of three kinds of "you".

    "you" is one person who is called by the first name (du), "you_all" are several (ihr), "you_polite" is a stranger
    (Sie). `antecedents` are the nouns taken up, or those addressed, whose genders some languages need.
    """

    id: int
    key: str
    antecedents: tuple[Noun, ...] = ()


class NounPhrase(NamedTuple):
    """A determiner, adjectives, a noun and what hangs on it.

    `determiner` is the, a, no, any (an indefinite under negation), this, every, many, number, possessive, genitive or
    nothing (names); `owner` is the possessor's pronoun key under possessive, `possessor` a phrase under genitive.
    """

    id: int
    noun: Noun
    determiner: str
    plural: bool = False
    adjectives: tuple[Adjective, ...] = ()
    number: int = 0
    owner: str = ""
    possessor: NounPhrase | None = None
    relative: Clause | None = None
    place: Place | None = None


class Several(NamedTuple):
    """Two or more noun phrases, joined by commas and a last "and"."""

    id: int
    items: tuple[NounPhrase, ...]


Phrase = Pronoun | NounPhrase | Several


class Place(NamedTuple):
    """Where ("at", or a relation such as "behind") or where to ("to")."""

    id: int
    relation: str
    phrase: NounPhrase


class Companion(NamedTuple):
    """With whom."""

    id: int
    phrase: Phrase


class Adjunct(NamedTuple):
    """An occurrence of a fixed phrase."""

    id: int
    adverbial: Adverbial


class Date(NamedTuple):
    """A day of a month, a month or a year; 0 where a part is not said."""

    id: int
    day: int
    month: int
    year: int


class Clock(NamedTuple):
    """A time of day: the hour from 1 to 12, and 0, 15 or 30 minutes past it."""

    id: int
    hour: int
    minutes: int


class Span(NamedTuple):
    """A number of units: "ago", "in" (so much later) or "for" (so long). `number` is at least 2."""

    id: int
    relation: str
    number: int
    unit: str


Moment = Adjunct | Date | Span
Node = Phrase | Place | Companion | Moment | Clock


class Subordinate(NamedTuple):
    """A clause under a conjunction: because, that, when, while, although, whether.

    Under "in_order_to" the clause has no subject and is an infinitive (um ... zu).
    """

    id: int
    conjunction: str
    clause: Clause
    comes_first: bool = False


class Clause(NamedTuple):
    """A verb with its company.

    A missing `subject` or `patient` is what a question asks for, or the `gap` (subject, patient, recipient) that a
    relative pronoun fills; `gap_is_plural` is the number of that gap. `compared` follows a `predicate` in the
    comparative ("older than the dog").
    """

    id: int
    verb: Verb
    tense: Tense
    subject: Phrase | None = None
    patient: Phrase | None = None
    recipient: Phrase | None = None
    predicate: Adjective | None = None
    compared: NounPhrase | None = None
    modal: str = ""
    negated: bool = False
    time: Moment | None = None
    clock: Clock | None = None
    duration: Span | None = None
    time_first: bool = False
    frequency: Adjunct | None = None
    place: Place | Adjunct | None = None
    companion: Companion | None = None
    means: Adjunct | None = None
    subordinate: Subordinate | None = None
    gap: str = ""
    gap_is_plural: bool = False

    @property
    def is_past(self) -> bool:
        """True for what is over, told as a story or not."""
        return self.tense in _PAST_TENSES


class Sentence(NamedTuple):
    """A question, an order, or one to three statements, each joined to the one before by and, but or then.

    `question` is empty, yes_no, subject, thing, person (objects), recipient, place, time or reason. `addressee` is
    called first ("Anna, ..."): only then does "you" occur in the sentence, which tells all languages which "you" it
    is. The clause of an order (`is_order`) has that "you" as its subject.
    """

    id: int
    clauses: tuple[Clause, ...]
    joints: tuple[str, ...] = ()
    question: str = ""
    addressee: NounPhrase | Several | None = None
    is_order: bool = False


PERSONS = tuple((person, plural) for plural in (False, True) for person in (1, 2, 3))
"""What a verb agrees with: the person, and whether plural."""


def subject_agreement(clause: Clause) -> tuple[int, bool]:
    """Return person and whether plural, of the subject or of the gap that stands for it."""
    return agreement(clause.subject) if clause.subject else (3, clause.gap_is_plural)


def agreement(phrase: Phrase | None) -> tuple[int, bool]:
    """Return person and whether plural; "you_polite" is a plural second person, as in English and French."""
    match phrase:
        case Pronoun(key=key):
            person = 1 if key in ("I", "we") else 2 if key.startswith("you") else 3
            return person, key in ("we", "they", "you_all", "you_polite")
        case NounPhrase(plural=plural):
            return 3, plural
        case Several():
            return 3, True
        case None:
            return 3, False


def is_indefinite(phrase: Phrase) -> bool:
    """True for phrases that come after adverbs in a German clause."""
    phrase = phrase.items[0] if isinstance(phrase, Several) else phrase
    return isinstance(phrase, NounPhrase) and phrase.determiner in ("a", "any", "many", "number")


def says_any(phrase: Phrase | None) -> bool:
    """True for an indefinite object under negation: German says kein where English says not ... any."""
    return isinstance(phrase, NounPhrase) and phrase.determiner == "any"
