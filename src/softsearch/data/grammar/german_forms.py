"""German inflection: verbs in all persons, endings of determiners and adjectives, pronouns, genitives, comparatives."""

from __future__ import annotations

import re
from functools import cache

from softsearch.data.grammar.lexicon import GermanNoun, GermanVerb, german_verb

CASES = ("nom", "acc", "dat", "gen")
PRONOUNS = {
    "I": ("ich", "mich", "mir"),
    "he": ("er", "ihn", "ihm"),
    "she": ("sie", "sie", "ihr"),
    "we": ("wir", "uns", "uns"),
    "they": ("sie", "sie", "ihnen"),
    "you": ("du", "dich", "dir"),
    "you_all": ("ihr", "euch", "euch"),
    "you_polite": ("Sie", "Sie", "Ihnen"),
    "m": ("er", "ihn", "ihm"),
    "f": ("sie", "sie", "ihr"),
    "n": ("es", "es", "ihm"),
}
OWNERS = {
    "I": "mein",
    "he": "sein",
    "she": "ihr",
    "we": "unser",
    "they": "ihr",
    "you": "dein",
    "you_all": "euer",
    "you_polite": "Ihr",
}
Endings = dict[str, tuple[str, str, str, str]]
DEFINITE: Endings = {
    "m": ("der", "den", "dem", "des"),
    "f": ("die", "die", "der", "der"),
    "n": ("das", "das", "dem", "des"),
    "p": ("die", "die", "den", "der"),
}
RELATIVE: Endings = DEFINITE | {"p": ("die", "die", "denen", "deren")}
STRONG: Endings = {
    "m": ("er", "en", "em", "en"),
    "f": ("e", "e", "er", "er"),
    "n": ("es", "es", "em", "en"),
    "p": ("e", "e", "en", "er"),
}
# what dies- and jed- add, then what ein- and mein- add
DEMONSTRATIVE: Endings = STRONG | {"m": ("er", "en", "em", "es"), "n": ("es", "es", "em", "es")}
MIXED: Endings = DEMONSTRATIVE | {"m": ("", "en", "em", "es"), "n": ("", "", "em", "es")}
WEAK: Endings = {
    "m": ("e", "en", "en", "en"),
    "f": ("e", "e", "en", "en"),
    "n": ("e", "e", "en", "en"),
    "p": ("en", "en", "en", "en"),
}
AFTER_MIXED: Endings = WEAK | {"m": ("er", "en", "en", "en"), "n": ("es", "es", "en", "en")}

HABEN = german_verb("haben hat hatte gehabt")
SEIN = german_verb("sein ist war gewesen sein")
WERDEN = german_verb("werden wird wurde geworden sein")
MODALS = {
    "can": german_verb("können kann konnte gekonnt"),
    "have_to": german_verb("müssen muss musste gemusst"),
    "want_to": german_verb("wollen will wollte gewollt"),
    "be_allowed_to": german_verb("dürfen darf durfte gedurft"),
    "should": german_verb("sollen soll sollte gesollt"),
    "would_like_to": german_verb("möchten möchte möchte gemocht"),
}
_TO_BE = {
    (1, False): ("bin", "war"),
    (2, False): ("bist", "warst"),
    (3, False): ("ist", "war"),
    (1, True): ("sind", "waren"),
    (2, True): ("seid", "wart"),
    (3, True): ("sind", "waren"),
}
_WITH_UMLAUT = {"alt": "ält", "jung": "jüng", "groß": "größ", "lang": "läng", "kurz": "kürz", "arm": "ärm"}
_WITH_UMLAUT |= {"stark": "stärk", "klug": "klüg", "kalt": "kält", "warm": "wärm", "gesund": "gesünd"}
_ONES = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_TEENS = {16: "sechzehn", 17: "siebzehn"}
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


@cache
def finite(verb: GermanVerb, agreement: tuple[int, bool], *, past: bool) -> str:
    """Return the finite form, without a separable prefix."""
    if verb.infinitive == "sein":
        return _TO_BE[agreement][past]
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
def noun_form(noun: GermanNoun, case: str, *, plural: bool) -> str:
    """Return a noun in a case."""
    if plural:
        return noun.plural + ("n" if case == "dat" and not noun.plural.endswith(("n", "s")) else "")
    if noun.weak:
        return noun.singular if case == "nom" else noun.plural
    return _genitive(noun) if case == "gen" and noun.gender != "f" else noun.singular


def _genitive(noun: GermanNoun) -> str:
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
