"""French: clitic pronouns, two-part negation, est-ce que, agreement of participles, elision."""

from __future__ import annotations

from softsearch.data.grammar.french_phrases import adjective_form, elided, features, noun_phrase, phrase_words, pronoun
from softsearch.data.grammar.french_verbs import (
    VerbGroup,
    denial,
    denies_objects,
    is_object_clitic,
    order_group,
    verb_group,
)
from softsearch.data.grammar.lexicon import read_column, read_columns
from softsearch.data.grammar.text import COMMA, Word, finish, listed, words
from softsearch.data.grammar.tree import Clause, NounPhrase, Phrase, Pronoun, Sentence, Several, Subordinate, Tag

_CONJUNCTIONS = read_column("conjunctions", "fr")
_ASKED = read_columns("questions", "fr", "part")
_QUESTION_MARK = Word("?", (), "PUNCT")  # French writes a space before it
_JOINTS = {"and": "et", "but": "mais", "then": "et"}
_QUEL = {(False, False): "auquel", (True, False): "à laquelle", (False, True): "auxquels", (True, True): "auxquelles"}


def linearise(sentence: Sentence) -> list[Word]:
    """Return the French words of a tree, with what each realises."""
    first, *others = sentence.clauses
    stream = [*_phrase(sentence.addressee), COMMA] if sentence.addressee else []
    if sentence.is_order:
        return finish(_elide([*stream, *_order(sentence)]), mark=".")
    stream += [*_asked(sentence), *_clause(first)]
    for position, (joint, clause) in enumerate(zip(sentence.joints, others, strict=True)):
        stream += [COMMA] if joint == "but" else []
        stream += words(_JOINTS[joint], "CCONJ", (sentence.id, f"joint {position}"))
        stream += words("puis" if joint == "then" else "", "ADV", (sentence.id, f"then {position}"))
        stream += _clause(clause)
    if sentence.question:
        return [*finish(_elide(stream), mark=""), _QUESTION_MARK]
    return finish(_elide(stream), mark=".")


def _elide(stream: list[Word]) -> list[Word]:
    """Write an elided word together with the next one, which then realises what both do."""
    said: list[Word] = []
    for word in reversed(stream):
        short = elided(word.text, said[-1].text) if said else ""
        if short:
            said[-1] = Word(short + said[-1].text, (*word.tags, *said[-1].tags), said[-1].part)
        else:
            said.append(word)
    return said[::-1]


def _asked(sentence: Sentence) -> list[Word]:
    """Return "est-ce que" behind what is asked for; only "qui" as the subject does without."""
    if not sentence.question:
        return []
    tag, preposition = (sentence.id, "asked"), sentence.clauses[0].verb.fr.preposition
    text, part = _ASKED[sentence.question]
    if sentence.question == "subject":
        return words(text, part, tag)
    if sentence.question in ("thing", "person") and preposition:
        text = f"{preposition} {'quoi' if sentence.question == 'thing' else 'qui'}"
    if text == "qu'":
        return [*words("qu'est-ce", part, tag), *words("que", "PART", tag)]
    return [*words(text, part, tag), *words("est-ce que", "PART", tag)]


def _order(sentence: Sentence) -> list[Word]:
    clause = sentence.clauses[0]
    assert isinstance(clause.subject, Pronoun)
    said = [*_said(order_group(clause), clause), *_company(clause), *_times(clause), *_end(clause)]
    please = "s'il te plaît" if clause.subject.key == "you" else "s'il vous plaît"
    return [*said, COMMA, *words(please, "INTJ", (sentence.id, "please"))]


def _clause(clause: Clause, *, meant: Phrase | None = None, is_background: bool = False) -> list[Word]:
    """`meant` is what a gap stands for; what happens in the background is told in the imparfait."""
    group = verb_group(clause, meant=meant, is_background=is_background)
    said = [*_subject(clause), *_said(group, clause), *_company(clause, meant)]
    times, below = _times(clause), clause.subordinate
    if clause.verb.key == "exist" and clause.place:
        said = [*phrase_words(clause.place), COMMA, *said]
    said = [*times, COMMA, *said] if clause.time_first else [*said, *times]
    if below and below.comes_first:
        said = [*_subordinate(below, clause.subject or meant), COMMA, *said]
    return [*said, *_end(clause, meant)]


def _said(group: VerbGroup, clause: Clause) -> list[Word]:
    particle, adverbs = denial(clause)
    return [*particle, *group.clitics, *group.finite, *adverbs, *group.rest]


def _subject(clause: Clause) -> list[Word]:
    if clause.verb.key == "exist":
        return words("il", "PRON", (clause.id, "there"))
    return _phrase(clause.subject)


def _company(clause: Clause, meant: Phrase | None = None) -> list[Word]:
    """Objects, predicate, companion, place, means: what follows the verb."""
    place = [] if clause.verb.key == "exist" else phrase_words(clause.place)
    tag = (clause.companion.id, "with") if clause.companion else None
    companion = _phrase(clause.companion.phrase, preposition="avec", tag=tag) if clause.companion else []
    means = [*phrase_words(clause.means), *words(clause.verb.fr.closing, "NOUN", (clause.id, "verb"))]
    duration = phrase_words(clause.duration)
    said = [*_objects(clause), *_predicate(clause, clause.subject or meant)]
    if clause.verb.frame.startswith("to_"):
        return [*said, *place, *means, *companion, *duration]
    return [*said, *companion, *place, *means, *duration]


def _objects(clause: Clause) -> list[Word]:
    """The object comes before the recipient, unless a relative clause makes it long."""
    verb, patient, recipient = clause.verb.fr, clause.patient, clause.recipient
    said: list[Word] = []
    if patient and not is_object_clitic(verb, patient):
        said = _phrase(patient, preposition=verb.preposition, tag=(clause.id, "verb"), is_denied=denies_objects(clause))
    to = _phrase(recipient, preposition="à") if recipient and not isinstance(recipient, Pronoun) else []
    return [*to, *said] if isinstance(patient, NounPhrase) and patient.relative else [*said, *to]


def _predicate(clause: Clause, subject: Phrase | None) -> list[Word]:
    if not clause.predicate:
        return []
    feminine, plural = features(subject)
    tag = (clause.id, "predicate")
    said = words(adjective_form(clause.predicate.fr, feminine=feminine, plural=plural), "ADJ", tag)
    if not clause.compared:
        return said
    than = words("que", "SCONJ", (clause.id, "than"))
    return [*words("plus", "ADV", tag), *said, *than, *_phrase(clause.compared)]


def _times(clause: Clause) -> list[Word]:
    return [*phrase_words(clause.time), *phrase_words(clause.clock)]


def _end(clause: Clause, meant: Phrase | None = None) -> list[Word]:
    below = clause.subordinate
    return _subordinate(below, clause.subject or meant) if below and not below.comes_first else []


def _subordinate(below: Subordinate, subject: Phrase | None) -> list[Word]:
    """`subject` is that of the clause above, which an infinitive shares."""
    conjunction = words(_CONJUNCTIONS[below.conjunction], "SCONJ", (below.id, "conjunction"))
    if below.conjunction == "in_order_to":
        group = verb_group(below.clause, meant=subject, is_infinitive=True)
        particle, adverbs = denial(below.clause)
        said = [*particle, *adverbs, *group.clitics, *group.finite, *group.rest]
        return [*conjunction, *said, *_company(below.clause), *_times(below.clause), *_end(below.clause, subject)]
    return [*conjunction, *_clause(below.clause, is_background=below.conjunction in ("while", "when"))]


def _phrase(
    phrase: Phrase | None, *, preposition: str = "", tag: Tag | None = None, is_denied: bool = False
) -> list[Word]:
    """Return a phrase with all that hangs on it; every part of several has the preposition."""
    match phrase:
        case None:
            return []
        case Pronoun() if preposition:
            return [*words(preposition, "ADP", *((tag,) if tag else ())), *pronoun(phrase, "tonic")]
        case Pronoun():
            return pronoun(phrase, "subject")
        case Several(id=id, items=items):
            said = [_phrase(item, preposition=preposition, tag=tag, is_denied=is_denied) for item in items]
            return listed(said, words("et", "CCONJ", (id, "and")))
        case NounPhrase(place=place, relative=relative):
            said_noun = noun_phrase(phrase, preposition=preposition, tag=tag, is_denied=is_denied)
            return [*said_noun, *phrase_words(place), *(_relative(phrase, relative) if relative else [])]


def _relative(phrase: NounPhrase, clause: Clause) -> list[Word]:
    """Qui, que, dont, à qui, auquel: by the gap, and by the preposition of the verb."""
    preposition = "à" if clause.gap == "recipient" else clause.verb.fr.preposition
    if clause.gap == "subject":
        text = "qui"
    elif preposition == "à":
        text = "à qui" if "person" in phrase.noun.kinds else _QUEL[features(phrase)]
    else:
        text = "dont" if preposition else "que"
    return [*words(text, "PRON", (clause.id, "relative")), *_clause(clause, meant=phrase)]
