"""Random clauses that make sense."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adverbial, Noun, Verb
from softsearch.data.grammar.phrases import Phrases, nouns_of, owner_of
from softsearch.data.grammar.tree import Adjunct, Both, Clause, NounPhrase, Phrase, Place, Pronoun, Tense, is_indefinite

_FRAMES = (("transitive", 60), ("intransitive", 16), ("ditransitive", 12), ("to_place", 7), ("to_city", 5))
_TENSES = (
    (Tense.NOW, 36),
    (Tense.PAST, 24),
    (Tense.NARRATIVE, 6),
    (Tense.FUTURE, 14),
    (Tense.HABIT, 12),
    (Tense.PERFECT, 8),
)
_PRESENT_MODALS = ("can", "have_to", "want_to", "be_allowed_to", "should", "would_like_to")
_PAST_MODALS = ("can", "have_to", "want_to", "be_allowed_to")
_TIME_CHANCE = {Tense.NOW: 0.15, Tense.PAST: 0.5, Tense.FUTURE: 0.65, Tense.NARRATIVE: 1.0}
_SUBJECT_PRONOUNS = ("I", "he", "she", "we", "they")


@cache
def _verbs_of(frame: str) -> tuple[Verb, ...]:
    return tuple(verb for verb in lexicon.VERBS if verb.frame == frame)


@cache
def _choices() -> tuple[Verb, ...]:
    return tuple(verb for verb in lexicon.VERBS if "choice" in verb.traits)


@cache
def _times_of(tense: Tense) -> tuple[Adverbial, ...]:
    return tuple(time for time in lexicon.TIMES if tense in time.uses)


@cache
def _counted_times_of(tense: Tense) -> tuple[Adverbial, ...]:
    return tuple(time for time in lexicon.COUNTED_TIMES if tense in time.uses)


@cache
def _gap_verbs(noun: Noun) -> tuple[Verb, ...]:
    """The verbs of a relative clause whose object is the noun; "die Frau, die das Kind sieht" would be ambiguous."""
    return tuple(
        verb
        for verb in _verbs_of("transitive")
        if not noun.kinds.isdisjoint(verb.patients)
        and "person" in verb.agents
        and not verb.is_inverse
        and "consume" not in verb.traits
        and (verb.de.case == "dat" or noun.kinds.isdisjoint(("person", "animal")))
    )


def can_be_taken_up(subject: Phrase | None) -> bool:
    """True for subjects that German and English take up with the same pronoun."""
    match subject:
        case Pronoun() | Both():
            return True
        case NounPhrase(determiner=determiner, plural=plural):
            return determiner in ("the", "this", "possessive", "a", "number") and bool(plural or subject.noun.pronoun)
        case _:
            return False


class Clauses(Phrases):
    """Draws clauses: a verb, then company that suits it."""

    def taken_up(self, subject: Phrase) -> Pronoun:
        """Return the pronoun for a subject said before."""
        match subject:
            case Pronoun(key=key, antecedent=antecedent):
                return Pronoun(self.id(), key, antecedent)
            case NounPhrase(plural=False, noun=noun):
                return Pronoun(self.id(), noun.pronoun, noun)
            case _:
                return Pronoun(self.id(), "they")

    def owns(self, clause: Clause, subject: NounPhrase) -> bool:
        """True where another phrase of the clause is said to belong to the subject."""
        phrases = [clause.patient, clause.recipient, clause.place.phrase if isinstance(clause.place, Place) else None]
        owner = owner_of(subject)
        return any(isinstance(phrase, NounPhrase) and phrase.owner == owner != "" for phrase in phrases)

    def clause(
        self,
        *,
        is_main: bool,
        tense: Tense | None = None,
        is_bare: bool = False,
        may_relate: bool = False,
        wants_choice: bool = False,
    ) -> Clause:
        """Return a clause.

        `is_main` allows what only a statement of its own carries (a fronted time, a place on the subject), `is_bare`
        leaves adverbs out, `may_relate` allows relative clauses, `wants_choice` asks for an object that one judges.
        """
        verb = self.pick(_choices()) if wants_choice else self._verb()
        subject = self.subject(verb)
        tense = self._tense(verb, tense)
        if tense is Tense.NARRATIVE and not is_main:
            tense = Tense.PAST
        clause = self._with_objects(Clause(self.id(), verb, tense, subject=subject))
        clause = self._with_modal(clause) if not is_bare else clause
        clause = self._with_negation(clause) if not is_bare else clause
        if clause.tense is Tense.PERFECT and (clause.patient is None or is_indefinite(clause.patient)):
            clause = replace(clause, tense=Tense.PAST)
        if not is_bare:
            clause = self._with_adverbs(clause, may_front=is_main)
        clause = self._with_place(clause)
        return self._with_additions(clause, is_main=is_main) if may_relate else clause

    def _verb(self) -> Verb:
        return self.pick(_verbs_of(self.weighted(_FRAMES)))

    def _tense(self, verb: Verb, wanted: Tense | None) -> Tense:
        if verb.is_state:
            return wanted or self.weighted(((Tense.NOW, 3), (Tense.PAST, 1)))
        if "event" in verb.traits and wanted in (None, Tense.NOW):
            return self.weighted(((Tense.PAST, 3), (Tense.PERFECT, 1)))
        return wanted or self.weighted(_TENSES)

    def subject(self, verb: Verb, *, is_plain: bool = False) -> Phrase:
        """Return a subject for a verb: a pronoun, a phrase or two."""
        if "person" in verb.agents and self.chance(0.3):
            return Pronoun(self.id(), self.pick(_SUBJECT_PRONOUNS))
        noun = self.pick(nouns_of(verb.agents))
        if "definite" in verb.traits and not verb.is_inverse:
            return self.noun_phrase(noun, self.pick(("the", "the", "this")))
        if "family" in noun.kinds and self.chance(0.3):
            return self._two_of(noun)
        determiner = self.determiner(noun, is_subject=True, is_plain=is_plain or verb.is_inverse)
        phrase = self.noun_phrase(noun, determiner)
        return replace(phrase, plural=False) if determiner == "a" else phrase

    def _two_of(self, noun: Noun) -> Both:
        other = self.pick([other for other in nouns_of(frozenset(["family"])) if other is not noun])
        owner = self.pick(("I", "we"))
        first = NounPhrase(self.id(), noun, "possessive", owner=owner)
        return Both(self.id(), first, NounPhrase(self.id(), other, "possessive", owner=owner))

    def _with_objects(self, clause: Clause) -> Clause:
        verb, subject = clause.verb, clause.subject
        if verb.frame in ("to_place", "to_city"):
            return self._with_goal(clause)
        if verb.frame == "intransitive":
            return clause
        recipient = self._person(subject, case="dat") if verb.frame == "ditransitive" else None
        return replace(clause, patient=self._patient(verb, subject, recipient), recipient=recipient)

    def _with_goal(self, clause: Clause) -> Clause:
        noun = self.pick(nouns_of(clause.verb.patients))
        if clause.verb.frame == "to_place":
            return replace(clause, place=Place(self.id(), "to", self.plain(noun, owner=owner_of(clause.subject))))
        means = None
        if clause.verb.key == "travel" and self.chance(0.5):
            means = Adjunct(self.id(), self.pick(lexicon.MEANS))
        self.combine(clause.verb.key, noun.key)
        return replace(clause, place=Place(self.id(), "to", NounPhrase(self.id(), noun, "")), means=means)

    def _patient(self, verb: Verb, subject: Phrase | None, recipient: Phrase | None) -> Phrase:
        noun = self._other(nouns_of(verb.patients), subject)
        if "person" in noun.kinds and self.chance(0.25):
            person = self._person(subject, case=verb.de.case)
            if isinstance(person, NounPhrase):
                self.combine(verb.key, person.noun.key)
            return person
        self.combine(verb.key, noun.key)
        if verb.is_inverse:
            return self.noun_phrase(noun, self.pick(("the", "the", "this")))
        if "person" in noun.kinds and verb.de.case == "dat":
            return self._definite(noun, owner=owner_of(subject))
        if "means" in noun.kinds:
            return NounPhrase(self.id(), noun, "a")
        if verb.key in ("eat", "buy", "bring") and "food" in noun.kinds and self.chance(0.12):
            return self._two_foods(noun, verb)
        owner = "" if isinstance(recipient, NounPhrase | Both) and verb.key != "show" else owner_of(subject)
        determiner = self.pick(("a", "a", "number")) if "indefinite" in verb.traits else self.determiner(noun)
        return self.noun_phrase(noun, determiner, owner=owner)

    def _two_foods(self, noun: Noun, verb: Verb) -> Both:
        other = self.pick([other for other in nouns_of(frozenset(["food"])) if other is not noun])
        self.combine(verb.key, other.key)
        first = NounPhrase(self.id(), noun, "a", plural=not noun.is_mass)
        return Both(self.id(), first, NounPhrase(self.id(), other, "a", plural=not other.is_mass))

    def _other(self, nouns: tuple[Noun, ...], subject: Phrase | None) -> Noun:
        noun = self.pick(nouns)
        while isinstance(subject, NounPhrase) and subject.noun is noun:
            noun = self.pick(nouns)
        return noun

    def _person(self, subject: Phrase | None, *, case: str) -> Phrase:
        """Return somebody who is looked at or given something."""
        if self.chance(0.35):
            # German "sie" in the accusative is her, it or them: only the dative tells.
            keys = ["he", "she", "they", "I", "we"] if case == "dat" else ["he", "I", "we"]
            if isinstance(subject, Pronoun) and subject.key in ("I", "we"):
                keys = [key for key in keys if key not in ("I", "we")]
            if isinstance(subject, Pronoun) and len(keys) > 1:
                keys = [key for key in keys if key != subject.key]
            return Pronoun(self.id(), self.pick(keys))
        return self._definite(self._other(nouns_of(frozenset(["person"])), subject), owner=owner_of(subject))

    def _definite(self, noun: Noun, *, owner: str) -> NounPhrase:
        determiner = self.determiner(noun, is_subject=True, is_plain=True)
        return self.noun_phrase(noun, "the" if determiner == "number" else determiner, owner=owner)

    def _with_modal(self, clause: Clause) -> Clause:
        if clause.verb.is_state or "event" in clause.verb.traits or not self.chance(0.18):
            return clause
        if not (isinstance(clause.subject, Pronoun | Both) or self._is_person(clause.subject)):
            return clause
        if clause.tense is Tense.NOW:
            return replace(clause, modal=self.pick(_PRESENT_MODALS))
        return replace(clause, modal=self.pick(_PAST_MODALS)) if clause.tense is Tense.PAST else clause

    def _is_person(self, phrase: Phrase | None) -> bool:
        return isinstance(phrase, NounPhrase) and "person" in phrase.noun.kinds

    def _with_negation(self, clause: Clause) -> Clause:
        subject, patient = clause.subject, clause.patient
        if clause.tense in (Tense.HABIT, Tense.NARRATIVE) or not self.chance(0.17):
            return clause
        if isinstance(subject, NounPhrase) and subject.determiner in ("no", "every", "many", "number", "a"):
            return clause
        if isinstance(patient, NounPhrase) and patient.determiner == "a":
            return replace(clause, negated=True, patient=replace(patient, determiner="any"))
        if isinstance(patient, Both) or (isinstance(patient, NounPhrase) and is_indefinite(patient)):
            return clause
        return replace(clause, negated=True)

    def _with_adverbs(self, clause: Clause, *, may_front: bool) -> Clause:
        if clause.tense is Tense.HABIT and (clause.verb.is_state or self.chance(0.5)):
            return replace(clause, frequency=Adjunct(self.id(), self.pick(lexicon.FREQUENCIES)))
        chance = 1.0 if clause.tense is Tense.HABIT else _TIME_CHANCE.get(clause.tense, 0.0)
        if clause.verb.is_state or not self.chance(chance):
            return clause
        counted = _counted_times_of(clause.tense)
        times = counted if counted and self.chance(0.2) else _times_of(clause.tense)
        time = Adjunct(self.id(), self.pick(times))
        first = clause.tense is Tense.NARRATIVE or self.chance(0.5)
        return replace(clause, time=time, time_first=first and may_front)

    def _with_place(self, clause: Clause) -> Clause:
        if not clause.verb.site_kind or clause.negated or clause.tense is Tense.PERFECT or not self.chance(0.3):
            return clause
        if clause.verb.site_kind == "place" and self._is_person(clause.subject) and self.chance(0.15):
            return replace(clause, place=Adjunct(self.id(), lexicon.AT_HOME))
        noun = self.pick(nouns_of(frozenset([clause.verb.site_kind])))
        if noun in self._said_nouns(clause):
            return clause
        return replace(clause, place=Place(self.id(), "at", self.plain(noun, owner=owner_of(clause.subject))))

    def _said_nouns(self, clause: Clause) -> list[Noun]:
        phrases = (clause.subject, clause.patient, clause.recipient)
        return [phrase.noun for phrase in phrases if isinstance(phrase, NounPhrase)]

    def _with_additions(self, clause: Clause, *, is_main: bool) -> Clause:
        """Hang a relative clause or a place on the subject, or a relative clause on the object."""
        subject, patient = clause.subject, clause.patient
        if isinstance(subject, NounPhrase) and subject.determiner in ("the", "a") and not clause.verb.is_inverse:
            if self.chance(0.14):
                return replace(clause, subject=replace(subject, relative=self._relative(subject, clause.verb)))
            can_stand = clause.verb.frame == "intransitive" and clause.verb.site_kind and not clause.place
            if is_main and can_stand and not clause.time and subject.determiner == "the" and self.chance(0.4):
                return replace(clause, subject=replace(subject, place=self._spot()))
        ends_with_object = not clause.place and not clause.frequency and (not clause.time or clause.time_first)
        ends_with_object = ends_with_object and clause.tense is not Tense.PERFECT and not clause.verb.is_inverse
        if not ends_with_object or not isinstance(patient, NounPhrase) or patient.determiner not in ("the", "a"):
            return clause
        if self.chance(0.25):
            return replace(clause, patient=replace(patient, relative=self._relative(patient, clause.verb)))
        return clause

    def _spot(self) -> Place:
        noun = self.pick(nouns_of(frozenset(["building"])))
        return Place(self.id(), self.pick(("behind", "next_to", "before")), self.plain(noun))

    def _relative(self, phrase: NounPhrase, main: Verb) -> Clause | None:
        """Return a clause with a gap where the phrase would stand, None where nothing suits."""
        verbs = [verb for verb in _gap_verbs(phrase.noun) if verb is not main]
        tense = self.pick((Tense.NOW, Tense.PAST))
        if self._is_person(phrase) and not (verbs and self.chance(0.2)):
            verb = self._verb()
            while "person" not in verb.agents or verb.is_inverse:
                verb = self._verb()
            gapped = Clause(self.id(), verb, self._tense(verb, tense), subject=phrase)
            return replace(self._with_objects(gapped), subject=None, gap_is_plural=phrase.plural)
        if not verbs:
            return None
        verb = self.pick(verbs)
        self.combine(verb.key, phrase.noun.key)
        subject = self.subject(verb, is_plain=True)
        while isinstance(subject, NounPhrase) and subject.noun is phrase.noun:
            subject = self.subject(verb, is_plain=True)
        return Clause(self.id(), verb, self._tense(verb, tense), subject=subject)
