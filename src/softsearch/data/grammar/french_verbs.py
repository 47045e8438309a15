"""The French verb with what stands close to it: clitics, auxiliaries, infinitives, negation."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.data.grammar.french_phrases import (
    conditional,
    features,
    future,
    imperative,
    imperfect,
    participle,
    phrase_words,
    present,
    pronoun,
    says_aucun,
    with_etre,
)
from softsearch.data.grammar.lexicon import FrenchVerb, read_columns
from softsearch.data.grammar.text import Word, words
from softsearch.data.grammar.tree import Clause, Phrase, Pronoun, Tense, agreement, subject_agreement

_MODALS = read_columns("modals", "fr", "fr rest")
# "ne doit pas" would forbid
_NEED_NOT = ("avoir", "besoin de")
_REFLEXIVES = {(1, False): "me", (2, False): "te", (1, True): "nous", (2, True): "vous"}
_FIRST_CLITICS = ("me", "te", "nous", "vous")
_AFTER_ORDER = {"me": "moi", "te": "toi"}


class VerbGroup(NamedTuple):
    """Clitics, the conjugated verb, and what follows the negation; clitics of an infinitive are in the rest."""

    clitics: list[Word]
    finite: list[Word]
    rest: list[Word]


def is_object_clitic(verb: FrenchVerb, phrase: Phrase) -> bool:
    """Return True for a pronoun before the verb (je lui rends visite), not behind a preposition (je me fie à lui)."""
    is_tonic = verb.preposition != "" and (verb.preposition != "à" or verb.is_reflexive or verb.infinitive == "être")
    return isinstance(phrase, Pronoun) and not is_tonic


def verb_group(
    clause: Clause, *, meant: Phrase | None = None, is_background: bool = False, is_infinitive: bool = False
) -> VerbGroup:
    """Return the verbs of a clause; `meant` is what its gap, or the subject that an infinitive lacks, stands for."""
    verb = clause.verb.fr
    person = agreement(meant) if is_infinitive else _person(clause)
    clitics, tail = _clitics(clause, person), _tail(clause)
    if verb.second:
        clitics, tail = [], [*clitics, *tail]
    infinitive = words(verb.infinitive, _part(verb), (clause.id, "verb"))
    if is_infinitive:
        return VerbGroup(clitics, infinitive, tail)
    if clause.modal:
        finite, following = _modal(clause, person)
        return VerbGroup([], finite, [*following, *clitics, *infinitive, *tail])
    if is_background or not _is_compound(clause):
        finite = words(_simple(verb.infinitive, clause, person), _part(verb), (clause.id, "tense"), (clause.id, "verb"))
        return VerbGroup(clitics, finite, tail)
    auxiliary = words(present("être" if with_etre(verb) else "avoir", *person), "AUX", (clause.id, "tense"))
    feminine, plural = _participle_features(clause, meant)
    form = participle(verb.infinitive, feminine=feminine, plural=plural)
    return VerbGroup(clitics, auxiliary, [*words(form, "VERB", (clause.id, "verb")), *tail])


def order_group(clause: Clause) -> VerbGroup:
    """Return an imperative: pronouns follow it with a hyphen, unless it is negated."""
    verb, person = clause.verb.fr, subject_agreement(clause)
    form = words(imperative(verb.infinitive, plural=person[1]), "VERB", (clause.id, "verb"))
    clitics, tail = _clitics(clause, person), _tail(clause)
    if verb.second:
        return VerbGroup([], form, [*clitics, *tail])
    if clause.negated:
        return VerbGroup(clitics, form, tail)
    for clitic in sorted(clitics, key=lambda word: word.text in _FIRST_CLITICS):  # donne-le-moi
        text = f"{form[0].text}-{_AFTER_ORDER.get(clitic.text, clitic.text)}"
        form = [form[0]._replace(text=text, tags=(*form[0].tags, *clitic.tags))]
    return VerbGroup([], form, tail)


def denial(clause: Clause) -> tuple[list[Word], list[Word]]:
    """Return "ne" where anything denies, and the adverbs behind the conjugated verb."""
    never = clause.frequency if _says_never(clause) else None
    adverbs = phrase_words(clause.frequency)
    aucun = [phrase for phrase in (clause.subject, clause.patient) if _is_aucun(clause, phrase)]
    tags = [(clause.id, "not")] if clause.negated else []
    tags += [(never.id, "part 0")] if never else []
    tags += [(phrase.id, "determiner") for phrase in aucun if phrase]
    if clause.negated and not aucun:
        adverbs = [*words("pas", "ADV", (clause.id, "not")), *adverbs]
    if clause.tense is Tense.PERFECT:
        adverbs += words("encore" if clause.negated else "déjà", "ADV", (clause.id, "already"))
    return words("ne", "ADV", *tags) if tags else [], adverbs


def denies_objects(clause: Clause) -> bool:
    """Return True where "jamais" or an "aucun" before the verb turns the article of an object into "de"."""
    return _says_never(clause) or says_aucun(clause.subject, preposition="", is_denied=False)


def _says_never(clause: Clause) -> bool:
    return clause.frequency is not None and clause.frequency.adverbial.key == "never"


def _is_aucun(clause: Clause, phrase: Phrase | None) -> bool:
    if phrase is not clause.patient:
        return says_aucun(phrase, preposition="", is_denied=False)
    return says_aucun(phrase, preposition=clause.verb.fr.preposition, is_denied=denies_objects(clause))


def _person(clause: Clause) -> tuple[int, bool]:
    return (3, False) if clause.verb.key == "exist" else subject_agreement(clause)


def _clitics(clause: Clause, person: tuple[int, bool]) -> list[Word]:
    """Me, te, se, nous, vous before le, la, les before lui, leur before y."""
    verb, patient, recipient = clause.verb.fr, clause.patient, clause.recipient
    reflexive = words(_REFLEXIVES.get(person, "se"), "PRON", (clause.id, "verb")) if verb.is_reflexive else []
    direct: list[Word] = []
    if isinstance(patient, Pronoun) and is_object_clitic(verb, patient):
        direct = pronoun(patient, "indirect" if verb.preposition else "direct")
    indirect = pronoun(recipient, "indirect") if isinstance(recipient, Pronoun) else []
    there = words("y", "PRON", (clause.id, "there")) if clause.verb.key == "exist" else []
    is_first = bool(indirect) and indirect[0].text in _FIRST_CLITICS
    return [*reflexive, *(indirect if is_first else []), *direct, *([] if is_first else indirect), *there]


def _tail(clause: Clause) -> list[Word]:
    head = (clause.id, "verb")
    return [*words(clause.verb.fr.second, "VERB", head), *_idiom(clause.verb.fr.following, head)]


def _idiom(text: str, tag: tuple[int, str]) -> list[Word]:
    parts = {"le": "DET", "la": "DET", "les": "DET", "de": "ADP"}
    return [Word(word, (tag,), parts.get(word, "NOUN")) for word in text.split()]


def _part(verb: FrenchVerb) -> str:
    return "AUX" if verb.infinitive == "être" else "VERB"


def _modal(clause: Clause, person: tuple[int, bool]) -> tuple[list[Word], list[Word]]:
    """Return the conjugated verb and what stands between it and the infinitive (le droit de)."""
    need_not = clause.modal == "have_to" and clause.negated
    infinitive, following = _NEED_NOT if need_not else _MODALS[clause.modal]
    is_conditional = clause.modal in ("should", "would_like_to")
    form = conditional(infinitive, *person) if is_conditional else _simple(infinitive, clause, person)
    modal = (clause.id, "modal")
    return words(form, "AUX", (clause.id, "tense"), modal), _idiom(following, modal)


def _simple(infinitive: str, clause: Clause, person: tuple[int, bool]) -> str:
    if clause.tense is Tense.FUTURE:
        return future(infinitive, *person)
    return imperfect(infinitive, *person) if clause.is_past else present(infinitive, *person)


def _is_compound(clause: Clause) -> bool:
    """What happened is told in the passé composé, what was the case in the imparfait."""
    if clause.is_past:
        return not clause.verb.is_lasting_state
    return clause.tense is Tense.PERFECT


def _participle_features(clause: Clause, meant: Phrase | None) -> tuple[bool, bool]:
    """With être the participle agrees with the subject, with avoir with a direct object that stands before it."""
    verb = clause.verb.fr
    if with_etre(verb):
        return features(clause.subject or (meant if clause.gap == "subject" else None))
    if verb.preposition or verb.second:
        return False, False
    if isinstance(clause.patient, Pronoun):
        return features(clause.patient)
    return features(meant) if clause.gap == "patient" else (False, False)
