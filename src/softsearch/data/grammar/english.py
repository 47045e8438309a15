"""English: the progressive, do-support, word order, a and an."""

from __future__ import annotations

import re

from softsearch.data.grammar.english_phrases import (
    clock_words,
    companion_words,
    comparative,
    moment_words,
    noun_phrase,
    phrase_words,
    place_words,
)
from softsearch.data.grammar.lexicon import third_person
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
    subject_agreement,
)

_ASKED = {
    "subject": ("who", "PRON"),
    "thing": ("what", "PRON"),
    "person": ("who", "PRON"),
    "recipient": ("who", "PRON"),
    "place": ("where", "ADV"),
    "time": ("when", "ADV"),
    "reason": ("why", "ADV"),
}
# modal: (present, past, what follows); where nothing is finite by itself, the first word of what follows is inflected
_MODALS = {
    "can": ("can", "could", ""),
    "should": ("should", "should", ""),
    "would_like_to": ("would", "would", "like to"),
    "be_allowed_to": ("be", "be", "allowed to"),
    "have_to": ("", "", "have to"),
    "want_to": ("", "", "want to"),
}
_MODAL_PASTS = {"have": "had", "want": "wanted"}
_COMMA_BEFORE = ("although",)


def linearise(sentence: Sentence) -> list[Word]:
    """Return the English words of a tree, with what each realises."""
    first, *others = sentence.clauses
    called = [*phrase_words(sentence.addressee), COMMA] if sentence.addressee else []
    if sentence.is_order:
        return finish(_with_an([*called, *_order(sentence)]), mark=".")
    asked = [] if sentence.question in ("", "yes_no") else words(*_ASKED[sentence.question], (sentence.id, "asked"))
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
    adverb = adjunct_words(clause.frequency, clause.frequency.adverbial.en) if clause.frequency else []
    if clause.tense is Tense.PERFECT and not clause.negated:
        adverb = words("already", "ADV", (clause.id, "already"))
    if finite and finite[0].text == "can" and clause.negated:
        finite, negation = [Word("cannot", (*finite[0].tags, *negation[0].tags), "AUX")], []
    head = [*finite, *subject] if inverted else [*subject, *finite]
    said = [*head, *negation, *adverb, *verbs, *_company(clause)]
    if clause.verb.key == "exist" and clause.place:
        said = [*place_words(clause.place), *said]
    times = _times(clause)
    said = [*times, *said] if clause.time_first else [*said, *times]
    below = clause.subordinate
    if below and below.comes_first:
        said = [*_subordinate(below), COMMA, *said]
    return [*said, *_end(clause)]


def _subject(clause: Clause) -> list[Word]:
    if clause.verb.key == "exist":
        return words("there", "PRON", (clause.id, "there"))
    return _phrase(clause.subject) if clause.subject else []


def _times(clause: Clause) -> list[Word]:
    """A day comes before the time of day in front, behind it at the end."""
    time = moment_words(clause.time) if clause.time else []
    clock = clock_words(clause.clock) if clause.clock else []
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
    patient = _phrase(clause.patient, is_object=True) if clause.patient else []
    recipient = _phrase(clause.recipient, is_object=True) if clause.recipient else []
    patient = [*words(clause.verb.en.preposition, "ADP", head), *patient]
    objects = [*patient, *particle] if isinstance(clause.patient, Pronoun) else [*particle, *patient]
    companion = companion_words(clause.companion) if clause.companion else []
    site = place_words(clause.place) if clause.place and clause.verb.key != "exist" else []
    means = adjunct_words(clause.means, clause.means.adverbial.en) if clause.means else []
    duration = moment_words(clause.duration) if clause.duration else []
    yet = words("yet", "ADV", (clause.id, "already")) if clause.tense is Tense.PERFECT and clause.negated else []
    said = [*recipient, *objects, *_predicate(clause)]
    if clause.verb.frame.startswith("to_"):
        return [*said, *site, *companion, *means, *duration, *yet]
    return [*said, *companion, *site, *means, *duration, *yet]


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
        return words(_have(person), "AUX", tense), words(verb.participle, "VERB", head)
    if verb.base == "be":
        return words(_be(person, past), "VERB" if clause.verb.key == "exist" else "AUX", tense, head), []
    if clause.tense is Tense.NOW and not clause.verb.is_state:
        return words(_be(person, False), "AUX", tense), words(verb.progressive, "VERB", head)
    if inverted or clause.negated:
        return words(_do(person, past), "AUX", tense), words(verb.base, "VERB", head)
    return [], words(verb.past if past else verb.present if person == (3, False) else verb.base, "VERB", tense, head)


def _modal(clause: Clause, person: tuple[int, bool], past: bool, *, needs_do: bool) -> tuple[list[Word], list[Word]]:
    modal, tense = (clause.id, "modal"), (clause.id, "tense")
    present_form, past_form, following = _MODALS[clause.modal]
    base = words(clause.verb.en.base, "VERB", (clause.id, "verb"))
    finite = _be(person, past) if present_form == "be" else past_form if past else present_form
    if finite:
        return words(finite, "AUX", tense, modal), [*_to(following, modal), *base]
    if needs_do:
        return words(_do(person, past), "AUX", tense), [*_to(following, modal), *base]
    first, rest = following.split()
    inflected = _MODAL_PASTS[first] if past else third_person(first) if person == (3, False) else first
    return [], [*words(inflected, "VERB", tense, modal), *_to(rest, modal), *base]


def _to(text: str, modal: tuple[int, str]) -> list[Word]:
    return [Word(word, (modal,), "PART" if word == "to" else "VERB") for word in text.split()]


def _be(person: tuple[int, bool], past: bool) -> str:
    are = person[1] or person[0] == 2
    if past:
        return "were" if are else "was"
    return "are" if are else "am" if person[0] == 1 else "is"


def _have(person: tuple[int, bool]) -> str:
    return "has" if person == (3, False) else "have"


def _do(person: tuple[int, bool], past: bool) -> str:
    return "did" if past else "does" if person == (3, False) else "do"


def _phrase(phrase: Phrase, *, is_object: bool = False) -> list[Word]:
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
