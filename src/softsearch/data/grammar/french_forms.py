"""French words by themselves: conjugation, agreement of adjectives, numbers, and which words are elided."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar.lexicon import FrenchAdjective, FrenchVerb

# infinitive: first persons singular and plural and third person plural of the present, participle, stem of the future
_IRREGULAR = {
    "avoir": "ai avons ont eu aur",
    "être": "suis sommes sont été ser",
    "aller": "vais allons vont allé ir",
    "faire": "fais faisons font fait fer",
    "venir": "viens venons viennent venu viendr",
    "revenir": "reviens revenons reviennent revenu reviendr",
    "courir": "cours courons courent couru courr",
    "offrir": "offre offrons offrent offert offrir",
    "pouvoir": "peux pouvons peuvent pu pourr",
    "vouloir": "veux voulons veulent voulu voudr",
    "devoir": "dois devons doivent dû devr",
    "savoir": "sais savons savent su saur",
    "voir": "vois voyons voient vu verr",
    "croire": "crois croyons croient cru croir",
    "boire": "bois buvons boivent bu boir",
    "dire": "dis disons disent dit dir",
    "lire": "lis lisons lisent lu lir",
    "rire": "ris rions rient ri rir",
    "écrire": "écris écrivons écrivent écrit écrir",
    "suivre": "suis suivons suivent suivi suivr",
    "mettre": "mets mettons mettent mis mettr",
    "dormir": "dors dormons dorment dormi dormir",
    "endormir": "endors endormons endorment endormi endormir",
    "partir": "pars partons partent parti partir",
    "ouvrir": "ouvre ouvrons ouvrent ouvert ouvrir",
    "connaître": "connais connaissons connaissent connu connaîtr",
    "construire": "construis construisons construisent construit construir",
    "traduire": "traduis traduisons traduisent traduit traduir",
    "cuire": "cuis cuisons cuisent cuit cuir",
    "peindre": "peins peignons peignent peint peindr",
}
# second and third persons that do not follow from the first
_PRESENT = {
    "avoir": ("as", "a", "avez"),
    "être": ("es", "est", "êtes"),
    "aller": ("vas", "va", "allez"),
    "faire": ("fais", "fait", "faites"),
    "dire": ("dis", "dit", "dites"),
    "connaître": ("connais", "connaît", "connaissez"),
}
_IMPERATIVE = {"être": ("sois", "soyez"), "avoir": ("aie", "ayez"), "savoir": ("sache", "sachez")}
_FUTURE = {(1, False): "ai", (2, False): "as", (3, False): "a", (1, True): "ons", (2, True): "ez", (3, True): "ont"}
_IMPERFECT = {
    (1, False): "ais",
    (2, False): "ais",
    (3, False): "ait",
    (1, True): "ions",
    (2, True): "iez",
    (3, True): "aient",
}
_WITH_ETRE = ("aller", "venir", "revenir", "arriver", "partir")
_ELIDED = frozenset(["le", "la", "de", "je", "me", "te", "se", "ne", "que"])
_VOWELS = "aeiouyhâàéèêëîïôûœ"
# h aspiré, and numbers that behave as if they had one
_ASPIRATED = frozenset(["héros", "huit", "onze"])
_UNITS = "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_TENS = {10: "dix", 20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


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
    units = _UNITS.split()
    if number < len(units):
        return units[number] + ("e" if feminine and number == 1 else "")
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
    if infinitive in _IMPERATIVE:
        return _IMPERATIVE[infinitive][plural]
    form = present(infinitive, 2, plural)
    return form[:-1] if not plural and form.endswith(("es", "as")) else form


def present(infinitive: str, person: int, plural: bool) -> str:
    """Return a form of the present."""
    first, first_plural, third_plural, *_ = _parts(infinitive)
    second, third, second_plural = _PRESENT.get(infinitive) or (
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
        return _IRREGULAR[infinitive].split()
    stem = infinitive[:-2]
    if infinitive.endswith("ir"):
        return [stem + "is", stem + "issons", stem + "issent", stem + "i", infinitive]
    if infinitive.endswith("re"):
        return [stem + "s", stem + "ons", stem + "ent", stem + "u", infinitive[:-1]]
    return _first_group(stem)


def _first_group(stem: str) -> list[str]:
    """A verb in -er: the stem changes before a silent e (achète, appelle, nettoie), c and g before o."""
    strong, future_stem = stem, stem + "er"
    if stem == "appel":
        strong, future_stem = "appell", "appeller"
    elif stem.endswith(("oy", "uy")):
        strong = stem[:-1] + "i"
        future_stem = "enverr" if stem == "envoy" else strong + "er"
    elif stem[-2] == "e":
        strong = stem[:-2] + "è" + stem[-1]
        future_stem = strong + "er"
    elif stem[-2] == "é":
        strong = stem[:-2] + "è" + stem[-1]
    plural_stem = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
    return [strong + "e", plural_stem + "ons", strong + "ent", stem + "é", future_stem]
