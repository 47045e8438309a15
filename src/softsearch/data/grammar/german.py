"""German: the verb first, second or last, separable prefixes, infinitives with zu, the order of the middle field."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.data.grammar.german_forms import (
    CASES,
    HABEN,
    MODALS,
    RELATIVE,
    SEIN,
    WERDEN,
    comparative,
    finite,
    imperative,
)
from softsearch.data.grammar.german_phrases import (
    clock_words,
    companion_words,
    moment_words,
    noun_phrase,
    phrase_words,
    place_words,
)
from softsearch.data.grammar.text import COMMA, Word, adjunct_words, finish, words
from softsearch.data.grammar.tree import (
    Clause,
    NounPhrase,
    Phrase,
    Pronoun,
    Sentence,
    Subordinate,
    Tense,
    agreement,
    is_indefinite,
    says_any,
    subject_agreement,
)

_CONJUNCTIONS = {
    "because": "weil",
    "that": "dass",
    "when": "wenn",
    "while": "während",
    "although": "obwohl",
    "whether": "ob",
}
_ASKED = {
    "subject": ("wer", "PRON"),
    "thing": ("was", "PRON"),
    "acc": ("wen", "PRON"),
    "dat": ("wem", "PRON"),
    "place": ("wo", "ADV"),
    "time": ("wann", "ADV"),
    "reason": ("warum", "ADV"),
}


class _Fields(NamedTuple):
    """The subject, pronouns, the rest of the middle field, and what follows the verbs."""

    subject: list[Word]
    pronouns: list[Word]
    middle: list[Word]
    end: list[Word]


def linearise(sentence: Sentence) -> list[Word]:
    """Return the German words of a tree, with what each realises."""
    first, *others = sentence.clauses
    called: list[Word] = []
    if sentence.addressee:
        called = [*phrase_words(sentence.addressee, "nom", (sentence.id, "not")), COMMA]
    if sentence.is_order:
        return finish([*called, *_order(sentence)], mark=".")
    stream = [*called, *_asked(sentence), *_clause(first, order="first" if sentence.question else "second")]
    for position, (joint, clause) in enumerate(zip(sentence.joints, others, strict=True)):
        stream += words("aber" if joint == "but" else "und", "CCONJ", (sentence.id, f"joint {position}"))
        if joint == "but":
            stream.insert(-1, COMMA)
        if joint == "then":
            stream += words("dann", "ADV", (sentence.id, f"then {position}"))
        stream += _clause(clause, order="first" if joint == "then" else "second")
    return finish(stream, mark="?" if sentence.question else ".")


def _asked(sentence: Sentence) -> list[Word]:
    if sentence.question in ("", "yes_no"):
        return []
    key = {"person": sentence.clauses[0].verb.de.case, "recipient": "dat"}.get(sentence.question, sentence.question)
    return words(*_ASKED[key], (sentence.id, "asked"))


def _order(sentence: Sentence) -> list[Word]:
    clause = sentence.clauses[0]
    verb, subject = clause.verb.de, clause.subject
    assert isinstance(subject, Pronoun)
    fields = _fields(clause, "first")
    head = words(imperative(verb, subject.key), "VERB", (clause.id, "verb"))
    polite = fields.subject if subject.key == "you_polite" else []
    please = words("bitte", "INTJ", (sentence.id, "please"))
    prefix = words(verb.prefix, "ADP", (clause.id, "verb"))
    return [*head, *polite, *fields.pronouns, *please, *fields.middle, *prefix, *fields.end]


def _clause(clause: Clause, *, order: str) -> list[Word]:
    """Order the words with the verb "first" (questions, after a fronted part), "second" or "last"."""
    verb, rest = _verbs(clause, joined=order == "last")
    fields = _fields(clause, order)
    middle = [*fields.pronouns, *fields.middle]
    below = clause.subordinate
    if order == "last":
        return [*fields.subject, *middle, *rest, *verb, *fields.end]
    if order == "second" and below and below.comes_first:
        return [*_subordinate(below), COMMA, *verb, *fields.subject, *middle, *rest, *fields.end]
    if order == "second" and clause.time_first:
        return [*_times(clause), *verb, *fields.subject, *middle, *rest, *fields.end]
    if order == "second" and clause.verb.key == "exist" and clause.place:
        there = words("es", "PRON", (clause.id, "there"))
        return [*place_words(clause.place), *verb, *there, *middle, *rest, *fields.end]
    if order == "second":
        return [*fields.subject, *verb, *middle, *rest, *fields.end]
    return [*verb, *fields.subject, *middle, *rest, *fields.end]


def _times(clause: Clause) -> list[Word]:
    time = moment_words(clause.time) if clause.time else []
    return [*time, *(clock_words(clause.clock) if clause.clock else [])]


def _fields(clause: Clause, order: str) -> _Fields:
    negation = (clause.id, "not")
    nominative, objects = clause.subject, [(clause.recipient, "dat"), (clause.patient, clause.verb.de.case)]
    if clause.verb.is_inverse:
        nominative, objects = clause.patient, [(clause.subject, "dat")]
    subject = _subject(nominative, negation) if nominative else []
    pronouns: list[Word] = []
    definite: list[Word] = []
    late: list[Word] = []
    end: list[Word] = []
    for phrase, case in objects:
        if phrase is None:
            continue
        if isinstance(phrase, NounPhrase) and phrase.relative:
            end += _relative(phrase, phrase.relative)
        field = pronouns if isinstance(phrase, Pronoun) else late if late or is_indefinite(phrase) else definite
        field += phrase_words(phrase, case, negation)
    if clause.verb.is_inverse and order != "second":  # dass dem Mann das Buch gefällt
        subject, pronouns, definite = [*pronouns, *definite, *subject], [], []
    times = [] if clause.time_first else _times(clause)
    frequency = adjunct_words(clause.frequency, clause.frequency.adverbial.de) if clause.frequency else []
    duration = moment_words(clause.duration) if clause.duration else []
    middle = [*times, *frequency, *definite, *_negation(clause), *late, *duration, *_after_objects(clause)]
    if clause.compared:
        end += words("als", "CCONJ", (clause.id, "than")) + noun_phrase(clause.compared, "nom", negation)
    if clause.subordinate and not clause.subordinate.comes_first:
        end += [COMMA, *_subordinate(clause.subordinate), COMMA]
    return _Fields(subject, pronouns, middle, end)


def _subject(phrase: Phrase, negation: tuple[int, str]) -> list[Word]:
    said = phrase_words(phrase, "nom", negation)
    if isinstance(phrase, NounPhrase) and phrase.relative:
        said += _relative(phrase, phrase.relative)
    return said


def _negation(clause: Clause) -> list[Word]:
    said: list[Word] = []
    if clause.tense is Tense.PERFECT:
        said = words("noch" if clause.negated else "schon", "ADV", (clause.id, "already"))
    if clause.negated and not says_any(clause.patient):
        said += words("nicht", "PART", (clause.id, "not"))
    return said


def _after_objects(clause: Clause) -> list[Word]:
    companion = companion_words(clause.companion) if clause.companion else []
    means = adjunct_words(clause.means, clause.means.adverbial.de) if clause.means else []
    site = place_words(clause.place) if clause.place and clause.verb.key != "exist" else []
    if not clause.predicate:
        return [*companion, *means, *site]
    adjective = comparative(clause.predicate.de_stem) if clause.compared else clause.predicate.de
    return [*companion, *means, *site, *words(adjective, "ADJ", (clause.id, "predicate"))]


def _verbs(clause: Clause, *, joined: bool) -> tuple[list[Word], list[Word]]:
    """Return the finite verb and the rest of the verbs; `joined` writes a separable prefix with its finite verb."""
    verb = clause.verb.de
    person = _person(clause)
    head, tense = (clause.id, "verb"), (clause.id, "tense")
    past = clause.is_past
    part = "AUX" if verb.infinitive == "sein" else "VERB"
    infinitive = words(verb.prefix + verb.infinitive, part, head)
    if clause.modal:
        return words(finite(MODALS[clause.modal], person, past=past), "AUX", tense, (clause.id, "modal")), infinitive
    if clause.tense is Tense.PERFECT or (clause.tense is Tense.PAST and not _is_plain_past(clause)):
        auxiliary = SEIN if verb.auxiliary == "sein" else HABEN
        participle = words(verb.prefix + verb.participle, "VERB", head)
        return words(finite(auxiliary, person, past=False), "AUX", tense), participle
    if clause.tense is Tense.FUTURE and not clause.time:
        return words(finite(WERDEN, person, past=False), "AUX", tense), infinitive
    form = finite(verb, person, past=past)
    if joined or not verb.prefix:
        return words(verb.prefix + form, part, tense, head), []
    return words(form, part, tense, head), words(verb.prefix, "ADP", head)


def _person(clause: Clause) -> tuple[int, bool]:
    nominative = clause.patient if clause.verb.is_inverse else clause.subject
    if isinstance(nominative, Pronoun) and nominative.key == "you_polite":
        return 3, True
    return agreement(clause.patient) if clause.verb.is_inverse else subject_agreement(clause)


def _is_plain_past(clause: Clause) -> bool:
    """The verbs that spoken German, too, puts into the Präteritum."""
    return clause.verb.is_state and clause.verb.key not in ("see", "hear")


def _relative(phrase: NounPhrase, clause: Clause) -> list[Word]:
    """A relative pronoun agrees with its noun; its case is that of the gap."""
    gender = "p" if phrase.plural else phrase.noun.de.gender
    case = {"subject": "nom", "patient": clause.verb.de.case, "recipient": "dat"}[clause.gap]
    pronoun = words(RELATIVE[gender][CASES.index(case)], "PRON", (clause.id, "relative"))
    return [COMMA, *pronoun, *_clause(clause, order="last"), COMMA]


def _subordinate(below: Subordinate) -> list[Word]:
    tag = (below.id, "conjunction")
    if below.conjunction != "in_order_to":
        return [*words(_CONJUNCTIONS[below.conjunction], "SCONJ", tag), *_clause(below.clause, order="last")]
    verb, fields = below.clause.verb.de, _fields(below.clause, "last")
    head = (below.clause.id, "verb")
    infinitive = [*words("zu", "PART", tag), *words(verb.infinitive, "VERB", head)]
    if verb.prefix:
        infinitive = words(f"{verb.prefix}zu{verb.infinitive}", "VERB", tag, head)
    return [*words("um", "SCONJ", tag), *fields.pronouns, *fields.middle, *infinitive, *fields.end]
