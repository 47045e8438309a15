"""Abstract syntax: a small tree of concepts that belongs to no language.

Every node has an `id`; a lineariser tags each word with what it realises, such as ``(4, "noun")``. Words of two
languages that share a tag are linked.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Pronoun:
    """`key` is the English subject form; `antecedent` the noun an "it" takes up, whose gender German needs."""

    id: int
    key: str
    antecedent: Noun | None = None


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A determiner, adjectives, a noun and what hangs on it.

    `determiner` is the, a, no, any (an indefinite under negation), this, every, many, number or possessive; `owner` is
    the possessor's pronoun key.
    """

    id: int
    noun: Noun
    determiner: str
    plural: bool = False
    adjectives: tuple[Adjective, ...] = ()
    number: int = 0
    owner: str = ""
    relative: Clause | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """Two noun phrases joined by "and"."""

    id: int
    first: NounPhrase
    second: NounPhrase


Phrase = Pronoun | NounPhrase | Both


@dataclass(frozen=True, slots=True)
class Place:
    """Where ("at" or a relation of the vocabulary) or where to ("to")."""

    id: int
    relation: str
    phrase: NounPhrase


@dataclass(frozen=True, slots=True)
class Adjunct:
    """An occurrence of a fixed phrase."""

    id: int
    adverbial: Adverbial


@dataclass(frozen=True, slots=True)
class Subordinate:
    """A clause under a conjunction: because, that, when, although, whether."""

    id: int
    conjunction: str
    clause: Clause
    comes_first: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb with its company. A missing `subject` or `patient` is what a question or a relative pronoun stands for."""

    id: int
    verb: Verb
    tense: Tense
    subject: Phrase | None = None
    patient: Phrase | None = None
    recipient: Phrase | None = None
    predicate: Adjective | None = None
    modal: str = ""
    negated: bool = False
    time: Adjunct | None = None
    time_first: bool = False
    frequency: Adjunct | None = None
    place: Place | Adjunct | None = None
    means: Adjunct | None = None
    subordinate: Subordinate | None = None
    gap_is_plural: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement, a question, or two statements joined by `conjunction` (and, but).

    `asked` is empty for a yes-no question, else subject, thing, person (objects), recipient, place, time or reason.
    """

    id: int
    clause: Clause
    is_question: bool = False
    asked: str = ""
    conjunction: str = ""
    second: Clause | None = None


def subject_agreement(clause: Clause) -> tuple[int, bool]:
    """Return person and whether plural, of the subject or of the gap that stands for it."""
    return agreement(clause.subject) if clause.subject else (3, clause.gap_is_plural)


def agreement(phrase: Phrase | None) -> tuple[int, bool]:
    """Return person and whether plural."""
    match phrase:
        case Pronoun(key=key):
            return (1 if key in ("I", "we") else 3), key in ("we", "they")
        case NounPhrase(plural=plural):
            return 3, plural
        case Both():
            return 3, True
        case None:
            return 3, False


def is_indefinite(phrase: Phrase) -> bool:
    """True for phrases that come after adverbs in a German clause."""
    phrase = phrase.first if isinstance(phrase, Both) else phrase
    return isinstance(phrase, NounPhrase) and phrase.determiner in ("a", "any", "many", "number")


def says_any(phrase: Phrase | None) -> bool:
    """True for an indefinite object under negation: German says kein where English says not ... any."""
    return isinstance(phrase, NounPhrase) and phrase.determiner == "any"
