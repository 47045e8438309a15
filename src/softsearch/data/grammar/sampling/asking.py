"""Random questions and orders."""

from __future__ import annotations

from softsearch.data.grammar.lexicon import Verb
from softsearch.data.grammar.sampling.clauses import verbs_with
from softsearch.data.grammar.sampling.joining import Joining
from softsearch.data.grammar.sampling.phrases import owner_of
from softsearch.data.grammar.tree import Clause, NounPhrase, Place, Pronoun, Sentence, Several, Tense, is_indefinite


class Asking(Joining):
    """Draws what is asked, and what is asked for."""

    def order(self, addressee: NounPhrase | Several | None) -> Sentence:
        """Return what somebody is told to do, or rather not to do."""
        clause = self._warning() if self.chance(0.15) else self._demand()
        if self.detail and self.adds(0.3):
            clause = self.with_additions(clause, is_main=False)
        return Sentence(self.id(), (clause._replace(tense=Tense.NOW),), addressee=addressee, is_order=True)

    def _demand(self) -> Clause:
        verb = self.verb(None)
        while not _can_be_ordered(verb):
            verb = self.verb(None)
        clause = self._wanted(verb)
        return self.with_times(clause, may_front=False) if self.adds(0.4) else clause

    def _warning(self) -> Clause:
        clause = self._wanted(self.pick(verbs_with("warning")))
        while not isinstance(clause.patient, NounPhrase) or is_indefinite(clause.patient):
            clause = self._wanted(self.pick(verbs_with("warning")))
        return clause._replace(negated=True, place=None, companion=None, duration=None)

    def _wanted(self, verb: Verb) -> Clause:
        assert self.you is not None
        return self.clause(verb=verb, subject=self.you._replace(id=self.id()), tense=Tense.FUTURE, is_bare=True)

    def yes_no(self) -> Sentence:
        """Return a question to which the answer is yes or no."""
        return Sentence(self.id(), (self._questioned(),), question="yes_no")

    def _questioned(self) -> Clause:
        """Return a clause to ask about: nobody asks whether he himself is singing."""
        clause = self.clause()
        while not _can_be_asked(clause):
            clause = self.clause()
        return clause

    def asked(self) -> Sentence:
        """Return a question for who, what, where, when or why."""
        clause = self._questioned()
        while not self._askable(clause):
            clause = self._questioned()
        question = self.pick(self._askable(clause))
        match question:
            case "subject":
                clause = clause._replace(subject=None)
            case "thing" | "person":
                clause = clause._replace(patient=None)
            case "recipient":
                clause = clause._replace(recipient=None)
            case "place":
                clause = clause._replace(place=None)
            case "time":
                clause = clause._replace(time=None, clock=None, duration=None)
        return Sentence(self.id(), (clause,), question=question)

    def _askable(self, clause: Clause) -> list[str]:
        """Return what can be asked about a clause so that the question is natural and has one translation."""
        is_odd = clause.tense in (Tense.HABIT, Tense.FUTURE, Tense.PERFECT) or clause.verb.is_state
        asked = [] if is_odd else ["reason"]
        subject, patient = clause.subject, clause.patient
        asked += [name for name in ("recipient",) if isinstance(clause.recipient, NounPhrase) and not clause.time]
        if clause.negated or clause.tense is Tense.PERFECT or clause.verb.is_inverse or clause.verb.key == "belong_to":
            return asked
        if isinstance(patient, NounPhrase) and not clause.recipient and not clause.companion:
            asked.append("person" if "person" in patient.noun.kinds else "thing")
        if isinstance(subject, NounPhrase) and "person" in subject.noun.kinds and not _owns(clause, subject):
            asked.append("subject")
        if clause.verb.site_kind and not clause.verb.is_state and not clause.frequency:
            asked.append("place")
        if clause.tense in (Tense.PAST, Tense.FUTURE) and not clause.verb.is_state:
            asked.append("time")
        return asked


def _can_be_ordered(verb: Verb) -> bool:
    is_odd = verb.frame == "intransitive" and "told" not in verb.traits
    return "person" in verb.agents and not is_odd and verb.traits.isdisjoint(("state", "event", "unwilled"))


def _can_be_asked(clause: Clause) -> bool:
    if isinstance(clause.subject, NounPhrase):
        return clause.subject.determiner not in ("no", "every", "a", "number")
    if not isinstance(clause.subject, Pronoun) or clause.subject.key not in ("I", "we"):
        return True
    return clause.modal in ("can", "have_to", "should", "be_allowed_to") and clause.tense is Tense.NOW


def _owns(clause: Clause, subject: NounPhrase) -> bool:
    """True where another phrase of the clause is said to belong to the subject."""
    phrases = [clause.patient, clause.recipient, clause.place.phrase if isinstance(clause.place, Place) else None]
    phrases.append(clause.companion.phrase if clause.companion else None)
    owner = owner_of(subject)
    return any(isinstance(phrase, NounPhrase) and phrase.owner == owner != "" for phrase in phrases)
