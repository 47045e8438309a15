"""French phrases: nouns with all that stands around them, pronouns, places, times."""

from __future__ import annotations

from softsearch.data.grammar.adverbials import MONTHS, UNITS
from softsearch.data.grammar.french_forms import adjective_form, begins_with_vowel, cardinal
from softsearch.data.grammar.text import Word, adjunct_words, noun_words, words
from softsearch.data.grammar.tree import (
    Adjunct,
    Clock,
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

# subject, direct object, indirect object, after a preposition
_PRONOUNS = {
    "I": ("je", "me", "me", "moi"),
    "you": ("tu", "te", "te", "toi"),
    "he": ("il", "le", "lui", "lui"),
    "she": ("elle", "la", "lui", "elle"),
    "we": ("nous", "nous", "nous", "nous"),
    "you_all": ("vous", "vous", "vous", "vous"),
    "they": ("ils", "les", "leur", "eux"),
    "feminine they": ("elles", "les", "leur", "elles"),
}
_PRONOUNS |= {"it": _PRONOUNS["he"], "feminine it": _PRONOUNS["she"], "you_polite": _PRONOUNS["you_all"]}
_CASES = ("subject", "direct", "indirect", "tonic")
# before a masculine, a feminine and a plural noun
_OWNERS = {
    "I": ("mon", "ma", "mes"),
    "you": ("ton", "ta", "tes"),
    "he": ("son", "sa", "ses"),
    "we": ("notre", "notre", "nos"),
    "you_all": ("votre", "votre", "vos"),
    "they": ("leur", "leur", "leurs"),
}
_OWNERS |= {"she": _OWNERS["he"], "it": _OWNERS["he"], "you_polite": _OWNERS["you_all"]}
_SPANS = {"ago": "il y a", "in": "dans", "for": "pendant"}
_CONTRACTIONS = {("à", "le"): "au", ("à", "les"): "aux", ("de", "le"): "du", ("de", "les"): "des"}


def features(phrase: Phrase | None) -> tuple[bool, bool]:
    """Return whether feminine and whether plural, for adjectives and participles; "je" and "nous" are masculine."""
    match phrase:
        case NounPhrase(noun=noun, plural=plural):
            return noun.fr.gender == "f", plural
        case Several(items=items):
            return all(item.noun.fr.gender == "f" for item in items), True
        case Pronoun(key=key, antecedents=antecedents):
            feminine = key == "she" or (bool(antecedents) and all(noun.fr.gender == "f" for noun in antecedents))
            return feminine, key in ("we", "they", "you_all") or (key == "you_polite" and len(antecedents) > 1)
        case None:
            return False, False


def pronoun(phrase: Pronoun, case: str) -> list[Word]:
    """Return a pronoun as subject, direct or indirect object, or "tonic" after a preposition."""
    is_feminine = phrase.key in ("it", "they") and features(phrase)[0]
    forms = _PRONOUNS[f"feminine {phrase.key}" if is_feminine else phrase.key]
    return words(forms[_CASES.index(case)], "PRON", (phrase.id, "noun"))


def says_aucun(phrase: Phrase | None, *, preposition: str, is_denied: bool) -> bool:
    """Return True where "aucun" denies by itself: Il ne voit aucun ours.

    "Pas d'ours" would hide whether one or several are meant, and "à pas de lettre" cannot be said.
    """
    if not isinstance(phrase, NounPhrase):
        return False
    if phrase.determiner == "any" or (phrase.determiner == "a" and is_denied):
        is_one = not phrase.plural and not phrase.noun.is_mass
        return is_one and (phrase.noun.fr.singular == phrase.noun.fr.plural or preposition == "à")
    return phrase.determiner == "no"


def noun_phrase(
    phrase: NounPhrase, *, preposition: str = "", tag: Tag | None = None, is_denied: bool = False
) -> list[Word]:
    """Return a phrase, with the possessor but without place and relative clause, behind a preposition if any.

    `tag` is what the preposition realises. `is_denied` stands under "ne ... jamais", where an indefinite article
    becomes "de".
    """
    core = _core(phrase)
    determiner = _determiner(phrase, core[0].text, preposition=preposition, is_denied=is_denied)
    said = [*determiner, *core]
    if preposition:
        merged = () if determiner or not phrase.determiner else ((phrase.id, "determiner"),)
        said = _contracted(words(preposition, "ADP", *((tag,) if tag else ()), *merged), said)
    if phrase.possessor:
        said += noun_phrase(phrase.possessor, preposition="de", tag=(phrase.id, "of"))
    return said


def _contracted(preposition: list[Word], said: list[Word]) -> list[Word]:
    """Join the preposition to a definite article: au, aux, du, des, but à l'homme."""
    last, first = preposition[-1], said[0]
    contracted = _CONTRACTIONS.get((last.text, first.text), "")
    if not contracted or (first.text == "le" and begins_with_vowel(said[1].text)):
        return [*preposition, *said]
    return [*preposition[:-1], Word(contracted, (*last.tags, *first.tags), "ADP"), *said[1:]]


def _core(phrase: NounPhrase) -> list[Word]:
    """Return the noun with its adjectives before and after."""
    feminine, plural = features(phrase)
    noun = phrase.noun.fr.plural if plural else phrase.noun.fr.singular
    before: list[Word] = []
    after: list[Word] = []
    for position, adjective in enumerate(phrase.adjectives):
        following = noun if adjective.fr.precedes else ""
        form = adjective_form(adjective.fr, feminine=feminine, plural=plural, following=following)
        side = before if adjective.fr.precedes else after
        side += words(form, "ADJ", (phrase.id, f"adjective {position}"))
    return [*before, *noun_words(noun, phrase.id, is_name=phrase.noun.is_name), *after]


def _determiner(phrase: NounPhrase, following: str, *, preposition: str, is_denied: bool) -> list[Word]:
    feminine, plural = features(phrase)
    tag = (phrase.id, "determiner")
    column = 2 if plural else 1 if feminine else 0
    vowel = begins_with_vowel(following)
    match phrase.determiner:
        case "":
            return []
        case "the" | "genitive":
            return words(("le", "la", "les")[column], "DET", tag)
        case "this":
            return words(("cet" if vowel else "ce", "cette", "ces")[column], "DET", tag)
        case "every":
            return words("chaque", "DET", tag)
        case "possessive":
            return words(_OWNERS[phrase.owner][0 if vowel and column == 1 else column], "DET", tag)
        case "number":
            return words(cardinal(phrase.number, feminine=feminine), "NUM", tag)
        case "many":
            return words("beaucoup de", "DET", tag)
        case _ if says_aucun(phrase, preposition=preposition, is_denied=is_denied):
            return words("aucune" if feminine else "aucun", "DET", tag)
        case _:
            is_denied = is_denied or phrase.determiner == "any"
            return words(_indefinite(phrase, following, column, preposition, is_denied=is_denied), "DET", tag)


def _indefinite(phrase: NounPhrase, following: str, column: int, preposition: str, *, is_denied: bool) -> str:
    """Un, une, du, de la, des; "de" under negation and before an adjective; nothing after the preposition "de"."""
    is_one = column < 2 and not phrase.noun.is_mass
    if preposition.endswith("de") and (is_denied or not is_one):
        return ""
    if is_denied and not preposition:
        return "de"
    if is_one:
        return ("un", "une")[column]
    if column == 2:
        return "de" if any(adjective.fr.precedes for adjective in phrase.adjectives) else "des"
    return "du" if column == 0 and not begins_with_vowel(following) else ("de le", "de la")[column]


def place_words(place: Place | Adjunct) -> list[Word]:
    """Return where, or where to."""
    if isinstance(place, Adjunct):
        return adjunct_words(place, place.adverbial.fr)
    if place.relation in RELATIONS:
        preposition = RELATIONS[place.relation][2]
    else:
        assert place.phrase.noun.site is not None
        preposition = place.phrase.noun.site.fr
    return noun_phrase(place.phrase, preposition=preposition, tag=(place.id, "relation"))


def moment_words(moment: Moment) -> list[Word]:
    """Return when, or for how long."""
    match moment:
        case Adjunct(adverbial=adverbial):
            return adjunct_words(moment, adverbial.fr)
        case Date():
            return _date_words(moment)
        case Span(id=id, relation=relation, number=number, unit=unit):
            said = words(_SPANS[relation], "ADP", (id, "relation"))
            said += words(cardinal(number, feminine=unit in ("minute", "hour", "week")), "NUM", (id, "number"))
            return [*said, *words(UNITS[unit][2], "NOUN", (id, "unit"))]


def _date_words(date: Date) -> list[Word]:
    """Return "le 1er mars 1987", "en mars" or "en 1987"."""
    said = words("le" if date.day else "en", "DET" if date.day else "ADP", (date.id, "on"))
    if date.day:
        said += words("1er" if date.day == 1 else str(date.day), "NUM", (date.id, "day"))
    if date.month:
        said += words(MONTHS[date.month - 1][2], "NOUN", (date.id, "month"))
    return said + (words(str(date.year), "NUM", (date.id, "year")) if date.year else [])


def clock_words(clock: Clock) -> list[Word]:
    """Return "à une heure", "à trois heures et quart" or "à dix heures et demie"."""
    hour, minutes = (clock.id, "hour"), (clock.id, "minutes")
    said = [*words("à", "ADP", (clock.id, "at")), *words(cardinal(clock.hour, feminine=True), "NUM", hour)]
    said += words("heure" if clock.hour == 1 else "heures", "NOUN", hour if clock.minutes else (clock.id, "o'clock"))
    if not clock.minutes:
        return said
    return [*said, *words("et", "CCONJ", minutes), *words("quart" if clock.minutes == 15 else "demie", "NOUN", minutes)]
