"""English phrases: nouns with all that stands around them, places, companions, times, comparatives."""

from __future__ import annotations

import re
from functools import cache

from softsearch.data.grammar.adverbials import MONTHS, UNITS
from softsearch.data.grammar.text import Word, adjunct_words, listed, noun_words, words
from softsearch.data.grammar.tree import (
    Adjunct,
    Clock,
    Companion,
    Date,
    Moment,
    NounPhrase,
    Phrase,
    Place,
    Pronoun,
    Several,
    Span,
)
from softsearch.data.grammar.vocabulary import RELATIONS

_OBJECT_PRONOUNS = {"I": "me", "he": "him", "she": "her", "we": "us", "they": "them"}
_OWNERS = {"I": "my", "he": "his", "she": "her", "we": "our", "they": "their"}
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def phrase_words(phrase: Phrase, *, is_object: bool = False) -> list[Word]:
    """Return a phrase without the relative clause of its noun."""
    match phrase:
        case Pronoun(id=id, key=key):
            form = key.partition("_")[0]
            return words(_OBJECT_PRONOUNS.get(form, form) if is_object else form, "PRON", (id, "noun"))
        case Several(id=id, items=items):
            return listed([phrase_words(item) for item in items], words("and", "CCONJ", (id, "and")))
        case NounPhrase(place=place):
            return [*noun_phrase(phrase), *(place_words(place) if place else [])]


def noun_phrase(phrase: NounPhrase) -> list[Word]:
    """Return determiner or possessor, adjectives and noun."""
    said = _possessive(phrase, phrase.possessor) if phrase.possessor else _determiner(phrase)
    for position, adjective in enumerate(phrase.adjectives):
        said += words(adjective.en, "ADJ", (phrase.id, f"adjective {position}"))
    noun = phrase.noun
    return [*said, *noun_words(noun.en.plural if phrase.plural else noun.en.singular, phrase.id, is_name=noun.is_name)]


def _possessive(phrase: NounPhrase, possessor: NounPhrase) -> list[Word]:
    *rest, owner = noun_phrase(possessor)
    ending = "'" if possessor.plural and owner.text.endswith("s") else "'s"
    return [*rest, owner._replace(text=owner.text + ending, tags=(*owner.tags, (phrase.id, "of")))]


def _determiner(phrase: NounPhrase) -> list[Word]:
    part = "NUM" if phrase.determiner == "number" else "ADJ" if phrase.determiner == "many" else "DET"
    return words(_determiner_form(phrase), part, (phrase.id, "determiner"))


def _determiner_form(phrase: NounPhrase) -> str:
    is_countable_singular = not phrase.plural and not phrase.noun.is_mass
    match phrase.determiner:
        case "possessive":
            return _OWNERS.get(phrase.owner, "your")
        case "number":
            return cardinal(phrase.number)
        case "this":
            return "these" if phrase.plural else "this"
        case "a":
            return "a" if is_countable_singular else ""
        case "any":
            return "a" if is_countable_singular else "any"
        case determiner:
            return determiner


def place_words(place: Place | Adjunct) -> list[Word]:
    """Return where, or where to; somebody's shop or practice is the baker's or the doctor's."""
    if isinstance(place, Adjunct):
        return adjunct_words(place, place.adverbial.en)
    if place.relation in RELATIONS:
        preposition = RELATIONS[place.relation][1]
    elif place.relation == "to":
        preposition = "to"
    else:
        assert place.phrase.noun.site is not None
        preposition = place.phrase.noun.site.en_at
    *rest, noun = noun_phrase(place.phrase)
    if "person" in place.phrase.noun.kinds:
        noun = noun._replace(text=noun.text + "'s")
    said = words(preposition, "ADP", (place.id, "relation"))
    if preposition == "in front of":
        said[1] = said[1]._replace(part="NOUN")
    return [*said, *rest, noun]


def companion_words(companion: Companion) -> list[Word]:
    """Return with whom."""
    return [*words("with", "ADP", (companion.id, "with")), *phrase_words(companion.phrase, is_object=True)]


def moment_words(moment: Moment) -> list[Word]:
    """Return when, or for how long."""
    match moment:
        case Adjunct(adverbial=adverbial):
            return adjunct_words(moment, adverbial.en)
        case Date(id=id, day=day, month=month, year=year):
            said = words("on" if day else "in", "ADP", (id, "on"))
            said += words(str(day) if day else "", "NUM", (id, "day"))
            said += words(MONTHS[month - 1][1] if month else "", "PROPN", (id, "month"))
            return [*said, *words(str(year) if year else "", "NUM", (id, "year"))]
        case Span(id=id, relation=relation, number=number, unit=unit):
            said = words("" if relation == "ago" else relation, "ADP", (id, "relation"))
            said += words(cardinal(number), "NUM", (id, "number"))
            said += words(UNITS[unit][1], "NOUN", (id, "unit"))
            return [*said, *(words("ago", "ADV", (id, "relation")) if relation == "ago" else [])]


def clock_words(clock: Clock) -> list[Word]:
    """Return "at three o'clock", "at a quarter past three" or "at half past three"."""
    minutes = (clock.id, "minutes")
    said = words("at", "ADP", (clock.id, "at"))
    hour = words(cardinal(clock.hour), "NUM", (clock.id, "hour"))
    if not clock.minutes:
        return [*said, *hour, *words("o'clock", "ADV", (clock.id, "o'clock"))]
    said += words("a" if clock.minutes == 15 else "", "DET", minutes)
    said += words("half" if clock.minutes == 30 else "quarter", "NOUN", minutes)
    return [*said, *words("past", "ADP", minutes), *hour]


@cache
def comparative(adjective: str) -> tuple[str, ...]:
    """Return ("bigger",) or ("more", "interesting")."""
    if adjective.endswith("y") and len(adjective) < 7:
        return (adjective[:-1] + "ier",)
    if len(re.findall("[aeiouy]+", adjective.removesuffix("e"))) > 1:
        return ("more", adjective)
    if re.search("[^aeiou][aeiou][^aeiouwy]$", adjective):
        return (adjective + adjective[-1] + "er",)
    return (adjective + ("r" if adjective.endswith("e") else "er"),)


def cardinal(number: int) -> str:
    """Return "twenty-one" for 21."""
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + ("-" + _ONES[ones] if ones else "")
