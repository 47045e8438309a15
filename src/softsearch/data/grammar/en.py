"""English: the progressive, do-support, word order, a and an."""

from __future__ import annotations

from softsearch.data.grammar.lexicon import third_person
from softsearch.data.grammar.text import COMMA, Word, adjunct_words, finish, words
from softsearch.data.grammar.tree import (
    Adjunct,
    Both,
    Clause,
    NounPhrase,
    Phrase,
    Place,
    Pronoun,
    Sentence,
    Subordinate,
    Tense,
    agreement,
    subject_agreement,
)
from softsearch.data.grammar.vocabulary import NUMBERS, RELATIONS

_OBJECT_PRONOUNS = {"I": "me", "he": "him", "she": "her", "we": "us", "they": "them", "it": "it"}
_OWNERS = {"I": "my", "he": "his", "she": "her", "we": "our", "they": "their"}
_ASKED = {
    "subject": "who",
    "thing": "what",
    "person": "who",
    "recipient": "who",
    "place": "where",
    "time": "when",
    "reason": "why",
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


def linearise(sentence: Sentence) -> list[Word]:
    """Return the English words of a tree, with what each realises."""
    if sentence.asked:
        asked = words(_ASKED[sentence.asked], (sentence.id, "asked"))
        stream = [*asked, *_clause(sentence.clause, inverted=sentence.asked != "subject")]
        if sentence.asked == "recipient":
            stream += words("to", (sentence.id, "asked"))
    else:
        stream = _clause(sentence.clause, inverted=sentence.is_question)
    if sentence.second:
        joint = words(sentence.conjunction, (sentence.id, "and"))
        stream = [*stream, COMMA, *joint, *_clause(sentence.second)]
    return finish(_with_an(stream), mark="?" if sentence.is_question else ".")


def _with_an(stream: list[Word]) -> list[Word]:
    return [
        ("an", tags) if text == "a" and stream[position + 1][0][0] in "aeiou" else (text, tags)
        for position, (text, tags) in enumerate(stream)
    ]


def _clause(clause: Clause, *, inverted: bool = False) -> list[Word]:
    subject = _subject(clause)
    finite, verbs = _verbs(clause, inverted=inverted)
    negation = words("not", (clause.id, "not")) if clause.negated and clause.verb.key != "exist" else []
    adverb = adjunct_words(clause.frequency, clause.frequency.adverbial.en) if clause.frequency else []
    if clause.tense is Tense.PERFECT and not clause.negated:
        adverb = words("already", (clause.id, "already"))
    if finite and finite[0][0] == "can" and clause.negated:
        finite, negation = [("cannot", (*finite[0][1], *negation[0][1]))], []
    head = [*finite, *subject] if inverted else [*subject, *finite]
    said = [*head, *negation, *adverb, *verbs, *_company(clause)]
    return _framed(clause, said)


def _subject(clause: Clause) -> list[Word]:
    if clause.verb.key == "exist":
        return words("there", (clause.id, "there"))
    return _phrase(clause.subject) if clause.subject else []


def _framed(clause: Clause, said: list[Word]) -> list[Word]:
    """Add what stands before and behind the core of a clause."""
    if clause.verb.key == "exist" and clause.place:
        said = [*_site(clause.place), *said]
    if clause.time:
        time = adjunct_words(clause.time, clause.time.adverbial.en)
        said = [*time, *said] if clause.time_first else [*said, *time]
    below = clause.subordinate
    if below and below.comes_first:
        return [*_subordinate(below), COMMA, *said]
    if below:
        return [*said, *([COMMA] if below.conjunction == "although" else []), *_subordinate(below)]
    return said


def _company(clause: Clause) -> list[Word]:
    """Objects, particle, place, means: what follows the verb."""
    head = (clause.id, "verb")
    particle = words(clause.verb.en.particle, head)
    patient = _phrase(clause.patient, is_object=True) if clause.patient else []
    recipient = _phrase(clause.recipient, is_object=True) if clause.recipient else []
    patient = [*words(clause.verb.en.preposition, head), *patient]
    objects = [*patient, *particle] if isinstance(clause.patient, Pronoun) else [*particle, *patient]
    site = _site(clause.place) if clause.place and clause.verb.key != "exist" else []
    means = adjunct_words(clause.means, clause.means.adverbial.en) if clause.means else []
    predicate = words(clause.predicate.en, (clause.id, "predicate")) if clause.predicate else []
    yet = words("yet", (clause.id, "already")) if clause.tense is Tense.PERFECT and clause.negated else []
    return [*recipient, *objects, *predicate, *site, *means, *yet]


def _verbs(clause: Clause, *, inverted: bool) -> tuple[list[Word], list[Word]]:
    """Return the auxiliary that is inverted and negated (empty where there is none), and the other verbs."""
    head, tense = (clause.id, "verb"), (clause.id, "tense")
    verb = clause.verb.en
    person = agreement(clause.patient) if clause.verb.key == "exist" else subject_agreement(clause)
    past = clause.tense in (Tense.PAST, Tense.NARRATIVE)
    if clause.modal:
        return _modal(clause, person, past, needs_do=inverted or clause.negated)
    if clause.tense is Tense.FUTURE:
        return words("will", tense), words(verb.base, head)
    if clause.tense is Tense.PERFECT:
        return words(_have(person), tense), words(verb.participle, head)
    if verb.base == "be":
        return words(_be(person, past), tense, head), []
    if clause.tense is Tense.NOW and not clause.verb.is_state:
        return words(_be(person, False), tense), words(verb.progressive, head)
    if inverted or clause.negated:
        return words(_do(person, past), tense), words(verb.base, head)
    return [], words(verb.past if past else verb.present if person == (3, False) else verb.base, tense, head)


def _modal(clause: Clause, person: tuple[int, bool], past: bool, *, needs_do: bool) -> tuple[list[Word], list[Word]]:
    tags = ((clause.id, "modal"),)
    tense = (clause.id, "tense")
    present_form, past_form, following = _MODALS[clause.modal]
    base = words(clause.verb.en.base, (clause.id, "verb"))
    finite = _be(person, past) if present_form == "be" else past_form if past else present_form
    if finite:
        return words(finite, tense, *tags), [*words(following, *tags), *base]
    if needs_do:
        return words(_do(person, past), tense), [*words(following, *tags), *base]
    first, rest = following.split()
    inflected = _MODAL_PASTS[first] if past else third_person(first) if person == (3, False) else first
    return [], [*words(inflected, tense, *tags), *words(rest, *tags), *base]


def _be(person: tuple[int, bool], past: bool) -> str:
    if past:
        return "were" if person[1] else "was"
    return "are" if person[1] else "am" if person[0] == 1 else "is"


def _have(person: tuple[int, bool]) -> str:
    return "has" if person == (3, False) else "have"


def _do(person: tuple[int, bool], past: bool) -> str:
    return "did" if past else "does" if person == (3, False) else "do"


def _phrase(phrase: Phrase, *, is_object: bool = False) -> list[Word]:
    match phrase:
        case Pronoun(id=id, key=key):
            return words(_OBJECT_PRONOUNS[key] if is_object else key, (id, "noun"))
        case Both(id=id, first=first, second=second):
            return [*_phrase(first), *words("and", (id, "and")), *_phrase(second)]
        case NounPhrase():
            said = _noun_phrase(phrase)
            if phrase.place:
                said += _site(phrase.place)
            if phrase.relative:
                who = "who" if "person" in phrase.noun.kinds and phrase.relative.subject is None else "that"
                said += [*words(who, (phrase.relative.id, "relative")), *_clause(phrase.relative)]
            return said


def _noun_phrase(phrase: NounPhrase) -> list[Word]:
    said = words(_determiner(phrase), (phrase.id, "determiner"))
    for position, adjective in enumerate(phrase.adjectives):
        said += words(adjective.en, (phrase.id, f"adjective {position}"))
    noun = phrase.noun.en
    return [*said, *words(noun.plural if phrase.plural else noun.singular, (phrase.id, "noun"))]


def _determiner(phrase: NounPhrase) -> str:
    is_countable_singular = not phrase.plural and not phrase.noun.is_mass
    match phrase.determiner:
        case "possessive":
            return _OWNERS[phrase.owner]
        case "number":
            return NUMBERS[phrase.number][1]
        case "this":
            return "these" if phrase.plural else "this"
        case "a":
            return "a" if is_countable_singular else ""
        case "any":
            return "a" if is_countable_singular else "any"
        case determiner:
            return determiner


def _subordinate(below: Subordinate) -> list[Word]:
    return [*words(below.conjunction, (below.id, "conjunction")), *_clause(below.clause)]


def _site(place: Place | Adjunct) -> list[Word]:
    if isinstance(place, Adjunct):
        return adjunct_words(place, place.adverbial.en)
    if place.relation in RELATIONS:
        preposition = RELATIONS[place.relation][1]
    elif place.relation == "to":
        preposition = "to"
    else:
        assert place.phrase.noun.site is not None
        preposition = place.phrase.noun.site.en_at
    return [*words(preposition, (place.id, "relation")), *_noun_phrase(place.phrase)]
