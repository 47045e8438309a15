"""French phrases: nouns with all that stands around them, pronouns, places, times; and words by themselves.

Words are inflected here: verbs in all persons and moods, agreement of adjectives, numbers, and which words are elided.
"""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar.lexicon import FrenchAdjective, FrenchVerb, read_column, read_columns
from softsearch.data.grammar.text import Word, adjunct_words, noun_words, words
from softsearch.data.grammar.tree import (
    PERSONS,
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

_PRONOUNS = {key: forms.split() for key, forms in read_column("pronouns", "fr").items()}
_CASES = ("subject", "direct", "indirect", "tonic")
_OWNERS = {key: forms.split() for key, forms in read_column("pronouns", "fr owner").items()}
_RELATIONS, _MONTHS, _UNITS = (read_column(table, "fr") for table in ("relations", "months", "units"))
_SPANS = {"ago": "il y a", "in": "dans", "for": "pendant"}
_CONTRACTIONS = {("à", "le"): "au", ("à", "les"): "aux", ("de", "le"): "du", ("de", "les"): "des"}
_IRREGULAR = read_columns("french_verbs", "parts", "present")
_FUTURE = dict(zip(PERSONS, ("ai", "as", "a", "ons", "ez", "ont"), strict=True))
_IMPERFECT = dict(zip(PERSONS, ("ais", "ais", "ait", "ions", "iez", "aient"), strict=True))
_WITH_ETRE = ("aller", "venir", "revenir", "arriver", "partir")
_ELIDED = frozenset(["le", "la", "de", "je", "me", "te", "se", "ne", "que"])
_VOWELS = "aeiouyhâàéèêëîïôûœ"
# h aspiré, and numbers that behave as if they had one
_ASPIRATED = frozenset(["héros", "huit", "onze"])
_ONES = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_TENS = {10: "dix", 20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


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
    key = {"it": "she", "they": "they f"}.get(phrase.key, phrase.key) if features(phrase)[0] else phrase.key
    return words(_PRONOUNS[key][_CASES.index(case)], "PRON", (phrase.id, "noun"))


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


def phrase_words(node: Place | Moment | Clock | None) -> list[Word]:
    """Return where, where to, when, or for how long; no words where there is no node."""
    match node:
        case None:
            return []
        case Adjunct():
            return adjunct_words(node, "fr")
        case Place(id=id, relation=relation, phrase=phrase):
            site = phrase.noun.site
            preposition = site.fr if site and relation not in _RELATIONS else _RELATIONS[relation]
            return noun_phrase(phrase, preposition=preposition, tag=(id, "relation"))
        case Date():
            return _date(node)
        case Span(id=id, relation=relation, number=number, unit=unit):
            said = words(_SPANS[relation], "ADP", (id, "relation"))
            said += words(cardinal(number, feminine=unit in ("minute", "hour", "week")), "NUM", (id, "number"))
            return [*said, *words(_UNITS[unit], "NOUN", (id, "unit"))]
        case Clock():
            return _clock(node)


def _date(date: Date) -> list[Word]:
    """Return "le 1er mars 1987", "en mars" or "en 1987"."""
    said = words("le" if date.day else "en", "DET" if date.day else "ADP", (date.id, "on"))
    if date.day:
        said += words("1er" if date.day == 1 else str(date.day), "NUM", (date.id, "day"))
    if date.month:
        said += words(_MONTHS[str(date.month)], "NOUN", (date.id, "month"))
    return said + (words(str(date.year), "NUM", (date.id, "year")) if date.year else [])


def _clock(clock: Clock) -> list[Word]:
    """Return "à une heure", "à trois heures et quart" or "à dix heures et demie"."""
    hour, minutes = (clock.id, "hour"), (clock.id, "minutes")
    said = [*words("à", "ADP", (clock.id, "at")), *words(cardinal(clock.hour, feminine=True), "NUM", hour)]
    said += words("heure" if clock.hour == 1 else "heures", "NOUN", hour if clock.minutes else (clock.id, "o'clock"))
    if not clock.minutes:
        return said
    return [*said, *words("et", "CCONJ", minutes), *words("quart" if clock.minutes == 15 else "demie", "NOUN", minutes)]


def begins_with_vowel(word: str) -> bool:
    """Return True for what elides the word before: a vowel or a silent h."""
    return word[0].lower() in _VOWELS and word not in _ASPIRATED


def elided(word: str, following: str) -> str:
    """Return "l'" or "qu'" where the next word asks for it, an empty text where nothing is elided."""
    if word in _ELIDED and begins_with_vowel(following):
        return word[:-1] + "'"
    return "s'" if word == "si" and following in ("il", "ils") else ""


def cardinal(number: int, *, feminine: bool = False) -> str:
    """Return a number from 1 to 99 in words: vingt et un, soixante et onze, quatre-vingts, quatre-vingt-un."""
    ones = _ONES.split()
    if number < len(ones):
        return ones[number] + ("e" if feminine and number == 1 else "")
    ten = 20 * (number // 20) if number >= 60 else 10 * (number // 10)
    rest = number - ten
    if not rest:
        return _TENS[ten] + ("s" if ten == 80 else "")
    joint = " et " if rest in (1, 11) and ten > 10 and ten != 80 else "-"
    return _TENS[ten] + joint + cardinal(rest, feminine=feminine)


def adjective_form(adjective: FrenchAdjective, *, feminine: bool, plural: bool, following: str = "") -> str:
    """Return the form that agrees; `following` is the next word where that is the noun."""
    if adjective.is_invariable:
        return adjective.masculine
    if feminine:
        return adjective.feminine + ("s" if plural else "")
    if not plural:
        return adjective.before_vowel if following and begins_with_vowel(following) else adjective.masculine
    return plural_of(adjective.masculine)


def plural_of(masculine: str) -> str:
    """Return the plural of a masculine adjective."""
    if masculine.endswith(("s", "x")):
        return masculine
    if masculine.endswith("al"):
        return masculine[:-1] + "ux"
    return masculine + ("x" if masculine.endswith("eau") else "s")


def with_etre(verb: FrenchVerb) -> bool:
    """Return True for a verb whose participle follows être and agrees with the subject."""
    return verb.is_reflexive or verb.infinitive in _WITH_ETRE


def participle(infinitive: str, *, feminine: bool = False, plural: bool = False) -> str:
    """Return the past participle in the form that agrees."""
    masculine = _parts(infinitive)[3]
    if feminine:
        return ("due" if masculine == "dû" else masculine + "e") + ("s" if plural else "")
    return masculine if masculine.endswith("s") or not plural else masculine + "s"


def imperative(infinitive: str, *, plural: bool) -> str:
    """Return what one says to one or several: regarde, ouvre, va without the s of the present."""
    form = present(infinitive, 2, plural)
    return form[:-1] if not plural and form.endswith(("es", "as")) else form


def present(infinitive: str, person: int, plural: bool) -> str:
    """Return a form of the present."""
    first, first_plural, third_plural, *_ = _parts(infinitive)
    second, third, second_plural = _IRREGULAR.get(infinitive, ("", ""))[1].split() or (
        first + ("s" if first.endswith("e") else ""),
        _third(first),
        _before_front_vowel(first_plural[:-3]) + "ez",
    )
    return ((first_plural, second_plural, third_plural) if plural else (first, second, third))[person - 1]


def imperfect(infinitive: str, person: int, plural: bool) -> str:
    """Return a form of the imparfait, which is built on the first person plural."""
    stem = "ét" if infinitive == "être" else _parts(infinitive)[1][:-3]
    ending = _IMPERFECT[person, plural]
    if ending.startswith("i"):
        stem = _before_front_vowel(stem)
    return stem + ending


def future(infinitive: str, person: int, plural: bool) -> str:
    """Return a form of the futur simple."""
    return _parts(infinitive)[4] + _FUTURE[person, plural]


def conditional(infinitive: str, person: int, plural: bool) -> str:
    """Return a form of the present conditional: the stem of the future, the endings of the imparfait."""
    return _parts(infinitive)[4] + _IMPERFECT[person, plural]


def _before_front_vowel(stem: str) -> str:
    """Nous mangeons, commençons, but vous mangez, commencez."""
    return stem.removesuffix("e") if stem.endswith("ge") else stem.replace("ç", "c")


def _third(first: str) -> str:
    if first.endswith("e"):
        return first
    stem = first[:-1]  # dors, vends, mets: dort, vend, met
    return stem if stem.endswith(("d", "t")) else stem + "t"


@cache
def _parts(infinitive: str) -> list[str]:
    if infinitive in _IRREGULAR:
        return _IRREGULAR[infinitive][0].split()
    stem = infinitive[:-2]
    if infinitive.endswith("ir"):
        return [stem + "is", stem + "issons", stem + "issent", stem + "i", infinitive]
    if infinitive.endswith("re"):
        return [stem + "s", stem + "ons", stem + "ent", stem + "u", infinitive[:-1]]
    plural_stem = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
    return [stem + "e", plural_stem + "ons", stem + "ent", stem + "é", stem + "er"]
