"""Random noun phrases that make sense, and the random choices that everything else is drawn with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import TypeVar

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adjective, Noun
from softsearch.data.grammar.tree import NounPhrase, Phrase, Pronoun, Several

T = TypeVar("T")

# "mein Mann" is "my husband": the words for people whose possessive means something else stay out.
_OWNED = frozenset(
    ("family", "parent", "pet", "thing", "goods", "text", "doctor", "neighbour", "guest", "garden", "kitchen", "room")
) | {"office", "house"}
_COLOURS = ("black", "white", "brown", "red", "green", "blue", "yellow")
_BEFORE_COLOURS = ("old", "young", "small", "big", "new", "beautiful")
_CAN_BE_TAKEN_UP = ("the", "this", "possessive", "genitive", "a", "number", "")
_SUBJECT_PRONOUNS = ("I", "he", "she", "we", "they")


@cache
def nouns_of(kinds: frozenset[str]) -> tuple[Noun, ...]:
    """Return the nouns of any of the kinds, in the order of the vocabulary; people's names only for "called"."""
    nouns = tuple(noun for noun in lexicon.NOUNS if not noun.kinds.isdisjoint(kinds))
    return nouns if "called" in kinds else tuple(noun for noun in nouns if "called" not in noun.kinds)


@cache
def adjectives_of(noun: Noun) -> tuple[Adjective, ...]:
    """Return the adjectives that make sense with a noun."""
    return tuple(adjective for adjective in lexicon.ADJECTIVES if not noun.kinds.isdisjoint(adjective.kinds))


@cache
def _names(kind: str) -> tuple[Noun, ...]:
    return tuple(noun for noun in lexicon.NOUNS if kind in noun.kinds)


def can_be_taken_up(subject: Phrase | None) -> bool:
    """True for subjects that all languages take up with the same pronoun."""
    match subject:
        case Pronoun() | Several():
            return True
        case NounPhrase(determiner=determiner, plural=plural):
            return determiner in _CAN_BE_TAKEN_UP and bool(plural or subject.noun.pronoun)
        case _:
            return False


def is_person(phrase: Phrase | None) -> bool:
    """True for phrases that name people."""
    match phrase:
        case NounPhrase(noun=noun):
            return "person" in noun.kinds
        case Several(items=items):
            return is_person(items[0])
        case Pronoun(key=key):
            return key != "it"
        case None:
            return False


def speaks_of_all(phrase: Phrase | None) -> bool:
    """True for every and no, which mean something else together with never or not."""
    return isinstance(phrase, NounPhrase) and phrase.determiner in ("every", "no")


class Phrases:
    """Draws noun phrases from one stream of random numbers."""

    def __init__(self, seed: int) -> None:
        self._uniform = Random(seed).random
        self.start()

    def start(self, *, detail: int = 1) -> None:
        """Begin a sentence, with few additions (0) up to very many (3): no node and no word said yet."""
        self._num_nodes = 0
        self._said: list[Noun] = []
        self.detail = detail
        self.you: Pronoun | None = None
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
        return self._uniform() < probability

    def adds(self, probability: float) -> bool:
        """Return True that often in a sentence of middling detail."""
        return self._uniform() < probability * (0.5, 1.0, 1.7, 2.6)[self.detail]

    def whole(self, low: int, high: int) -> int:
        """Return a whole number between two, both included."""
        return low + int(self._uniform() * (high + 1 - low))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all equally likely."""
        return choices[int(self._uniform() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Return one of the choices, as likely as its weight says."""
        mark = self._uniform() * sum([weight for _, weight in choices])
        for choice, weight in choices:
            mark -= weight
            if mark < 0:
                return choice
        return choices[-1][0]

    def until(self, draw: Callable[[], T], fits: Callable[[T], object]) -> T:
        """Return the first of several draws that fits."""
        while not fits(found := draw()):
            pass
        return found

    def fresh(self, nouns: Sequence[Noun]) -> Noun:
        """Return a noun, in all likelihood one that the sentence has not named yet."""
        noun = self.pick(nouns)
        for _ in range(8):
            if noun not in self._said:
                break
            noun = self.pick(nouns)
        return noun

    def determiner(self, noun: Noun, *, is_subject: bool = False, is_plain: bool = False) -> str:
        """Return a determiner for a noun; a plain one stands for something that a pronoun can take up."""
        owned = 0 if noun.kinds.isdisjoint(_OWNED) else 16
        if noun.is_mass:
            return self.weighted((("a", 60), ("the", 30), ("possessive", owned // 3), ("this", 4)))
        if not noun.kinds.isdisjoint(("family", "parent")):
            return "possessive"
        if "royal" in noun.kinds:
            return "the"
        rare = 0 if is_plain else 4
        if is_subject:
            every = ("every", rare if "person" in noun.kinds else 0)
            no = ("no", rare if "person" in noun.kinds else 0)
            return self.weighted(
                (("the", 54), ("a", 2 * rare), ("possessive", owned), ("this", 6), ("number", 5), every, no)
            )
        return self.weighted(
            (("the", 40), ("a", 34), ("possessive", owned), ("this", 5), ("number", 8), ("many", rare))
        )

    def noun_phrase(
        self, noun: Noun, determiner: str, *, owner: str = "", may_describe: bool = True, most: int = 6
    ) -> NounPhrase:
        """Return a phrase of that noun, sometimes with one or two adjectives, sometimes in the plural."""
        self._said.append(noun)
        plural = determiner in ("number", "many")
        if determiner in ("the", "a", "this", "possessive") and not noun.is_mass:
            plural = noun.kinds.isdisjoint(("parent", "building")) and self.chance(0.22)
        number = self._number(most) if determiner == "number" else 0
        adjectives = self._adjectives(noun) if may_describe and determiner not in ("every", "no") else ()
        phrase = NounPhrase(self.id(), noun, determiner, plural, adjectives, number)
        return self._owned(phrase, owner) if determiner == "possessive" else phrase

    def _number(self, most: int) -> int:
        return self.whole(7, most) if most > 6 and self.chance(0.5) else self.whole(2, min(most, 6))

    def _owned(self, phrase: NounPhrase, owner: str) -> NounPhrase:
        if owner and self.chance(0.65):
            return phrase._replace(owner=owner)
        if self.adds(0.45):
            return phrase._replace(determiner="genitive", possessor=self._possessor())
        return phrase._replace(owner=self.pick(("I", "I", "we")))

    def _possessor(self) -> NounPhrase:
        if self.chance(0.4):
            return self.named()
        noun = self.fresh(nouns_of(frozenset(["worker", "neighbour", "king", "woman", "man", "student", "child"])))
        phrase = self.noun_phrase(noun, "the")
        return phrase._replace(adjectives=phrase.adjectives[:1])

    def named(self) -> NounPhrase:
        """Return somebody by name, by the first name only where nobody is spoken to."""
        return self.called("first" if self.you is None and self.chance(0.7) else "titled")

    def called(self, kind: str) -> NounPhrase:
        """Return somebody by name: "first" or "titled"."""
        name = self.fresh(_names(kind))
        self._said.append(name)
        return NounPhrase(self.id(), name, "")

    def _adjectives(self, noun: Noun) -> tuple[Adjective, ...]:
        fitting = adjectives_of(noun)
        if not fitting or not self.adds(0.3):
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
        owned = not noun.kinds.isdisjoint(_OWNED) and "person" not in noun.kinds and self.chance(0.2)
        may_describe = "person" not in noun.kinds
        phrase = self.noun_phrase(noun, "possessive" if owned else "the", owner=owner, may_describe=may_describe)
        return phrase._replace(plural=False)

    def pronoun(self, *keys: str) -> Pronoun:
        """Return one of the pronouns, or rather "you" where somebody is spoken to."""
        if self.you and self.chance(0.6):
            return self.you._replace(id=self.id())
        return Pronoun(self.id(), self.pick(keys or _SUBJECT_PRONOUNS))

    def taken_up(self, subject: Phrase) -> Pronoun:
        """Return the pronoun for a subject said before."""
        match subject:
            case Pronoun(key=key, antecedents=antecedents):
                return Pronoun(self.id(), key, antecedents)
            case NounPhrase(plural=False, noun=noun):
                return Pronoun(self.id(), noun.pronoun, (noun,))
            case NounPhrase(noun=noun):
                return Pronoun(self.id(), "they", (noun,))
            case Several(items=items):
                return Pronoun(self.id(), "they", tuple(item.noun for item in items))


def owner_of(subject: Phrase | None) -> str:
    """Return the pronoun of the possessor that "his own" refers to, empty where the languages would disagree."""
    match subject:
        case Pronoun(key=key) if key != "it":
            return key
        case Several():
            return "they"
        case NounPhrase(plural=True) if "person" in subject.noun.kinds:
            return "they"
        case NounPhrase(determiner=determiner) if "person" in subject.noun.kinds and determiner in _CAN_BE_TAKEN_UP:
            return subject.noun.pronoun
        case _:
            return ""
