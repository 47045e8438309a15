"""Random clauses under others: reasons, conditions, purposes, what is said and thought."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adjective, Noun, Verb
from softsearch.data.grammar.sampling.clauses import Clauses, verbs_with
from softsearch.data.grammar.sampling.phrases import adjectives_of, can_be_taken_up, is_person, nouns_of, owner_of
from softsearch.data.grammar.tree import Clause, NounPhrase, Phrase, Place, Pronoun, Subordinate, Tense

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
    """Hangs clauses under clauses."""

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
        joined = self.clause(tense=Tense.HABIT, is_bare=True)
        while joined.subordinate is None:
            main = self.clause(tense=Tense.HABIT, is_bare=True)
            joined = self.attached(main, "when", Tense.HABIT) if can_have_reason(main) else main
        return joined

    def meanwhile(self) -> Clause:
        """Return "while the man is cooking, the woman is reading a book"."""
        main, below = self._going_on(), self._going_on()
        while below.verb is main.verb:
            below = self._going_on()
        return main._replace(subordinate=Subordinate(self.id(), "while", below, self.chance(0.5)))

    def _going_on(self) -> Clause:
        verb = self.pick(verbs_with("lasting"))
        clause = self.clause(verb=verb, subject=self._somebody(verb), tense=Tense.NOW, is_bare=True)
        return clause._replace(negated=False, modal="")

    def _somebody(self, verb: Verb) -> Phrase:
        subject = self.subject(verb)
        while not can_be_taken_up(subject) or (isinstance(subject, Pronoun) and not subject.key.startswith("you")):
            subject = self.subject(verb)
        return subject

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
