"""German: the verb first, second or last, separable prefixes, infinitives with zu, the order of the middle field."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.data.grammar.german_phrases import (
    CASES,
    HABEN,
    MODALS,
    RELATIVE,
    SEIN,
    WERDEN,
    comparative,
    finite,
    imperative,
    phrase_words,
)
from softsearch.data.grammar.lexicon import read_column, read_columns
from softsearch.data.grammar.text import COMMA, Word, finish, words
from softsearch.data.grammar.tree import (
    Clause,
    NounPhrase,
    Phrase,
    Pronoun,
    Sentence,
    Subordinate,
    Tag,
    Tense,
    agreement,
    is_indefinite,
    says_any,
    subject_agreement,
)

_CONJUNCTIONS = read_column("conjunctions", "de")
_ASKED = read_columns("questions", "de", "part")


class _Fields(NamedTuple):
    """The subject, pronouns, the rest of the middle field, and what follows the verbs."""

    subject: list[Word]
    pronouns: list[Word]
    middle: list[Word]
    end: list[Word]


def linearise(sentence: Sentence) -> list[Word]:
    """Return the German words of a tree, with what each realises."""
    first, *others = sentence.clauses
    called = [*phrase_words(sentence.addressee), COMMA] if sentence.addressee else []
    if sentence.is_order:
        return finish([*called, *_order(sentence)], mark=".")
    stream = [*called, *_asked(sentence), *_clause(first, order="first" if sentence.question else "second")]
    for position, (joint, clause) in enumerate(zip(sentence.joints, others, strict=True)):
        stream += [COMMA] if joint == "but" else []
        stream += words("aber" if joint == "but" else "und", "CCONJ", (sentence.id, f"joint {position}"))
        stream += words("dann" if joint == "then" else "", "ADV", (sentence.id, f"then {position}"))
        stream += _clause(clause, order="first" if joint == "then" else "second")
    return finish(stream, mark="?" if sentence.question else ".")


def _asked(sentence: Sentence) -> list[Word]:
    if not sentence.question:
        return []
    is_dative = sentence.question == "person" and sentence.clauses[0].verb.de.case == "dat"
    text, part = _ASKED["recipient" if is_dative else sentence.question]
    return words(text, part, (sentence.id, "asked"))


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
    subject, middle = fields.subject, [*fields.pronouns, *fields.middle, *rest]
    if order == "last":
        return [*subject, *middle, *verb, *fields.end]
    front: list[Word] = []
    if order == "second":
        if clause.subordinate and clause.subordinate.comes_first:
            front = [*_subordinate(clause.subordinate), COMMA]
        elif clause.time_first:
            front = _times(clause)
        elif clause.verb.key == "exist" and clause.place:
            front, subject = phrase_words(clause.place), words("es", "PRON", (clause.id, "there"))
        else:
            front, subject = subject, []
    return [*front, *verb, *subject, *middle, *fields.end]


def _times(clause: Clause) -> list[Word]:
    return [*phrase_words(clause.time), *phrase_words(clause.clock)]


def _fields(clause: Clause, order: str) -> _Fields:
    negation = (clause.id, "not")
    nominative, objects = clause.subject, [(clause.recipient, "dat"), (clause.patient, clause.verb.de.case)]
    if clause.verb.is_inverse:
        nominative, objects = clause.patient, [(clause.subject, "dat")]
    subject = _subject(nominative, negation)
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
        field += phrase_words(phrase, case, negation=negation)
    if clause.verb.is_inverse and order != "second":  # dass dem Mann das Buch gefällt
        subject, pronouns, definite = [*pronouns, *definite, *subject], [], []
    times = [] if clause.time_first else _times(clause)
    middle = [*times, *phrase_words(clause.frequency), *definite, *_negation(clause), *late, *_after_objects(clause)]
    if clause.compared:
        end += words("als", "CCONJ", (clause.id, "than")) + phrase_words(clause.compared)
    if clause.subordinate and not clause.subordinate.comes_first:
        end += [COMMA, *_subordinate(clause.subordinate), COMMA]
    return _Fields(subject, pronouns, middle, end)


def _subject(phrase: Phrase | None, negation: Tag) -> list[Word]:
    said = phrase_words(phrase, negation=negation)
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
    site = [] if clause.verb.key == "exist" else phrase_words(clause.place)
    said = [*phrase_words(clause.duration), *phrase_words(clause.companion), *phrase_words(clause.means), *site]
    if not clause.predicate:
        return said
    adjective = comparative(clause.predicate.de_stem) if clause.compared else clause.predicate.de
    return [*said, *words(adjective, "ADJ", (clause.id, "predicate"))]


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
    if clause.tense is Tense.PERFECT or (clause.tense is Tense.PAST and not clause.verb.is_lasting_state):
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
