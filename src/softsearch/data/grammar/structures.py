"""Which constructions a sentence combines.

The structure of a clause is where it stands (a statement, a question, under because, a relative clause, ...) together
with the constructions that meet in it. A structure of at least three marks may be held out from training, so that the
test split asks for combinations of constructions that were only seen apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress
from operator import attrgetter

from softsearch.data.grammar.tree import Adjunct, Clause, NounPhrase, Phrase, Pronoun, Sentence, Several, Tense

MIN_MARKS = 3
_COMPANY = ("clock", "duration", "companion", "means", "frequency", "compared", "recipient")
_company = attrgetter(*_COMPANY)


def structures(sentence: Sentence) -> Iterator[tuple[str, ...]]:
    """Yield the structure of every clause, from the outside in."""
    kind = "order" if sentence.is_order else f"question {sentence.question}" if sentence.question else "statement"
    called = ("addressee",) if sentence.addressee else ()
    for position, clause in enumerate(sentence.clauses):
        where = sentence.joints[position - 1] if position else kind
        yield from _below(clause, (where, *called))


def _below(clause: Clause, where: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield (*where, *_marks(clause))
    for phrase, role in ((clause.subject, "subject"), (clause.patient, "object")):
        if isinstance(phrase, NounPhrase) and phrase.relative:
            yield from _below(phrase.relative, (f"relative {phrase.relative.gap} on {role}",))
    if clause.subordinate:
        yield from _below(clause.subordinate.clause, (clause.subordinate.conjunction,))


def _marks(clause: Clause) -> Iterator[str]:
    if clause.negated:
        yield "negation"
    if clause.modal:
        yield "modal"
    if clause.tense in (Tense.PERFECT, Tense.FUTURE, Tense.NARRATIVE):
        yield clause.tense.value
    if clause.time_first:
        yield "fronted time"
    if clause.subordinate:
        order = "before" if clause.subordinate.comes_first else "after"
        yield f"{clause.subordinate.conjunction} {order}"
    yield from compress(_COMPANY, _company(clause))
    if clause.time and not isinstance(clause.time, Adjunct):
        yield "counted time"
    yield from _phrase_marks(clause.subject, "subject")
    yield from _phrase_marks(clause.patient, "object")


def _phrase_marks(phrase: Phrase | None, role: str) -> Iterator[str]:
    match phrase:
        case Several():
            yield f"{role} list"
        case Pronoun() if role == "object":
            yield "object pronoun"
        case NounPhrase(determiner="genitive"):
            yield f"{role} genitive"
        case NounPhrase(relative=relative) if relative:
            yield f"{role} relative"
