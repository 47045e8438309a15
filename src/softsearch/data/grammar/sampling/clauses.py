"""Random clauses that make sense."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Noun, Verb
from softsearch.data.grammar.sampling.phrases import is_person, nouns_of, speaks_of_all
from softsearch.data.grammar.sampling.roles import Roles, verbs_of
from softsearch.data.grammar.tree import Clause, NounPhrase, Phrase, Place, Pronoun, Several, Tense, is_indefinite

_FRAMES = (("transitive", 60), ("intransitive", 17), ("ditransitive", 12), ("to_place", 7), ("to_city", 5))
_TENSES = (
    (Tense.NOW, 34),
    (Tense.PAST, 28),
    (Tense.NARRATIVE, 5),
    (Tense.FUTURE, 14),
    (Tense.HABIT, 12),
    (Tense.PERFECT, 7),
)
_PRESENT_MODALS = ("can", "have_to", "want_to", "be_allowed_to", "should", "would_like_to")
_PAST_MODALS = ("can", "have_to", "want_to", "be_allowed_to")


@cache
def verbs_with(trait: str) -> tuple[Verb, ...]:
    """Return the verbs with a trait, in the order of the vocabulary."""
    return tuple(verb for verb in lexicon.VERBS if trait in verb.traits)


@cache
def _gap_verbs(noun: Noun) -> tuple[Verb, ...]:
    """The verbs of a relative clause whose object is the noun; "die Frau, die das Kind sieht" would be ambiguous."""
    return tuple(
        verb
        for verb in verbs_of("transitive")
        if not noun.kinds.isdisjoint(verb.patients)
        and "person" in verb.agents
        and not verb.is_inverse
        and verb.traits.isdisjoint(("consume", "indefinite"))
        and (verb.de.case == "dat" or noun.kinds.isdisjoint(("person", "animal")))
    )


def _goes_with(verb: Verb, tense: Tense | None) -> bool:
    """Habits are what is done again and again; an accident or a laugh is not foreseen."""
    if tense is Tense.HABIT:
        return "habit" in verb.traits
    return tense is not Tense.FUTURE or verb.traits.isdisjoint(("event", "unwilled"))


class Clauses(Roles):
    """Draws clauses: a verb, then company that suits it."""

    def clause(
        self,
        *,
        is_main: bool = False,
        tense: Tense | None = None,
        is_bare: bool = False,
        may_relate: bool = False,
        verb: Verb | None = None,
        subject: Phrase | None = None,
    ) -> Clause:
        """Return a clause.

        `is_main` allows what only a statement of its own carries (a fronted time, a place on the subject), `is_bare`
        leaves adverbs out, `may_relate` allows relative clauses. The verb and the subject may be given.
        """
        verb = verb or self.verb(tense)
        subject = subject or self.subject(verb)
        tense = self._tense(verb, subject, tense)
        if tense is Tense.NARRATIVE and not is_main:
            tense = Tense.PAST
        clause = self.with_objects(Clause(self.id(), verb, tense, subject=subject))
        clause = clause if is_bare else self._with_negation(self._with_modal(clause))
        is_new = clause.patient is None or is_indefinite(clause.patient)
        if clause.tense is Tense.PERFECT and (is_new or speaks_of_all(subject)):
            clause = clause._replace(tense=Tense.PAST)
        if not is_bare:
            clause = self.with_times(clause, may_front=is_main)
        clause = self.with_companion(self.with_duration(self.with_place(clause)))
        return self.with_additions(clause, is_main=is_main) if may_relate else clause

    def verb(self, tense: Tense | None) -> Verb:
        """Return a verb that goes with a tense."""
        return self.until(lambda: self.pick(verbs_of(self.weighted(_FRAMES))), lambda verb: _goes_with(verb, tense))

    def _tense(self, verb: Verb, subject: Phrase, wanted: Tense | None) -> Tense:
        if verb.is_state:
            return wanted or self.weighted(((Tense.NOW, 3), (Tense.PAST, 1)))
        if "event" in verb.traits and wanted in (None, Tense.NOW):
            return self.weighted(((Tense.PAST, 3), (Tense.PERFECT, 1)))
        tense = wanted or self.weighted(_TENSES)
        if tense is Tense.HABIT and "habit" not in verb.traits:
            return Tense.NOW
        if tense is Tense.NARRATIVE and isinstance(subject, Pronoun):
            return Tense.PAST
        return tense

    def _with_modal(self, clause: Clause) -> Clause:
        traits = clause.verb.traits
        if clause.verb.is_state or "event" in traits or "unwilled" in traits or not self.chance(0.18):
            return clause
        if not is_person(clause.subject):
            return clause
        if clause.tense is Tense.NOW:
            return clause._replace(modal=self.pick(_PRESENT_MODALS))
        return clause._replace(modal=self.pick(_PAST_MODALS)) if clause.tense is Tense.PAST else clause

    def _with_negation(self, clause: Clause) -> Clause:
        subject, patient = clause.subject, clause.patient
        if clause.tense in (Tense.HABIT, Tense.NARRATIVE) or "unnegated" in clause.verb.traits:
            return clause
        if not self.chance(0.15) or clause.modal in ("have_to", "should", "would_like_to"):
            return clause
        if isinstance(subject, NounPhrase) and subject.determiner in ("no", "every", "many", "number", "a"):
            return clause
        if isinstance(patient, NounPhrase) and patient.determiner == "a":
            return clause._replace(negated=True, patient=patient._replace(determiner="any", adjectives=()))
        if isinstance(patient, Several) or (isinstance(patient, NounPhrase) and is_indefinite(patient)):
            return clause
        return clause._replace(negated=True)

    def with_additions(self, clause: Clause, *, is_main: bool) -> Clause:
        """Hang a relative clause or a place on the subject, or a relative clause on the object."""
        subject, patient = clause.subject, clause.patient
        if isinstance(subject, NounPhrase) and subject.determiner in ("the", "a") and not clause.verb.is_inverse:
            if self.adds(0.16):
                return clause._replace(subject=self.related(subject, clause))
            can_stand = clause.verb.frame == "intransitive" and clause.verb.site_kind and not clause.place
            if is_main and can_stand and not clause.time and subject.determiner == "the" and self.chance(0.4):
                return clause._replace(subject=subject._replace(place=self.spot()))
        company = (clause.place, clause.frequency, clause.companion, clause.duration, clause.means)
        ends_with_object = not any(company) and (not clause.time or clause.time_first)
        ends_with_object = ends_with_object and clause.tense is not Tense.PERFECT and not clause.verb.is_inverse
        ends_with_object = ends_with_object and "created" not in clause.verb.traits
        if ends_with_object and isinstance(patient, NounPhrase) and patient.determiner in ("the", "a"):
            return clause._replace(patient=self.related(patient, clause)) if self.adds(0.3) else clause
        return clause

    def spot(self) -> Place:
        """Return a place beside a building."""
        noun = self.fresh(nouns_of(frozenset(["building"])))
        return Place(self.id(), self.pick(("behind", "next_to", "before")), self.plain(noun))

    def related(self, phrase: NounPhrase, main: Clause, *, depth: int = 1) -> NounPhrase:
        """Return the phrase with a relative clause, which rarely holds another; as it is where nothing suits."""
        verbs = [verb for verb in _gap_verbs(phrase.noun) if verb is not main.verb]
        tense = Tense.PAST if main.is_past else self.pick((Tense.NOW, Tense.PAST))
        if is_person(phrase):
            below = self._about_person(phrase, main.verb, verbs, tense)
        elif verbs:
            verb = self.pick(verbs)
            self.combine(verb.key, phrase.noun.key)
            below = self._gapped(phrase, verb, tense if verb.is_state else Tense.PAST, "patient")
        else:
            return phrase
        inner = below.patient
        can_nest = isinstance(inner, NounPhrase) and inner.determiner in ("the", "a") and not below.place
        if depth == 1 and isinstance(inner, NounPhrase) and can_nest and self.detail and self.chance(0.25):
            below = below._replace(patient=self.related(inner, below, depth=2))
        return phrase._replace(relative=below)

    def _about_person(self, phrase: NounPhrase, main: Verb, verbs: list[Verb], tense: Tense) -> Clause:
        if self.chance(0.12):
            verb = self.pick(verbs_of("ditransitive"))
            return self._gapped(phrase, verb, tense, "recipient")
        if verbs and self.chance(0.2):
            verb = self.pick(verbs)
            self.combine(verb.key, phrase.noun.key)
            return self._gapped(phrase, verb, tense, "patient")
        verb = self.until(
            lambda: self.verb(None), lambda verb: "person" in verb.agents and not verb.is_inverse and verb is not main
        )
        gapped = self.with_objects(Clause(self.id(), verb, self._tense(verb, phrase, tense), subject=phrase))
        return self.with_place(gapped)._replace(subject=None, gap="subject", gap_is_plural=phrase.plural)

    def _gapped(self, phrase: NounPhrase, verb: Verb, tense: Tense, gap: str) -> Clause:
        """Return a clause with its own subject, in which the phrase is missing."""
        subject = self.until(
            lambda: self.subject(verb, is_plain=True),
            lambda subject: not isinstance(subject, NounPhrase) or subject.noun is not phrase.noun,
        )
        clause = Clause(self.id(), verb, self._tense(verb, subject, tense), subject=subject)
        if gap == "recipient":
            clause = clause._replace(patient=self.object(clause, phrase))
        return clause._replace(gap=gap, gap_is_plural=phrase.plural)
