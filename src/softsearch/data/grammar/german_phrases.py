"""German phrases: nouns with all that stands around them, places, companions, times; and words by themselves.

Words are inflected here: verbs in all persons, endings of determiners and adjectives, genitives, comparatives, numbers.
"""

from __future__ import annotations

import re
from functools import cache

from softsearch.data.grammar.lexicon import Forms, GermanVerb, german_verb, read_column, read_columns
from softsearch.data.grammar.text import Word, adjunct_words, listed, noun_words, words
from softsearch.data.grammar.tree import (
    PERSONS,
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
    Tag,
)

CASES = ("nom", "acc", "dat", "gen")
_PRONOUNS = {key: forms.split() for key, forms in read_column("pronouns", "de").items()}
_OWNERS, _RELATIONS = read_column("pronouns", "de owner"), read_column("relations", "de")
_MONTHS, _UNITS = read_column("months", "de"), read_column("units", "de")
_CONTRACTIONS = {
    ("in", "dem"): "im",
    ("an", "dem"): "am",
    ("zu", "dem"): "zum",
    ("bei", "dem"): "beim",
    ("zu", "der"): "zur",
    ("in", "das"): "ins",
}
Endings = dict[str, list[str]]
_ENDINGS = read_columns("german_endings", *"mfnp")


def _endings(name: str) -> Endings:
    """Return endings by the gender, or p for the plural, in the order of the cases."""
    cells = zip("mfnp", _ENDINGS[name], strict=True)
    return {gender: [ending.strip("-") for ending in cell.split()] for gender, cell in cells}


DEFINITE, RELATIVE, DEMONSTRATIVE, MIXED = map(_endings, ("definite", "relative", "demonstrative", "mixed"))
STRONG, WEAK, AFTER_MIXED = map(_endings, ("strong", "weak", "after mixed"))

HABEN = german_verb("haben hat hatte gehabt")
SEIN = german_verb("sein ist war gewesen sein")
WERDEN = german_verb("werden wird wurde geworden sein")
MODALS = {key: german_verb(parts) for key, parts in read_column("modals", "de").items()}
_AM = dict(zip(PERSONS, ("bin", "bist", "ist", "sind", "seid", "sind"), strict=True))
_WAS = dict(zip(PERSONS, ("war", "warst", "war", "waren", "wart", "waren"), strict=True))
_WITH_UMLAUT = {"alt": "ält", "jung": "jüng", "groß": "größ", "lang": "läng", "kurz": "kürz", "arm": "ärm"}
_WITH_UMLAUT |= {"stark": "stärk", "klug": "klüg", "kalt": "kält", "warm": "wärm", "gesund": "gesünd"}
_ONES = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_TEENS = {16: "sechzehn", 17: "siebzehn"}
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def phrase_words(node: Node | None, case: str = "nom", *, negation: Tag | None = None) -> list[Word]:
    """Return how a node is called, but for the relative clause of a noun; no words where there is no node.

    `negation` is what "kein" realises too, where it stands for "not ... any".
    """
    match node:
        case None:
            return []
        case NounPhrase(place=place):
            return [*noun_phrase(node, case, negation=negation), *phrase_words(place)]
        case Pronoun(id=id, key=key, antecedents=antecedents):
            form = {"m": "he", "f": "she", "n": "it"}[antecedents[0].de.gender] if key == "it" else key
            return words(_PRONOUNS[form][CASES.index(case)], "PRON", (id, "noun"))
        case Several(id=id, items=items):
            said = [phrase_words(item, case, negation=negation) for item in items]
            return listed(said, words("und", "CCONJ", (id, "and")))
        case Adjunct():
            return adjunct_words(node, "de")
        case Place():
            return _place(node)
        case Companion(id=id, phrase=phrase):
            return [*words("mit", "ADP", (id, "with")), *phrase_words(phrase, "dat")]
        case Date():
            return _date(node)
        case Span(id=id, relation=relation, number=number, unit=unit):
            said_unit = [*words(cardinal(number), "NUM", (id, "number")), *words(_UNITS[unit], "NOUN", (id, "unit"))]
            before, after = {"ago": ("vor", ""), "in": ("in", ""), "for": ("", "lang")}[relation]
            return [*words(before, "ADP", (id, "relation")), *said_unit, *words(after, "ADV", (id, "relation"))]
        case Clock():
            return _clock(node)


def noun_phrase(phrase: NounPhrase, case: str, *, negation: Tag | None = None) -> list[Word]:
    """Return determiner, adjectives, noun and the possessor after it."""
    noun, possessor = phrase.noun, phrase.possessor
    gender, column = "p" if phrase.plural else noun.de.gender, CASES.index(case)
    said, endings = _determiner(phrase, gender, column, negation)
    for position, adjective in enumerate(phrase.adjectives):
        said += words(adjective.de_stem + endings[gender][column], "ADJ", (phrase.id, f"adjective {position}"))
    said += noun_words(noun_form(noun.de, case, plural=phrase.plural), phrase.id, is_name=noun.is_name)
    if possessor and not possessor.noun.is_name:
        article, *rest = noun_phrase(possessor, "gen")
        said += [article._replace(tags=(*article.tags, (phrase.id, "of"))), *rest]
    return said


def _determiner(phrase: NounPhrase, gender: str, column: int, negation: Tag | None) -> tuple[list[Word], Endings]:
    """Return the determiner and the endings it leaves to the adjectives."""
    if phrase.possessor and phrase.possessor.noun.is_name:
        return _names(phrase, phrase.possessor), STRONG
    text, endings = _determiner_form(phrase, gender, column)
    tags = ((phrase.id, "determiner"), *([negation] if negation and phrase.determiner == "any" else []))
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
            stem = _OWNERS[phrase.owner]
            return ("eur" if stem == "euer" and mixed else stem) + mixed, AFTER_MIXED
        case "number":
            return cardinal(phrase.number), STRONG
        case "many":
            return "viel" + STRONG[gender][column], STRONG
        case "a" if not phrase.plural and not phrase.noun.is_mass:
            return "ein" + mixed, AFTER_MIXED
        case _:
            return "", STRONG


def _place(place: Place) -> list[Word]:
    """Return where, or where to."""
    noun, tag = place.phrase.noun, (place.id, "relation")
    case = "dat"
    if place.relation in _RELATIONS:
        preposition = _RELATIONS[place.relation]
    else:
        assert noun.site is not None
        preposition = noun.site.de_at if place.relation == "at" else noun.site.de_to
        case = "acc" if place.relation == "to" and preposition in ("in", "auf", "an") else "dat"
    first, *rest = noun_phrase(place.phrase, case)
    contracted = _CONTRACTIONS.get((preposition, first.text))
    if contracted:
        return [Word(contracted, (tag, *first.tags), "ADP"), *rest]
    return [*words(preposition, "ADP", tag), first, *rest]


def _date(date: Date) -> list[Word]:
    """Return "am 3. Mai 1987", "im Mai" or "im Jahr 1987"."""
    start = f"am {date.day}." if date.day else "im" if date.month else "im Jahr"
    first, *rest = words(start, "ADP", (date.id, "on"))
    said = [
        Word(each.text, ((date.id, "day" if date.day else "year"),), "ADJ" if date.day else "NOUN") for each in rest
    ]
    said += words(_MONTHS[str(date.month)] if date.month else "", "NOUN", (date.id, "month"))
    return [first, *said, *words(str(date.year) if date.year else "", "NUM", (date.id, "year"))]


def _clock(clock: Clock) -> list[Word]:
    """Return "um drei Uhr", "um Viertel nach drei" or "um halb vier"."""
    minutes = (clock.id, "minutes")
    hour = clock.hour % 12 + 1 if clock.minutes == 30 else clock.hour
    said = words("um", "ADP", (clock.id, "at"))
    if not clock.minutes:
        said += words(cardinal(hour), "NUM", (clock.id, "hour"))
        return [*said, *words("Uhr", "NOUN", (clock.id, "o'clock"))]
    if clock.minutes == 30:
        said += words("halb", "ADJ", minutes)
    else:
        said += [*words("Viertel", "NOUN", minutes), *words("nach", "ADP", minutes)]
    return [*said, *words("eins" if hour == 1 else cardinal(hour), "NUM", (clock.id, "hour"))]


@cache
def finite(verb: GermanVerb, agreement: tuple[int, bool], *, past: bool) -> str:
    """Return the finite form, without a separable prefix."""
    if verb.infinitive == "sein":
        return (_WAS if past else _AM)[agreement]
    if past:
        return _past(verb, agreement)
    person, plural = agreement
    if plural:
        return verb.infinitive if person != 2 else _with_t(_stem(verb))
    if person == 3:
        return verb.present
    return _first_person(verb) if person == 1 else _second_person(verb)


def _past(verb: GermanVerb, agreement: tuple[int, bool]) -> str:
    person, plural = agreement
    weak = verb.past.endswith("e")
    if person == 2:
        if plural:
            return verb.past + "t" if weak else _with_t(verb.past)
        joint = "" if weak or not verb.past.endswith(("s", "ß", "d", "t")) else "e"
        return verb.past + joint + "st"
    return verb.past + (("n" if weak else "en") if plural else "")


def _first_person(verb: GermanVerb) -> str:
    return verb.present if _is_like_modals(verb) else _stem(verb) + "e"


def _second_person(verb: GermanVerb) -> str:
    stem = verb.present if _is_like_modals(verb) else verb.present[:-1]
    if verb is WERDEN:
        return "wirst"
    return stem + ("t" if stem.endswith(("s", "ß", "z")) else "st")


def _is_like_modals(verb: GermanVerb) -> bool:
    """True for ich kann, er kann; ich weiß, er weiß."""
    return not verb.present.endswith(("t", "d"))


def _stem(verb: GermanVerb) -> str:
    return verb.infinitive[:-2] if verb.infinitive.endswith("en") else verb.infinitive[:-1]


def _with_t(stem: str) -> str:
    return stem + ("et" if _needs_e(stem) else "t")


def _needs_e(stem: str) -> bool:
    return bool(re.search(r"[td]$|[^aeiouäöülrhnm][nm]$|ch[nm]$", stem))


@cache
def imperative(verb: GermanVerb, key: str) -> str:
    """Return the form that orders "you", "you_all" or "you_polite" (whose pronoun follows), without prefix."""
    if key != "you":
        return finite(verb, (3 if key == "you_polite" else 2, True), past=False)
    stem, shown = _stem(verb), verb.present[:-1]
    if _vowels(stem).startswith("e") and _vowels(shown).startswith("i"):  # lies, gib, vergiss
        return shown
    return stem + ("e" if _needs_e(stem) or stem.endswith(("ier", "tter")) else "")


def _vowels(stem: str) -> str:
    """Return the last group of vowels."""
    groups: list[str] = re.findall("[aeiouäöü]+", stem)
    return groups[-1]


@cache
def comparative(stem: str) -> str:
    """Return the stem of the comparative with its ending (größer)."""
    return _WITH_UMLAUT.get(stem, stem) + "er"


@cache
def noun_form(noun: Forms, case: str, *, plural: bool) -> str:
    """Return a noun in a case."""
    if plural:
        return noun.plural + ("n" if case == "dat" and not noun.plural.endswith(("n", "s")) else "")
    if noun.weak:
        return noun.singular if case == "nom" else noun.plural
    return _genitive(noun) if case == "gen" and noun.gender != "f" else noun.singular


def _genitive(noun: Forms) -> str:
    is_short = len(re.findall("[aeiouyäöü]+", noun.singular.lower())) == 1
    return noun.singular + ("es" if is_short or noun.singular.endswith(("s", "ß", "z", "x")) else "s")


def cardinal(number: int) -> str:
    """Return "einundzwanzig" for 21; 1 is "ein"."""
    if number < len(_ONES):
        return _ONES[number]
    if number < 20:
        return _TEENS.get(number, _ONES[number - 10] + "zehn")
    tens, ones = divmod(number, 10)
    return (_ONES[ones] + "und" if ones else "") + _TENS[tens]
