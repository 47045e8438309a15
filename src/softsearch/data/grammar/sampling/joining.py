"""Random clauses under others: reasons, conditions, purposes, what is said and thought; random questions and orders."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adjective, Noun, Verb
from softsearch.data.grammar.sampling.clauses import Clauses, verbs_with
from softsearch.data.grammar.sampling.phrases import adjectives_of, can_be_taken_up, is_person, nouns_of, owner_of
from softsearch.data.grammar.tree import (
    Clause,
    NounPhrase,
    Phrase,
    Place,
    Pronoun,
    Sentence,
    Several,
    Subordinate,
    Tense,
    is_indefinite,
)

_REPORTS = tuple(verb for verb in lexicon.VERBS if verb.frame == "clause")
_KNOW_THAT, _HAVE, _SLEEP = (
    next(verb for verb in lexicon.VERBS if verb.key == key) for key in ("know_that", "have", "sleep")
)
_MOODS = tuple(adjective for adjective in lexicon.ADJECTIVES if "mood" in adjective.kinds)
_WORRIES = tuple(mood for mood in _MOODS if mood.key in ("sick", "sad"))


@cache
def _purposes(place: Noun) -> tuple[Verb, ...]:
    """What one goes to a place for."""
    if "name" in place.kinds:
        return tuple(verb for verb in lexicon.VERBS if verb.key in ("visit", "visit_person", "work"))
    suited = (verb for verb in lexicon.VERBS if verb.site_kind in place.kinds and verb.site_kind != "place")
    return tuple(verb for verb in suited if "person" in verb.agents and verb.traits.isdisjoint(("state", "unwilled")))


def can_have_reason(main: Clause) -> bool:
    """False for what nobody chooses; a sad man does not do something because he is happy, either."""
    is_moody = isinstance(main.subject, NounPhrase) and any("mood" in adj.kinds for adj in main.subject.adjectives)
    is_chosen = not main.verb.is_state and main.verb.traits.isdisjoint(("event", "unwilled"))
    return can_be_taken_up(main.subject) and not is_moody and is_chosen and main.tense is not Tense.PERFECT


class Joining(Clauses):
    """Hangs clauses under clauses, and draws what is asked or ordered."""

    def with_reason(self, main: Clause) -> Clause:
        """Return the clause with because or although, about its object or its subject, where that makes sense."""
        about_patient = self._judgement(main)
        if about_patient:
            return main._replace(subordinate=about_patient)
        if not can_have_reason(main):
            return main
        conjunction = "although" if self.chance(0.3) else "because"
        return self.attached(main, conjunction, Tense.PAST if main.is_past else Tense.NOW)

    def _judgement(self, main: Clause) -> Subordinate | None:
        """Return "because it is fresh", about the object."""
        patient = main.patient
        if not isinstance(patient, NounPhrase) or "choice" not in main.verb.traits or patient.relative:
            return None
        if patient.determiner not in ("the", "this", "possessive") or main.tense is Tense.PERFECT or main.modal:
            return None
        if main.frequency and main.frequency.adverbial.key in ("never", "seldom"):
            return None
        conjunction = "although" if self.chance(0.3) else "because"
        wanted = "flaw" if main.negated == (conjunction == "because") else "merit"
        fitting = [adjective for adjective in adjectives_of(patient.noun) if wanted in adjective.kinds]
        if not fitting or patient.adjectives:
            return None
        predicate = self.pick(fitting)
        self.combine(predicate.key, patient.noun.key)
        pronoun = Pronoun(self.id(), "they" if patient.plural else "it", (patient.noun,))
        tense = Tense.PAST if main.is_past else Tense.NOW
        below = Clause(self.id(), lexicon.BE, tense, subject=pronoun, predicate=predicate)
        return Subordinate(self.id(), conjunction, below)

    def attached(self, main: Clause, conjunction: str, tense: Tense, *, may_front: bool = True) -> Clause:
        """Attach a clause about the main clause's subject; the one that comes second says it with a pronoun."""
        assert main.subject is not None
        has_relative = isinstance(main.subject, NounPhrase) and main.subject.relative
        comes_first = may_front and not main.time_first and not has_relative and self.chance(0.5)
        again = self.taken_up(main.subject)
        below = self._state_of(main.subject if comes_first else again, main, conjunction, tense)
        if below is None:
            return main
        if comes_first and below.subject is main.subject:
            main = main._replace(subject=again)
        return main._replace(subordinate=Subordinate(self.id(), conjunction, below, comes_first))

    def _state_of(self, said: Phrase, main: Clause, conjunction: str, tense: Tense) -> Clause | None:
        """Return what speaks for what is done, or against it; nothing where an animal's reasons are unknown."""
        is_against = main.negated != (conjunction == "although")
        moods = [mood for mood in _MOODS if _is_sensible(mood, main, is_against)]
        owner = owner_of(said)
        kinds = _weights(main, conjunction, moods, has_owner=owner != "")
        if not sum(kinds.values()):
            return None
        match self.weighted(tuple(kinds.items())):
            case "mood":
                return self._mood(said, main, self.pick(moods), tense)
            case "means":
                return self._means(said, main.verb, tense, lacks=is_against)
            case "unrest":
                return Clause(self.id(), _SLEEP, tense, subject=said, modal="can", negated=True)
            case "worry":
                return self._worry(owner, tense)
            case "idleness":
                efforts = [verb for verb in _duties(main) if verb.frame == "intransitive" and "effort" in verb.traits]
                return Clause(self.id(), self.pick(efforts), tense, subject=said, modal="want_to", negated=True)
            case _:
                duty = Clause(self.id(), self.pick(_duties(main)), tense, subject=said, modal="have_to")
                return self.with_objects(duty)

    def _mood(self, said: Phrase, main: Clause, mood: Adjective, tense: Tense) -> Clause:
        if isinstance(main.subject, NounPhrase):
            self.combine(mood.key, main.subject.noun.key)
        return Clause(self.id(), lexicon.BE, tense, subject=said, predicate=mood)

    def _means(self, said: Phrase, verb: Verb, tense: Tense, *, lacks: bool) -> Clause:
        """Return "because he has time" or "because he has no money"."""
        means = [noun for noun in nouns_of(frozenset(["means"])) if noun.key == "time" or "costs" in verb.traits]
        patient = NounPhrase(self.id(), self.pick(means), "any" if lacks else "a")
        return Clause(self.id(), _HAVE, tense, subject=said, patient=patient, negated=lacks)

    def _worry(self, owner: str, tense: Tense) -> Clause:
        """Return "because his brother is sick"."""
        noun = self.fresh(nouns_of(frozenset(["family", "parent"])))
        relative = NounPhrase(self.id(), noun, "possessive", owner=owner)
        predicate = self.pick(_WORRIES)
        self.combine(predicate.key, noun.key)
        return Clause(self.id(), lexicon.BE, tense, subject=relative, predicate=predicate)

    def whenever(self) -> Clause:
        """Return "when he is tired, he sleeps"."""
        joined = self.clause(tense=Tense.HABIT, is_bare=True)  # thrown away, but its draws belong to the stream
        while joined.subordinate is None:
            main = self.clause(tense=Tense.HABIT, is_bare=True)
            joined = self.attached(main, "when", Tense.HABIT) if can_have_reason(main) else main
        return joined

    def meanwhile(self) -> Clause:
        """Return "while the man is cooking, the woman is reading a book"."""
        main = self._going_on()
        below = self.until(self._going_on, lambda below: below.verb is not main.verb)
        return main._replace(subordinate=Subordinate(self.id(), "while", below, self.chance(0.5)))

    def _going_on(self) -> Clause:
        verb = self.pick(verbs_with("lasting"))
        subject = self.until(lambda: self.subject(verb), _is_somebody)
        clause = self.clause(verb=verb, subject=subject, tense=Tense.NOW, is_bare=True)
        return clause._replace(negated=False, modal="")

    def with_purpose(self, main: Clause) -> Clause:
        """Return the clause, which says where somebody goes, with what for."""
        place = main.place.phrase.noun if isinstance(main.place, Place) else None
        if place is None or not main.verb.frame.startswith("to_") or main.negated or not _purposes(place):
            return main
        verb = self.pick(_purposes(place))
        below = self.clause(verb=verb, subject=main.subject, tense=Tense.FUTURE, is_bare=True)
        if main.companion and isinstance(below.patient, Pronoun):
            return main
        below = below._replace(subject=None, place=None, companion=None, duration=None)
        return main._replace(subordinate=Subordinate(self.id(), "in_order_to", below))

    def report(self, content: Clause) -> Clause:
        """Return "the man thinks that ..."."""
        asks = not content.negated and self.chance(0.2)
        verb = _KNOW_THAT if asks else self.pick(_REPORTS)
        subject = self.subject(verb, is_plain=True)
        below = Subordinate(self.id(), "whether" if asks else "that", content)
        return Clause(self.id(), verb, Tense.NOW, subject=subject, negated=asks, subordinate=below)

    def order(self, addressee: NounPhrase | Several | None) -> Sentence:
        """Return what somebody is told to do, or rather not to do."""
        clause = self._warning() if self.chance(0.15) else self._demand()
        if self.detail and self.adds(0.3):
            clause = self.with_additions(clause, is_main=False)
        return Sentence(self.id(), (clause._replace(tense=Tense.NOW),), addressee=addressee, is_order=True)

    def _demand(self) -> Clause:
        clause = self._wanted(self.until(lambda: self.verb(None), _can_be_ordered))
        return self.with_times(clause, may_front=False) if self.adds(0.4) else clause

    def _warning(self) -> Clause:
        clause = self.until(
            lambda: self._wanted(self.pick(verbs_with("warning"))),
            lambda clause: isinstance(clause.patient, NounPhrase) and not is_indefinite(clause.patient),
        )
        return clause._replace(negated=True, place=None, companion=None, duration=None)

    def _wanted(self, verb: Verb) -> Clause:
        assert self.you is not None
        return self.clause(verb=verb, subject=self.you._replace(id=self.id()), tense=Tense.FUTURE, is_bare=True)

    def yes_no(self) -> Sentence:
        """Return a question to which the answer is yes or no."""
        return Sentence(self.id(), (self._questioned(),), question="yes_no")

    def _questioned(self) -> Clause:
        """Return a clause to ask about: nobody asks whether he himself is singing."""
        return self.until(self.clause, _can_be_asked)

    def asked(self) -> Sentence:
        """Return a question for who, what, where, when or why."""
        clause = self.until(self._questioned, self._askable)
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
        if isinstance(clause.recipient, NounPhrase) and not clause.time:
            asked.append("recipient")
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


def _weights(main: Clause, conjunction: str, moods: list[Adjective], *, has_owner: bool) -> dict[str, int]:
    """How often which kind of thing is said for, or against, what is done; only a person has other reasons than moods.

    "I read because I cannot sleep" is unrest, "because I do not want to work" idleness.
    """
    kinds = {"mood": 3 if moods else 0}
    if not is_person(main.subject):
        return kinds
    is_against = main.negated != (conjunction == "although")
    has_leisure = _takes_time(main)
    is_pastime = has_leisure and not is_against and not main.negated
    kinds |= {"means": int(has_leisure), "unrest": 2 if is_pastime and "awake" in main.verb.traits else 0}
    if conjunction != "when":
        kinds["worry"] = 2 if has_owner and _matters(main, is_against) else 0
        kinds["duty"] = 5 if is_against and not main.modal else 0
        kinds["idleness"] = 2 if is_pastime and "carefree" in main.verb.traits else 0
    return kinds


def _duties(main: Clause) -> list[Verb]:
    """What else the subject may have to do; only the young have to study."""
    kinds = main.subject.noun.kinds if isinstance(main.subject, NounPhrase) else frozenset[str]()
    return [
        verb for verb in verbs_with("duty") if verb is not main.verb and not verb.agents.isdisjoint(kinds | {"person"})
    ]


def _takes_time(main: Clause) -> bool:
    """What one does when one has the time, and of one's own accord."""
    return "leisure" in main.verb.traits and main.modal not in ("have_to", "should", "be_allowed_to", "can")


def _matters(main: Clause, is_against: bool) -> bool:
    """What one does for somebody who is sick, or had better not."""
    return main.negated or ("carefree" if is_against else "caring") in main.verb.traits


def _is_sensible(mood: Adjective, main: Clause, is_against: bool) -> bool:
    """One eats because one is hungry, sings because one is happy, and dances although one is tired."""
    if not is_person(main.subject) and "animal" not in mood.kinds:
        return False
    if "appetite" in mood.kinds:
        return "appetite" in main.verb.traits and not is_against
    if "weak" in mood.kinds:
        return ("effort" if is_against else "rest") in main.verb.traits
    wanted = "cheer" if mood.key == "happy" else "gloom"
    return wanted in main.verb.traits and not is_against


def _is_somebody(subject: Phrase) -> bool:
    """True for who can be named, and taken up by a pronoun, beside somebody else; and for "you"."""
    return can_be_taken_up(subject) and (not isinstance(subject, Pronoun) or subject.key.startswith("you"))


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
