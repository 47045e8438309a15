"""German: cases, three adjective declensions, the verb second or last, separable prefixes, contractions."""

from __future__ import annotations

from softsearch.data.grammar.lexicon import GermanVerb, german_verb
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
    Tag,
    Tense,
    agreement,
    is_indefinite,
    says_any,
    subject_agreement,
)
from softsearch.data.grammar.vocabulary import NUMBERS, RELATIONS

_HABEN = german_verb("haben hat hatte gehabt")
_SEIN = german_verb("sein ist war gewesen sein")
_WERDEN = german_verb("werden wird wurde geworden sein")
_MODALS = {
    "can": german_verb("können kann konnte gekonnt"),
    "have_to": german_verb("müssen muss musste gemusst"),
    "want_to": german_verb("wollen will wollte gewollt"),
    "be_allowed_to": german_verb("dürfen darf durfte gedurft"),
    "should": german_verb("sollen soll sollte gesollt"),
    "would_like_to": german_verb("möchten möchte möchte gemocht"),
}
_CONJUNCTIONS = {"because": "weil", "that": "dass", "when": "wenn", "although": "obwohl", "whether": "ob"}
_ASKED = {
    "subject": "wer",
    "thing": "was",
    "acc": "wen",
    "dat": "wem",
    "place": "wo",
    "time": "wann",
    "reason": "warum",
}
_PRONOUNS = {
    "I": ("ich", "mich", "mir"),
    "he": ("er", "ihn", "ihm"),
    "she": ("sie", "sie", "ihr"),
    "we": ("wir", "uns", "uns"),
    "they": ("sie", "sie", "ihnen"),
    "m": ("er", "ihn", "ihm"),
    "f": ("sie", "sie", "ihr"),
    "n": ("es", "es", "ihm"),
}
_CASES = ("nom", "acc", "dat")
_DEFINITE = {"m": ("der", "den", "dem"), "f": ("die", "die", "der"), "n": ("das", "das", "dem")}
_DEFINITE["p"] = ("die", "die", "den")
_RELATIVE = _DEFINITE | {"p": ("die", "die", "denen")}
_STRONG = {"m": ("er", "en", "em"), "f": ("e", "e", "er"), "n": ("es", "es", "em"), "p": ("e", "e", "en")}
_MIXED = _STRONG | {"m": ("", "en", "em"), "n": ("", "", "em")}
_WEAK = {"m": ("e", "en", "en"), "f": ("e", "e", "en"), "n": ("e", "e", "en"), "p": ("en", "en", "en")}
_AFTER_MIXED = {"m": ("er", "en", "en"), "f": ("e", "e", "en"), "n": ("es", "es", "en"), "p": ("en", "en", "en")}
_OWNERS = {"I": "mein", "he": "sein", "she": "ihr", "we": "unser", "they": "ihr"}
_CONTRACTIONS = {
    ("in", "dem"): "im",
    ("an", "dem"): "am",
    ("zu", "dem"): "zum",
    ("zu", "der"): "zur",
    ("in", "das"): "ins",
}


def linearise(sentence: Sentence) -> list[Word]:
    """Return the German words of a tree, with what each realises."""
    if sentence.asked:
        stream = [*_asked(sentence), *_clause(sentence.clause, order="first")]
    elif sentence.is_question:
        stream = _clause(sentence.clause, order="first")
    else:
        stream = _clause(sentence.clause, order="second")
    if sentence.second:
        joint = words("und" if sentence.conjunction == "and" else "aber", (sentence.id, "and"))
        comma = [] if sentence.conjunction == "and" else [COMMA]
        stream = [*stream, *comma, *joint, *_clause(sentence.second, order="second")]
    return finish(stream, mark="?" if sentence.is_question else ".")


def _asked(sentence: Sentence) -> list[Word]:
    asked, case = sentence.asked, sentence.clause.verb.de.case
    key = {"person": case, "recipient": "dat"}.get(asked, asked)
    return words(_ASKED[key], (sentence.id, "asked"))


def _clause(clause: Clause, *, order: str) -> list[Word]:
    """Order the words with the verb "first" (questions, after a fronted part), "second" or "last"."""
    finite, rest = _verbs(clause, joined=order == "last")
    subject, middle, end = _fields(clause, order)
    below = clause.subordinate
    if order == "last":
        return [*subject, *middle, *rest, *finite, *end]
    if order == "second" and below and below.comes_first:
        return [*_subordinate(below), COMMA, *finite, *subject, *middle, *rest, *end]
    if order == "second" and clause.time and clause.time_first:
        front = adjunct_words(clause.time, clause.time.adverbial.de)
        return [*front, *finite, *subject, *middle, *rest, *end]
    if order == "second" and clause.verb.key == "exist" and clause.place:
        return [*_site(clause.place), *finite, *words("es", (clause.id, "there")), *middle, *rest, *end]
    if order == "second":
        return [*subject, *finite, *middle, *rest, *end]
    return [*finite, *subject, *middle, *rest, *end]


def _fields(clause: Clause, order: str) -> tuple[list[Word], list[Word], list[Word]]:
    """Return the subject, the middle field, and what follows the verbs."""
    negation = (clause.id, "not")
    nominative, objects = clause.subject, [(clause.recipient, "dat"), (clause.patient, clause.verb.de.case)]
    if clause.verb.is_inverse:
        nominative, objects = clause.patient, [(clause.subject, "dat")]
    subject = _phrase(nominative, "nom", negation) if nominative else []
    pronouns: list[Word] = []
    definite: list[Word] = []
    late: list[Word] = []
    end: list[Word] = []
    for phrase, case in objects:
        if phrase is None:
            continue
        said = _phrase(phrase, case, negation)
        if isinstance(phrase, NounPhrase) and phrase.relative:
            end += _relative(phrase, phrase.relative)
        field = pronouns if isinstance(phrase, Pronoun) else late if late or is_indefinite(phrase) else definite
        field += said
    if clause.verb.is_inverse and order != "second":  # dass dem Mann das Buch gefällt
        subject, pronouns, definite = [*pronouns, *definite, *subject], [], []
    shown_time = clause.time if clause.time and not clause.time_first else None
    time = adjunct_words(shown_time, shown_time.adverbial.de) if shown_time else []
    frequency = adjunct_words(clause.frequency, clause.frequency.adverbial.de) if clause.frequency else []
    middle = [*pronouns, *time, *frequency, *definite, *_negation(clause), *late, *_after_objects(clause)]
    if clause.subordinate and not clause.subordinate.comes_first:
        end += [COMMA, *_subordinate(clause.subordinate)]
    return subject, middle, end


def _negation(clause: Clause) -> list[Word]:
    said: list[Word] = []
    if clause.tense is Tense.PERFECT:
        said = words("noch" if clause.negated else "schon", (clause.id, "already"))
    if clause.negated and not says_any(clause.patient):
        said += words("nicht", (clause.id, "not"))
    return said


def _after_objects(clause: Clause) -> list[Word]:
    means = adjunct_words(clause.means, clause.means.adverbial.de) if clause.means else []
    site = _site(clause.place) if clause.place and clause.verb.key != "exist" else []
    predicate = words(clause.predicate.de, (clause.id, "predicate")) if clause.predicate else []
    return [*means, *site, *predicate]


def _verbs(clause: Clause, *, joined: bool) -> tuple[list[Word], list[Word]]:
    """Return the finite verb and the rest of the verbs; `joined` writes a separable prefix with its finite verb."""
    verb = clause.verb.de
    person = agreement(clause.patient) if clause.verb.is_inverse else subject_agreement(clause)
    head, tense = (clause.id, "verb"), (clause.id, "tense")
    past = clause.tense in (Tense.PAST, Tense.NARRATIVE)
    infinitive = words(verb.prefix + verb.infinitive, head)
    if clause.modal:
        return words(_finite(_MODALS[clause.modal], person, past), tense, (clause.id, "modal")), infinitive
    if clause.tense is Tense.PERFECT or (clause.tense is Tense.PAST and not _is_plain_past(clause)):
        auxiliary = _SEIN if verb.auxiliary == "sein" else _HABEN
        return words(_finite(auxiliary, person, False), tense), words(verb.prefix + verb.participle, head)
    if clause.tense is Tense.FUTURE and not (clause.time and "future" in clause.time.adverbial.uses):
        return words(_finite(_WERDEN, person, False), tense), infinitive
    finite = _finite(verb, person, past)
    if joined or not verb.prefix:
        return words(verb.prefix + finite, tense, head), []
    return words(finite, tense, head), words(verb.prefix, head)


def _is_plain_past(clause: Clause) -> bool:
    """The verbs that spoken German, too, puts into the Präteritum."""
    return clause.verb.is_state and clause.verb.key not in ("see", "hear")


def _finite(verb: GermanVerb, agreement: tuple[int, bool], past: bool) -> str:
    person, plural = agreement
    if verb is _SEIN or verb.infinitive == "sein":
        return ("waren" if plural else "war") if past else "sind" if plural else "bin" if person == 1 else "ist"
    if past:
        return verb.past + (("n" if verb.past.endswith("e") else "en") if plural else "")
    if plural:
        return verb.infinitive
    if person == 3 or not verb.present.endswith(("t", "d")):  # modals and wissen: ich kann, er kann
        return verb.present
    return verb.infinitive[:-1] if verb.infinitive.endswith("en") else verb.infinitive[:-1] + "e"


def _phrase(phrase: Phrase, case: str, negation: Tag) -> list[Word]:
    match phrase:
        case Pronoun(id=id, key=key, antecedent=antecedent):
            form = antecedent.de.gender if antecedent and key == "it" else key
            return words(_PRONOUNS[form][_CASES.index(case)], (id, "noun"))
        case Both(id=id, first=first, second=second):
            joint = words("und", (id, "and"))
            return [*_phrase(first, case, negation), *joint, *_phrase(second, case, negation)]
        case NounPhrase():
            said = _noun_phrase(phrase, case, negation)
            if phrase.place:
                said += _site(phrase.place)
            if phrase.relative and case == "nom":
                said += _relative(phrase, phrase.relative)
            return said


def _noun_phrase(phrase: NounPhrase, case: str, negation: Tag) -> list[Word]:
    gender, column = "p" if phrase.plural else phrase.noun.de.gender, _CASES.index(case)
    said, endings = _determiner(phrase, gender, column, negation)
    for position, adjective in enumerate(phrase.adjectives):
        said += words(adjective.de_stem + endings[gender][column], (phrase.id, f"adjective {position}"))
    return [*said, *words(_noun(phrase, case), (phrase.id, "noun"))]


def _determiner(
    phrase: NounPhrase, gender: str, column: int, negation: Tag
) -> tuple[list[Word], dict[str, tuple[str, str, str]]]:
    """Return the determiner and the endings it leaves to the adjectives."""
    tag = (phrase.id, "determiner")
    mixed = _MIXED[gender][column]
    match phrase.determiner:
        case "the":
            return words(_DEFINITE[gender][column], tag), _WEAK
        case "this":
            return words("dies" + _STRONG[gender][column], tag), _WEAK
        case "every":
            return words("jed" + _STRONG[gender][column], tag), _WEAK
        case "no":
            return words("kein" + mixed, tag), _AFTER_MIXED
        case "any":
            return words("kein" + mixed, tag, negation), _AFTER_MIXED
        case "possessive":
            return words(_OWNERS[phrase.owner] + mixed, tag), _AFTER_MIXED
        case "number":
            return words(NUMBERS[phrase.number][0], tag), _STRONG
        case "many":
            return words("viel" + _STRONG[gender][column], tag), _STRONG
        case "a" if not phrase.plural and not phrase.noun.is_mass:
            return words("ein" + mixed, tag), _AFTER_MIXED
        case _:
            return [], _STRONG


def _noun(phrase: NounPhrase, case: str) -> str:
    noun = phrase.noun.de
    if not phrase.plural:
        return noun.plural if noun.weak and case != "nom" else noun.singular
    return noun.plural + ("n" if case == "dat" and not noun.plural.endswith(("n", "s")) else "")


def _relative(phrase: NounPhrase, clause: Clause) -> list[Word]:
    """A relative pronoun agrees with its noun; its case is that of the gap."""
    gender = "p" if phrase.plural else phrase.noun.de.gender
    case = "nom" if clause.subject is None else clause.verb.de.case
    pronoun = words(_RELATIVE[gender][_CASES.index(case)], (clause.id, "relative"))
    return [COMMA, *pronoun, *_clause(clause, order="last"), COMMA]


def _subordinate(below: Subordinate) -> list[Word]:
    conjunction = words(_CONJUNCTIONS[below.conjunction], (below.id, "conjunction"))
    return [*conjunction, *_clause(below.clause, order="last")]


def _site(place: Place | Adjunct) -> list[Word]:
    if isinstance(place, Adjunct):
        return adjunct_words(place, place.adverbial.de)
    noun, tag = place.phrase.noun, (place.id, "relation")
    case = "dat"
    if place.relation in RELATIONS:
        preposition = RELATIONS[place.relation][0]
    else:
        assert noun.site is not None
        preposition = noun.site.de_at if place.relation == "at" else noun.site.de_to
        case = "acc" if place.relation == "to" and preposition in ("in", "auf") else "dat"
    first, *rest = _noun_phrase(place.phrase, case, (place.id, "not"))
    contracted = _CONTRACTIONS.get((preposition, first[0]))
    if contracted:
        return [(contracted, (tag, *first[1])), *rest]
    return [*words(preposition, tag), first, *rest]
