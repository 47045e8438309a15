"""Random noun phrases that make sense, and the random choices that everything else is drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adjective, Noun
from softsearch.data.grammar.tree import Both, NounPhrase, Phrase, Pronoun

T = TypeVar("T")

# "mein Mann" is "my husband": the words for people whose possessive means something else stay out.
_OWNED = frozenset(
    [
        "family",
        "parent",
        "pet",
        "thing",
        "goods",
        "text",
        "child",
        "teacher",
        "doctor",
        "neighbour",
        "guest",
        "garden",
        "kitchen",
        "room",
        "office",
        "house",
    ]
)
_COLOURS = ("black", "white", "brown", "red", "green", "blue", "yellow")
_BEFORE_COLOURS = ("old", "young", "small", "big", "new", "beautiful")


@cache
def nouns_of(kinds: frozenset[str]) -> tuple[Noun, ...]:
    """Return the nouns of any of the kinds, in the order of the vocabulary."""
    return tuple(noun for noun in lexicon.NOUNS if not noun.kinds.isdisjoint(kinds))


@cache
def _adjectives_of(noun: Noun) -> tuple[Adjective, ...]:
    return tuple(adjective for adjective in lexicon.ADJECTIVES if not noun.kinds.isdisjoint(adjective.kinds))


class Phrases:
    """Draws noun phrases from one stream of random numbers."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random
        self.start()

    def start(self) -> None:
        """Begin a sentence: no node and no combination of words yet."""
        self._num_nodes = 0
        self.combinations: list[tuple[str, str]] = []

    def id(self) -> int:
        """Return the id of the next node."""
        self._num_nodes += 1
        return self._num_nodes

    def combine(self, word: str, noun: str) -> None:
        """Note an adjective or a verb together with its noun."""
        self.combinations.append((word, noun))

    def chance(self, probability: float) -> bool:
        """Return True that often."""
        return self._random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all equally likely."""
        return choices[int(self._random() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Return one of the choices, as likely as its weight says."""
        mark = self._random() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            mark -= weight
            if mark < 0:
                return choice
        return choices[-1][0]

    def adjectives_for(self, noun: Noun) -> tuple[Adjective, ...]:
        """Return the adjectives that make sense with a noun."""
        return _adjectives_of(noun)

    def determiner(self, noun: Noun, *, is_subject: bool = False, is_plain: bool = False) -> str:
        """Return a determiner for a noun; a plain one stands for something that a pronoun can take up."""
        owned = 0 if noun.kinds.isdisjoint(_OWNED) else 16
        if noun.is_mass:
            return self.weighted((("a", 60), ("the", 30), ("possessive", owned // 3), ("this", 4)))
        if not noun.kinds.isdisjoint(("family", "parent")):
            return self.weighted(
                (("the", 40), ("possessive", 50), ("this", 4), ("number", 6 if "family" in noun.kinds else 0))
            )
        rare = 0 if is_plain else 4
        if is_subject:
            common = 0 if is_plain else 8
            whole = (("every", rare), ("no", rare if "person" in noun.kinds else 0), ("many", rare))
            return self.weighted(
                (("the", 50), ("a", common), ("possessive", owned), ("this", 7), ("number", 7), *whole)
            )
        return self.weighted(
            (("the", 40), ("a", 34), ("possessive", owned), ("this", 5), ("number", 8), ("many", rare))
        )

    def noun_phrase(self, noun: Noun, determiner: str, *, owner: str = "", may_describe: bool = True) -> NounPhrase:
        """Return a phrase of that noun, sometimes with one or two adjectives, sometimes in the plural."""
        plural = determiner in ("number", "many")
        if determiner in ("the", "a", "this", "possessive") and not noun.is_mass and "parent" not in noun.kinds:
            plural = self.chance(0.22)
        number = 2 + int(self._random() ** 2 * 11) if determiner == "number" else 0
        if determiner == "possessive" and not (owner and self.chance(0.7)):
            owner = self.pick(("I", "I", "we"))
        adjectives = self._adjectives(noun) if may_describe and determiner not in ("every", "no") else ()
        shown_owner = owner if determiner == "possessive" else ""
        return NounPhrase(self.id(), noun, determiner, plural, adjectives, number, shown_owner)

    def _adjectives(self, noun: Noun) -> tuple[Adjective, ...]:
        fitting = self.adjectives_for(noun)
        if not fitting or not self.chance(0.3):
            return ()
        chosen = [self.pick(fitting)]
        if chosen[0].key in _BEFORE_COLOURS:
            colours = [adjective for adjective in fitting if adjective.key in _COLOURS]
            if colours and self.chance(0.25):
                chosen.append(self.pick(colours))
        for adjective in chosen:
            self.combine(adjective.key, noun.key)
        return tuple(chosen)

    def plain(self, noun: Noun, *, owner: str = "") -> NounPhrase:
        """Return a place: the kitchen, the old kitchen, rarely my kitchen."""
        determiner = "possessive" if not noun.kinds.isdisjoint(_OWNED) and self.chance(0.2) else "the"
        phrase = self.noun_phrase(noun, determiner, owner=owner)
        return NounPhrase(phrase.id, noun, determiner, False, phrase.adjectives, 0, phrase.owner)


def owner_of(subject: Phrase | None) -> str:
    """Return the pronoun of the possessor that "his own" refers to, empty where the languages would disagree."""
    match subject:
        case Pronoun(key=key) if key != "it":
            return key
        case Both():
            return "they"
        case NounPhrase(plural=True) if "person" in subject.noun.kinds:
            return "they"
        case NounPhrase(determiner="the" | "a" | "this" | "possessive") if "person" in subject.noun.kinds:
            return subject.noun.pronoun
        case _:
            return ""
