"""English phrases: nouns with all that stands around them, places, companions, times, comparatives."""

from __future__ import annotations

import re
from functools import cache

from softsearch.data.grammar.lexicon import read_column
from softsearch.data.grammar.text import Word, adjunct_words, listed, noun_words, words
from softsearch.data.grammar.tree import (
    Adjunct,
    Clock,
    Companion,
    Date,
    Node,
    NounPhrase,
    Place,
    Pronoun,
    Several,
    Span,
)

_PRONOUNS = {key: forms.split() for key, forms in read_column("pronouns", "en").items()}
_RELATIONS, _MONTHS, _UNITS = (read_column(table, "en") for table in ("relations", "months", "units"))
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def phrase_words(node: Node | None, *, is_object: bool = False) -> list[Word]:
    """Return how a node is called, but for the relative clause of a noun; no words where there is no node."""
    match node:
        case None:
            return []
        case NounPhrase(place=place):
            return [*noun_phrase(node), *phrase_words(place)]
        case Pronoun(id=id, key=key):
            return words(_PRONOUNS[key][is_object], "PRON", (id, "noun"))
        case Several(id=id, items=items):
            return listed([phrase_words(item) for item in items], words("and", "CCONJ", (id, "and")))
        case Adjunct():
            return adjunct_words(node, "en")
        case Place():
            return _place(node)
        case Companion(id=id, phrase=phrase):
            return [*words("with", "ADP", (id, "with")), *phrase_words(phrase, is_object=True)]
        case Date(id=id, day=day, month=month, year=year):
            said = words("on" if day else "in", "ADP", (id, "on"))
            said += words(str(day) if day else "", "NUM", (id, "day"))
            said += words(_MONTHS[str(month)] if month else "", "PROPN", (id, "month"))
            return [*said, *words(str(year) if year else "", "NUM", (id, "year"))]
        case Span(id=id, relation=relation, number=number, unit=unit):
            said = words("" if relation == "ago" else relation, "ADP", (id, "relation"))
            said += words(cardinal(number), "NUM", (id, "number"))
            said += words(_UNITS[unit], "NOUN", (id, "unit"))
            return [*said, *(words("ago", "ADV", (id, "relation")) if relation == "ago" else [])]
        case Clock():
            return _clock(node)


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
            return _PRONOUNS[phrase.owner][2]
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


def _place(place: Place) -> list[Word]:
    """Return where, or where to; somebody's shop or practice is the baker's or the doctor's."""
    if place.relation in _RELATIONS:
        preposition = _RELATIONS[place.relation]
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


def _clock(clock: Clock) -> list[Word]:
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
