"""English: the progressive, do-support, word order, a and an."""

from __future__ import annotations

import re

from softsearch.data.grammar.english_phrases import comparative, noun_phrase, phrase_words
from softsearch.data.grammar.lexicon import read_columns, third_person
from softsearch.data.grammar.text import COMMA, Word, finish, words
from softsearch.data.grammar.tree import (
    Clause,
    NounPhrase,
    Phrase,
    Pronoun,
    Sentence,
    Subordinate,
    Tense,
    agreement,
    subject_agreement,
)

_ASKED = read_columns("questions", "en", "part")
_MODALS = read_columns("modals", "en", "en past", "en rest")
_MODAL_PASTS = {"have": "had", "want": "wanted"}
_COMMA_BEFORE = ("although",)


def linearise(sentence: Sentence) -> list[Word]:
    """Return the English words of a tree, with what each realises."""
    first, *others = sentence.clauses
    called = [*phrase_words(sentence.addressee), COMMA] if sentence.addressee else []
    if sentence.is_order:
        return finish(_with_an([*called, *_order(sentence)]), mark=".")
    text, part = _ASKED.get(sentence.question, ("", ""))
    asked = words(text, part, (sentence.id, "asked"))
    stream = [*called, *asked, *_clause(first, inverted=sentence.question not in ("", "subject"))]
    if sentence.question == "recipient":
        stream += words("to", "ADP", (sentence.id, "asked"))
    for position, (joint, clause) in enumerate(zip(sentence.joints, others, strict=True)):
        stream += [COMMA, *words("but" if joint == "but" else "and", "CCONJ", (sentence.id, f"joint {position}"))]
        stream += words("then" if joint == "then" else "", "ADV", (sentence.id, f"then {position}"))
        stream += _clause(clause)
    return finish(_with_an(stream), mark="?" if sentence.question else ".")


# "a" depends on the sound: an honest man in an hour, but a university and a European.
_VOWEL = re.compile("hono|hones|hour|(?!uni[^n]|eu|one|us[ae])[aeiou]", re.IGNORECASE)


def _with_an(stream: list[Word]) -> list[Word]:
    return [
        word._replace(text="an") if word.text == "a" and _VOWEL.match(stream[position + 1].text) else word
        for position, word in enumerate(stream)
    ]


def _order(sentence: Sentence) -> list[Word]:
    clause = sentence.clauses[0]
    please = words("please", "INTJ", (sentence.id, "please"))
    negation = [*words("do", "AUX", (clause.id, "not")), *words("not", "PART", (clause.id, "not"))]
    verb = words(clause.verb.en.base, "VERB", (clause.id, "verb"))
    said = [*please, *(negation if clause.negated else []), *verb, *_company(clause)]
    return [*said, *_times(clause), *_end(clause)]


def _clause(clause: Clause, *, inverted: bool = False) -> list[Word]:
    subject = _subject(clause)
    finite, verbs = _verbs(clause, inverted=inverted)
    negation = words("not", "PART", (clause.id, "not")) if clause.negated and clause.verb.key != "exist" else []
    adverb = phrase_words(clause.frequency)
    if clause.tense is Tense.PERFECT and not clause.negated:
        adverb = words("already", "ADV", (clause.id, "already"))
    if finite and finite[0].text == "can" and clause.negated:
        finite, negation = [Word("cannot", (*finite[0].tags, *negation[0].tags), "AUX")], []
    head = [*finite, *subject] if inverted else [*subject, *finite]
    said = [*head, *negation, *adverb, *verbs, *_company(clause)]
    if clause.verb.key == "exist" and clause.place:
        said = [*phrase_words(clause.place), *said]
    times = _times(clause)
    said = [*times, *said] if clause.time_first else [*said, *times]
    below = clause.subordinate
    if below and below.comes_first:
        said = [*_subordinate(below), COMMA, *said]
    return [*said, *_end(clause)]


def _subject(clause: Clause) -> list[Word]:
    if clause.verb.key == "exist":
        return words("there", "PRON", (clause.id, "there"))
    return _phrase(clause.subject)


def _times(clause: Clause) -> list[Word]:
    """A day comes before the time of day in front, behind it at the end."""
    time, clock = phrase_words(clause.time), phrase_words(clause.clock)
    return [*time, *clock] if clause.time_first else [*clock, *time]


def _end(clause: Clause) -> list[Word]:
    below = clause.subordinate
    if below is None or below.comes_first:
        return []
    return [*([COMMA] if below.conjunction in _COMMA_BEFORE else []), *_subordinate(below)]


def _company(clause: Clause) -> list[Word]:
    """Objects, particle, companion, place, means: what follows the verb."""
    head = (clause.id, "verb")
    particle = words(clause.verb.en.particle, "ADP", head)
    patient = [*words(clause.verb.en.preposition, "ADP", head), *_phrase(clause.patient, is_object=True)]
    objects = [*patient, *particle] if isinstance(clause.patient, Pronoun) else [*particle, *patient]
    companion = phrase_words(clause.companion)
    site = [] if clause.verb.key == "exist" else phrase_words(clause.place)
    after = [*phrase_words(clause.means), *phrase_words(clause.duration)]
    yet = words("yet", "ADV", (clause.id, "already")) if clause.tense is Tense.PERFECT and clause.negated else []
    said = [*_phrase(clause.recipient, is_object=True), *objects, *_predicate(clause)]
    if clause.verb.frame.startswith("to_"):
        return [*said, *site, *companion, *after, *yet]
    return [*said, *companion, *site, *after, *yet]


def _predicate(clause: Clause) -> list[Word]:
    if not clause.predicate:
        return []
    tag = (clause.id, "predicate")
    if not clause.compared:
        return words(clause.predicate.en, "ADJ", tag)
    *more, adjective = comparative(clause.predicate.en)
    said = [*words(" ".join(more), "ADV", tag), *words(adjective, "ADJ", tag)]
    return [*said, *words("than", "ADP", (clause.id, "than")), *noun_phrase(clause.compared)]


def _verbs(clause: Clause, *, inverted: bool) -> tuple[list[Word], list[Word]]:
    """Return the auxiliary that is inverted and negated (empty where there is none), and the other verbs."""
    head, tense = (clause.id, "verb"), (clause.id, "tense")
    verb = clause.verb.en
    person = agreement(clause.patient) if clause.verb.key == "exist" else subject_agreement(clause)
    past = clause.is_past
    if clause.modal:
        return _modal(clause, person, past, needs_do=inverted or clause.negated)
    if clause.tense is Tense.FUTURE:
        return words("will", "AUX", tense), words(verb.base, "AUX" if verb.base == "be" else "VERB", head)
    if clause.tense is Tense.PERFECT:
        return words(_inflected("have", "had", person), "AUX", tense), words(verb.participle, "VERB", head)
    if verb.base == "be":
        return words(_be(person, past), "VERB" if clause.verb.key == "exist" else "AUX", tense, head), []
    if clause.tense is Tense.NOW and not clause.verb.is_state:
        return words(_be(person, False), "AUX", tense), words(verb.progressive, "VERB", head)
    if inverted or clause.negated:
        return words(_inflected("do", "did", person, past=past), "AUX", tense), words(verb.base, "VERB", head)
    return [], words(_inflected(verb.base, verb.past, person, past=past), "VERB", tense, head)


def _modal(clause: Clause, person: tuple[int, bool], past: bool, *, needs_do: bool) -> tuple[list[Word], list[Word]]:
    modal, tense = (clause.id, "modal"), (clause.id, "tense")
    present_form, past_form, following = _MODALS[clause.modal]
    base = words(clause.verb.en.base, "VERB", (clause.id, "verb"))
    finite = _be(person, past) if present_form == "be" else past_form if past else present_form
    if finite:
        return words(finite, "AUX", tense, modal), [*_to(following, modal), *base]
    if needs_do:
        return words(_inflected("do", "did", person, past=past), "AUX", tense), [*_to(following, modal), *base]
    first, rest = following.split()
    inflected = _inflected(first, _MODAL_PASTS[first], person, past=past)
    return [], [*words(inflected, "VERB", tense, modal), *_to(rest, modal), *base]


def _to(text: str, modal: tuple[int, str]) -> list[Word]:
    return [Word(word, (modal,), "PART" if word == "to" else "VERB") for word in text.split()]


def _be(person: tuple[int, bool], past: bool) -> str:
    are = person[1] or person[0] == 2
    if past:
        return "were" if are else "was"
    return "are" if are else "am" if person[0] == 1 else "is"


def _inflected(base: str, past_form: str, person: tuple[int, bool], *, past: bool = False) -> str:
    return past_form if past else third_person(base) if person == (3, False) else base


def _phrase(phrase: Phrase | None, *, is_object: bool = False) -> list[Word]:
    said = phrase_words(phrase, is_object=is_object)
    if isinstance(phrase, NounPhrase) and phrase.relative:
        said += _relative(phrase, phrase.relative)
    return said


def _relative(phrase: NounPhrase, clause: Clause) -> list[Word]:
    tag = (clause.id, "relative")
    if clause.gap == "recipient":
        return [*words("to", "ADP", tag), *words("whom", "PRON", tag), *_clause(clause)]
    who = "who" if "person" in phrase.noun.kinds and clause.gap == "subject" else "that"
    return [*words(who, "PRON", tag), *_clause(clause)]


def _subordinate(below: Subordinate) -> list[Word]:
    tag = (below.id, "conjunction")
    if below.conjunction != "in_order_to":
        return [*words(below.conjunction, "SCONJ", tag), *_clause(below.clause)]
    verb = words(below.clause.verb.en.base, "VERB", (below.clause.id, "verb"))
    return [*words("to", "PART", tag), *verb, *_company(below.clause), *_times(below.clause), *_end(below.clause)]
