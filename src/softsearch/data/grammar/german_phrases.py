"""German phrases: nouns with all that stands around them, places, companions, times."""

from __future__ import annotations

from softsearch.data.grammar.adverbials import MONTHS, UNITS
from softsearch.data.grammar.german_forms import (
    AFTER_MIXED,
    CASES,
    DEFINITE,
    DEMONSTRATIVE,
    MIXED,
    OWNERS,
    PRONOUNS,
    STRONG,
    WEAK,
    Endings,
    cardinal,
    noun_form,
)
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
    Tag,
)
from softsearch.data.grammar.vocabulary import RELATIONS

_CONTRACTIONS = {
    ("in", "dem"): "im",
    ("an", "dem"): "am",
    ("zu", "dem"): "zum",
    ("bei", "dem"): "beim",
    ("zu", "der"): "zur",
    ("in", "das"): "ins",
}


def phrase_words(phrase: Phrase, case: str, negation: Tag) -> list[Word]:
    """Return a phrase without the relative clause of its noun."""
    match phrase:
        case Pronoun(id=id, key=key, antecedents=antecedents):
            form = antecedents[0].de.gender if key == "it" else key
            return words(PRONOUNS[form][CASES.index(case)], "PRON", (id, "noun"))
        case Several(id=id, items=items):
            return listed([phrase_words(item, case, negation) for item in items], words("und", "CCONJ", (id, "and")))
        case NounPhrase(place=place):
            return [*noun_phrase(phrase, case, negation), *(place_words(place) if place else [])]


def noun_phrase(phrase: NounPhrase, case: str, negation: Tag) -> list[Word]:
    """Return determiner, adjectives, noun and the possessor after it."""
    noun, possessor = phrase.noun, phrase.possessor
    gender, column = "p" if phrase.plural else noun.de.gender, CASES.index(case)
    said, endings = _determiner(phrase, gender, column, negation)
    for position, adjective in enumerate(phrase.adjectives):
        said += words(adjective.de_stem + endings[gender][column], "ADJ", (phrase.id, f"adjective {position}"))
    said += noun_words(noun_form(noun.de, case, plural=phrase.plural), phrase.id, is_name=noun.is_name)
    if possessor and not possessor.noun.is_name:
        article, *rest = noun_phrase(possessor, "gen", negation)
        said += [article._replace(tags=(*article.tags, (phrase.id, "of"))), *rest]
    return said


def _determiner(phrase: NounPhrase, gender: str, column: int, negation: Tag) -> tuple[list[Word], Endings]:
    """Return the determiner and the endings it leaves to the adjectives."""
    if phrase.possessor and phrase.possessor.noun.is_name:
        return _names(phrase, phrase.possessor), STRONG
    text, endings = _determiner_form(phrase, gender, column)
    tags = ((phrase.id, "determiner"), *([negation] if phrase.determiner == "any" else []))
    return words(text, "NUM" if phrase.determiner == "number" else "DET", *tags), endings


def _names(phrase: NounPhrase, possessor: NounPhrase) -> list[Word]:
    """Return "Annas" or "Herrn Webers"."""
    *title, name = noun_words(noun_form(possessor.noun.de, "dat", plural=False), possessor.id, is_name=True)
    return [*title, name._replace(text=name.text + "s", tags=(*name.tags, (phrase.id, "of")))]


def _determiner_form(phrase: NounPhrase, gender: str, column: int) -> tuple[str, Endings]:
    mixed = MIXED[gender][column]
    match phrase.determiner:
        case "the" | "genitive":
            return DEFINITE[gender][column], WEAK
        case "this":
            return "dies" + DEMONSTRATIVE[gender][column], WEAK
        case "every":
            return "jed" + DEMONSTRATIVE[gender][column], WEAK
        case "no" | "any":
            return "kein" + mixed, AFTER_MIXED
        case "possessive":
            stem = OWNERS[phrase.owner]
            return ("eur" if stem == "euer" and mixed else stem) + mixed, AFTER_MIXED
        case "number":
            return cardinal(phrase.number), STRONG
        case "many":
            return "viel" + STRONG[gender][column], STRONG
        case "a" if not phrase.plural and not phrase.noun.is_mass:
            return "ein" + mixed, AFTER_MIXED
        case _:
            return "", STRONG


def place_words(place: Place | Adjunct) -> list[Word]:
    """Return where, or where to."""
    if isinstance(place, Adjunct):
        return adjunct_words(place, place.adverbial.de)
    noun, tag = place.phrase.noun, (place.id, "relation")
    case = "dat"
    if place.relation in RELATIONS:
        preposition = RELATIONS[place.relation][0]
    else:
        assert noun.site is not None
        preposition = noun.site.de_at if place.relation == "at" else noun.site.de_to
        case = "acc" if place.relation == "to" and preposition in ("in", "auf", "an") else "dat"
    first, *rest = noun_phrase(place.phrase, case, (place.id, "not"))
    contracted = _CONTRACTIONS.get((preposition, first.text))
    if contracted:
        return [Word(contracted, (tag, *first.tags), "ADP"), *rest]
    return [*words(preposition, "ADP", tag), first, *rest]


def companion_words(companion: Companion) -> list[Word]:
    """Return with whom."""
    return [
        *words("mit", "ADP", (companion.id, "with")),
        *phrase_words(companion.phrase, "dat", (companion.id, "not")),
    ]


def moment_words(moment: Moment) -> list[Word]:
    """Return when, or for how long."""
    match moment:
        case Adjunct(adverbial=adverbial):
            return adjunct_words(moment, adverbial.de)
        case Date(id=id, day=day, month=month, year=year):
            start = f"am {day}." if day else "im" if month else "im Jahr"
            first, *rest = words(start, "ADP", (id, "on"))
            said = [Word(each.text, ((id, "day" if day else "year"),), "ADJ" if day else "NOUN") for each in rest]
            said += words(MONTHS[month - 1][0] if month else "", "NOUN", (id, "month"))
            return [first, *said, *words(str(year) if year else "", "NUM", (id, "year"))]
        case Span(id=id, relation=relation, number=number, unit=unit):
            preposition = {"ago": "vor", "in": "in", "for": ""}[relation]
            said = words(preposition, "ADP", (id, "relation"))
            said += words(cardinal(number), "NUM", (id, "number"))
            said += words(UNITS[unit][0], "NOUN", (id, "unit"))
            return [*said, *(words("lang", "ADV", (id, "relation")) if relation == "for" else [])]


def clock_words(clock: Clock) -> list[Word]:
    """Return "um drei Uhr", "um Viertel nach drei" or "um halb vier"."""
    minutes = (clock.id, "minutes")
    hour = clock.hour % 12 + 1 if clock.minutes == 30 else clock.hour
    said = words("um", "ADP", (clock.id, "at"))
    if clock.minutes == 30:
        said += words("halb", "ADJ", minutes)
    elif clock.minutes:
        said += [*words("Viertel", "NOUN", minutes), *words("nach", "ADP", minutes)]
    if not clock.minutes:
        return [
            *said,
            *words(cardinal(hour), "NUM", (clock.id, "hour")),
            *words("Uhr", "NOUN", (clock.id, "o'clock")),
        ]
    return [*said, *words("eins" if hour == 1 else cardinal(hour), "NUM", (clock.id, "hour"))]
