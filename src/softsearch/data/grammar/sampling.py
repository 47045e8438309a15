"""Random trees that make sense: whole sentences here, their clauses and phrases in the two modules below.

Only ``Random.random`` is used, whose sequence Python guarantees across versions; nothing iterates over a set.
"""

from __future__ import annotations

from dataclasses import replace

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.clauses import Clauses, can_be_taken_up
from softsearch.data.grammar.lexicon import Adjective
from softsearch.data.grammar.phrases import nouns_of
from softsearch.data.grammar.tree import (
    Clause,
    NounPhrase,
    Phrase,
    Place,
    Pronoun,
    Sentence,
    Subordinate,
    Tense,
)

_REPORTS = tuple(verb for verb in lexicon.VERBS if verb.frame == "clause")
_KNOW_THAT = next(verb for verb in _REPORTS if verb.key == "know_that")
_HAVE = next(verb for verb in lexicon.VERBS if verb.key == "have")
_DUTIES = tuple(verb for verb in lexicon.VERBS if "duty" in verb.traits)
_MOODS = tuple(adjective for adjective in lexicon.ADJECTIVES if "mood" in adjective.kinds)
_PAST = (Tense.PAST, Tense.NARRATIVE)
_SHAPES = (
    ("plain", 40),
    ("reason", 14),
    ("whenever", 6),
    ("report", 8),
    ("yes_no", 7),
    ("asked", 9),
    ("two", 7),
    ("existential", 4),
    ("copula", 5),
)
_THERE = (
    ("town", "house_of church park market"),
    ("room", "lamp table chair clock picture"),
    ("garden park", "tree flower"),
)


class Sampler(Clauses):
    """Draws sentences; :attr:`combinations` holds the word pairs of the last one."""

    def sentence(self) -> Sentence:
        """Return the next tree. Lengths are not looked at here."""
        self.start()
        match self.weighted(_SHAPES):
            case "reason":
                return Sentence(self.id(), self._with_reason())
            case "whenever":
                return Sentence(self.id(), self._whenever())
            case "report":
                return Sentence(self.id(), self._report())
            case "yes_no":
                return Sentence(self.id(), self.clause(is_main=False), is_question=True)
            case "asked":
                return self._asked()
            case "two":
                return self._two()
            case "existential":
                return Sentence(self.id(), self._existential())
            case "copula":
                return Sentence(self.id(), self._copula())
            case _:
                return Sentence(self.id(), self.clause(is_main=True, may_relate=True))

    def _with_reason(self) -> Clause:
        """Return a main clause with because or although, whose subject takes up a phrase of the main clause."""
        main = self.clause(is_main=False, wants_choice=self.chance(0.5))
        about_patient = self._judgement(main)
        if about_patient:
            return replace(main, subordinate=about_patient)
        if not _can_have_reason(main):
            return main
        conjunction = "although" if self.chance(0.3) else "because"
        return self._attached(main, conjunction, Tense.PAST if main.tense in _PAST else Tense.NOW)

    def _judgement(self, main: Clause) -> Subordinate | None:
        """Return "because it is fresh", about the object."""
        patient = main.patient
        if not isinstance(patient, NounPhrase) or "choice" not in main.verb.traits:
            return None
        if patient.determiner not in ("the", "this", "possessive") or main.tense is Tense.PERFECT:
            return None
        if main.frequency and main.frequency.adverbial.key in ("never", "seldom"):
            return None
        conjunction = "although" if self.chance(0.3) else "because"
        wanted = "flaw" if main.negated == (conjunction == "because") else "merit"
        fitting = [
            adj for adj in lexicon.ADJECTIVES if wanted in adj.kinds and not patient.noun.kinds.isdisjoint(adj.kinds)
        ]
        fitting = [adjective for adjective in fitting if adjective not in patient.adjectives]
        if not fitting:
            return None
        predicate = self.pick(fitting)
        self.combine(predicate.key, patient.noun.key)
        pronoun = Pronoun(self.id(), "they") if patient.plural else Pronoun(self.id(), "it", patient.noun)
        tense = Tense.PAST if main.tense in _PAST else Tense.NOW
        below = Clause(self.id(), lexicon.BE, tense, subject=pronoun, predicate=predicate)
        return Subordinate(self.id(), conjunction, below)

    def _attached(self, main: Clause, conjunction: str, tense: Tense) -> Clause:
        """Attach a clause about the main clause's subject; the one that comes second says it with a pronoun."""
        assert main.subject is not None
        comes_first = not main.time_first and self.chance(0.5)
        again = self.taken_up(main.subject)
        below = self._state_of(main.subject if comes_first else again, main, conjunction, tense)
        if comes_first:
            main = replace(main, subject=again)
        return replace(main, subordinate=Subordinate(self.id(), conjunction, below, comes_first))

    def _state_of(self, said: Phrase, main: Clause, conjunction: str, tense: Tense) -> Clause:
        meant = main.subject
        is_person = not isinstance(meant, NounPhrase) or "person" in meant.noun.kinds
        if is_person and conjunction != "when" and not main.modal and self.chance(0.25):
            verb = self.pick([verb for verb in _DUTIES if verb is not main.verb])
            return Clause(self.id(), verb, tense, subject=said, modal="have_to")
        if is_person and (conjunction == "although") != main.negated and self.chance(0.6):
            means = NounPhrase(self.id(), self.pick(nouns_of(frozenset(["means"]))), "any")
            return Clause(self.id(), _HAVE, tense, subject=said, patient=means, negated=True)
        moods = [mood for mood in _MOODS if is_person or "animal" in mood.kinds]
        predicate = self.pick([mood for mood in moods if _is_sensible(mood, main, conjunction)] or moods)
        if isinstance(meant, NounPhrase):
            self.combine(predicate.key, meant.noun.key)
        return Clause(self.id(), lexicon.BE, tense, subject=said, predicate=predicate)

    def _whenever(self) -> Clause:
        main = self.clause(is_main=False, tense=Tense.HABIT, is_bare=True)
        while not _can_have_reason(main) or main.tense is not Tense.HABIT:
            main = self.clause(is_main=False, tense=Tense.HABIT, is_bare=True)
        return self._attached(main, "when", Tense.HABIT)

    def _report(self) -> Clause:
        asks = self.chance(0.25)
        verb = _KNOW_THAT if asks else self.pick(_REPORTS)
        subject = self.subject(verb, is_plain=True)
        below = Subordinate(self.id(), "whether" if asks else "that", self.clause(is_main=False))
        return Clause(self.id(), verb, Tense.NOW, subject=subject, negated=asks, subordinate=below)

    def _asked(self) -> Sentence:
        clause = self.clause(is_main=False)
        asked = self.pick(self._askable(clause))
        match asked:
            case "subject":
                clause = replace(clause, subject=None)
            case "thing" | "person":
                clause = replace(clause, patient=None)
            case "recipient":
                clause = replace(clause, recipient=None)
            case "place":
                clause = replace(clause, place=None)
            case "time":
                clause = replace(clause, time=None)
        return Sentence(self.id(), clause, is_question=True, asked=asked)

    def _askable(self, clause: Clause) -> list[str]:
        """Return what can be asked about a clause so that the question is natural and has one translation."""
        asked = [] if clause.tense is Tense.HABIT else ["reason"]
        subject, patient = clause.subject, clause.patient
        asked += [name for name in ("recipient",) if isinstance(clause.recipient, NounPhrase) and not clause.time]
        if clause.negated or clause.tense is Tense.PERFECT or clause.verb.is_inverse or clause.verb.key == "belong_to":
            return asked or ["reason"]
        if isinstance(patient, NounPhrase) and not clause.recipient:
            asked.append("person" if "person" in patient.noun.kinds else "thing")
        if isinstance(subject, NounPhrase) and "person" in subject.noun.kinds and not self.owns(clause, subject):
            asked.append("subject")
        if clause.verb.site_kind and not clause.verb.is_state:
            asked.append("place")
        if clause.tense in (Tense.PAST, Tense.FUTURE) and not clause.verb.is_state:
            asked.append("time")
        return asked or ["reason"]

    def _two(self) -> Sentence:
        tense = self.pick((Tense.NOW, Tense.PAST))
        first = self.clause(is_main=False, tense=tense)
        second = self.clause(is_main=False, tense=tense)
        contrast = first.negated != second.negated or (not first.negated and self.chance(0.3))
        joint = "but" if contrast else "and"
        return Sentence(self.id(), first, conjunction=joint, second=second)

    def _existential(self) -> Clause:
        if self.chance(0.3):
            spot = self.pick(nouns_of(frozenset(["building"])))
            where, there = Place(self.id(), self.pick(("behind", "next_to", "before")), self.plain(spot)), "tree flower"
        else:
            kinds, there = self.pick(_THERE)
            spot = self.pick(nouns_of(frozenset(kinds.split())))
            where = Place(self.id(), "at", self.plain(spot))
        noun = self.pick(nouns_of(frozenset(there.split())))
        patient = self.noun_phrase(noun, self.pick(("a", "a", "a", "no", "number", "many")))
        self.combine(lexicon.EXIST.key, noun.key)
        if patient.determiner == "a":
            patient = replace(patient, plural=False)
        tense = self.pick((Tense.NOW, Tense.NOW, Tense.PAST))
        return Clause(self.id(), lexicon.EXIST, tense, patient=patient, place=where)

    def _copula(self) -> Clause:
        noun = self.pick([noun for noun in lexicon.NOUNS if self.adjectives_for(noun) and "town" not in noun.kinds])
        subject = self.noun_phrase(noun, self.determiner(noun, is_subject=True, is_plain=True), may_describe=False)
        predicate = self.pick(self.adjectives_for(noun))
        self.combine(predicate.key, noun.key)
        tense = self.pick((Tense.NOW, Tense.NOW, Tense.PAST, Tense.FUTURE if "mood" in predicate.kinds else Tense.PAST))
        return Clause(self.id(), lexicon.BE, tense, subject=subject, predicate=predicate, negated=self.chance(0.25))


def _can_have_reason(main: Clause) -> bool:
    """A sad man does not do something because he is happy."""
    is_moody = isinstance(main.subject, NounPhrase) and any("mood" in adj.kinds for adj in main.subject.adjectives)
    is_chosen = not main.verb.is_state and "event" not in main.verb.traits and main.tense is not Tense.PERFECT
    return can_be_taken_up(main.subject) and not is_moody and is_chosen


def _is_sensible(mood: Adjective, main: Clause, conjunction: str) -> bool:
    """One eats because one is hungry, and does not dance because one is tired, or dances although one is."""
    is_against = main.negated != (conjunction == "although")
    if "appetite" in mood.kinds:
        return "appetite" in main.verb.traits and not is_against
    return not ("weak" in mood.kinds and "effort" in main.verb.traits and not is_against)
