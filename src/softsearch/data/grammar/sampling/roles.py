"""Random company that suits a verb: who does something, to whom, when, where, with whom and by what means."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adverbial, Noun, Verb
from softsearch.data.grammar.sampling.phrases import Phrases, is_person, nouns_of, owner_of, speaks_of_all
from softsearch.data.grammar.tree import (
    Adjunct,
    Clause,
    Clock,
    Companion,
    Date,
    Moment,
    NounPhrase,
    Phrase,
    Place,
    Pronoun,
    Several,
    Span,
    Tense,
)

_TIME_CHANCE = {Tense.NOW: 0.15, Tense.PAST: 0.45, Tense.FUTURE: 0.65, Tense.NARRATIVE: 1.0, Tense.HABIT: 0.5}
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LISTED = ("food", "clothing", "animal", "plant", "furniture")


@cache
def verbs_of(frame: str) -> tuple[Verb, ...]:
    """Return the verbs of a frame, in the order of the vocabulary."""
    return tuple(verb for verb in lexicon.VERBS if verb.frame == frame)


@cache
def _kindred(noun: Noun, verb: Verb) -> tuple[Noun, ...]:
    """What can be listed together with the noun as the object of the verb."""
    kinds = noun.kinds.intersection(_LISTED)
    if "list" not in verb.traits or not kinds:
        return ()
    others = nouns_of(kinds)
    return tuple(other for other in others if other is not noun and not other.kinds.isdisjoint(verb.patients))


@cache
def _times_of(tense: Tense, is_far: bool) -> tuple[Adverbial, ...]:
    return tuple(time for time in lexicon.TIMES if tense in time.uses and (is_far or "far" not in time.uses))


class Roles(Phrases):
    """Draws what stands beside the verb of a clause."""

    def subject(self, verb: Verb, *, is_plain: bool = False) -> Phrase:
        """Return a subject for a verb: a pronoun, a name, a phrase or several."""
        if "person" in verb.agents and self.chance(0.55 if self.you else 0.28):
            return self.pronoun()
        if "person" in verb.agents and self.chance(0.12):
            return self.named()
        noun = self.fresh(nouns_of(verb.agents))
        if "definite" in verb.traits and not verb.is_inverse:
            return self.noun_phrase(noun, self.pick(("the", "the", "this")))
        if "family" in noun.kinds and self.chance(0.3):
            return self._couple(noun)
        determiner = self.determiner(noun, is_subject=True, is_plain=is_plain or verb.is_inverse or verb.is_state)
        phrase = self.noun_phrase(noun, determiner)
        return phrase._replace(plural=False) if determiner == "a" else phrase

    def _couple(self, noun: Noun) -> Several:
        owner = self.pick(("I", "we"))
        nouns = [noun, self.fresh([other for other in nouns_of(frozenset(["family"])) if other is not noun])]
        self._said += nouns
        items = [NounPhrase(self.id(), each, "possessive", owner=owner) for each in nouns]
        return Several(self.id(), tuple(items))

    def with_objects(self, clause: Clause) -> Clause:
        """Return the clause with the objects, or the goal, that its verb asks for."""
        verb, subject = clause.verb, clause.subject
        if verb.frame in ("to_place", "to_city"):
            return self._with_goal(clause)
        if verb.frame == "intransitive":
            return clause
        recipient = self._person(subject) if verb.frame == "ditransitive" else None
        return clause._replace(patient=self.object(clause, recipient), recipient=recipient)

    def _with_goal(self, clause: Clause) -> Clause:
        noun = self.fresh(nouns_of(clause.verb.patients))
        if clause.verb.frame == "to_place":
            return clause._replace(place=Place(self.id(), "to", self.plain(noun, owner=owner_of(clause.subject))))
        means = None
        if clause.verb.key == "travel" and self.chance(0.5):
            means = Adjunct(self.id(), self.pick(lexicon.MEANS))
        self.combine(clause.verb.key, noun.key)
        return clause._replace(place=Place(self.id(), "to", NounPhrase(self.id(), noun, "")), means=means)

    def object(self, clause: Clause, recipient: Phrase | None) -> Phrase:
        """Return what the verb of a clause is done to."""
        verb, subject = clause.verb, clause.subject
        noun = self.fresh(nouns_of(verb.patients))
        if "person" in noun.kinds and self.chance(0.3):
            person = self._person(subject)
            if isinstance(person, NounPhrase):
                self.combine(verb.key, person.noun.key)
            return person
        self.combine(verb.key, noun.key)
        if verb.is_inverse:
            return self.noun_phrase(noun, self.pick(("the", "the", "this")))
        if "person" in noun.kinds:
            return self._definite(noun, owner=owner_of(subject))
        if "means" in noun.kinds:
            return NounPhrase(self.id(), noun, "a")
        if _kindred(noun, verb) and self.adds(0.18):
            return self._list(noun, verb)
        if "created" in verb.traits:
            return self._created(noun)
        is_general = clause.tense is Tense.HABIT and "bare" in verb.traits
        if is_general:
            return self.noun_phrase(noun, "a")._replace(plural=not noun.is_mass)
        owner = "" if recipient is not None and verb.key != "show" else owner_of(subject)
        return self.noun_phrase(noun, self._object_determiner(verb, noun), owner=owner, most=self._most(verb))

    def _created(self, noun: Noun) -> NounPhrase:
        """Return what is only now being made, and is neither old nor broken yet."""
        determiner = "a" if noun.is_mass else self.pick(("a", "a", "the", "number"))
        return self.noun_phrase(noun, determiner, may_describe=False)

    def _most(self, verb: Verb) -> int:
        return 99 if "many" in verb.traits else 6

    def _object_determiner(self, verb: Verb, noun: Noun) -> str:
        if "indefinite" in verb.traits:
            return "a" if self.chance(0.8) else "number" if not noun.is_mass else "a"
        determiner = self.determiner(noun)
        is_known = verb.is_state or "known" in verb.traits
        if is_known and determiner in ("a", "number", "many") and not noun.is_mass:
            return "the"
        return determiner

    def _list(self, noun: Noun, verb: Verb) -> Several:
        """Return two to four things of a kind: apples, bread and cheese."""
        nouns = [noun]
        others = list(_kindred(noun, verb))
        for _ in range(min(self.whole(1, min(1 + self.detail, 3)), len(others))):
            nouns.append(others.pop(self.whole(0, len(others) - 1)))
            self.combine(verb.key, nouns[-1].key)
        return Several(self.id(), tuple(self._item(each) for each in nouns))

    def _item(self, noun: Noun) -> NounPhrase:
        phrase = self.noun_phrase(noun, "a", may_describe=self.detail > 0)
        if "food" in noun.kinds:
            return phrase._replace(plural=not noun.is_mass)
        return phrase if noun.is_mass or phrase.plural or not self.chance(0.3) else phrase._replace(determiner="the")

    def _person(self, subject: Phrase | None) -> Phrase:
        """Return somebody who is looked at or given something."""
        if self.chance(0.35):
            # never "she": German "sie" and French "lui" could be somebody else
            keys = ["he", "they", "I", "we"]
            if isinstance(subject, Pronoun):
                same = ("I", "we") if subject.key in ("I", "we") else (subject.key,)
                keys = [key for key in keys if key not in same]
            if isinstance(subject, Pronoun) and subject.key.startswith("you"):
                return Pronoun(self.id(), self.pick(keys))
            return self.pronoun(*keys)
        if self.chance(0.15):
            return self.named()
        return self._definite(self.fresh(nouns_of(frozenset(["person"]))), owner=owner_of(subject))

    def _definite(self, noun: Noun, *, owner: str) -> NounPhrase:
        determiner = self.determiner(noun, is_subject=True, is_plain=True)
        return self.noun_phrase(noun, "the" if determiner == "number" else determiner, owner=owner)

    def with_times(self, clause: Clause, *, may_front: bool, is_near: bool = False) -> Clause:
        """Return the clause with a frequency or a time, on a certain day if `is_near`, where that makes sense."""
        tense = clause.tense
        if tense is Tense.HABIT and not speaks_of_all(clause.subject) and self.chance(0.5):
            return clause._replace(frequency=Adjunct(self.id(), self.pick(lexicon.FREQUENCIES)))
        chance = 1.0 if tense is Tense.HABIT else _TIME_CHANCE.get(tense, 0.0)
        if clause.verb.is_state or (not self.adds(chance) and tense not in (Tense.HABIT, Tense.NARRATIVE)):
            return clause
        clause = self._timed(clause, is_far="far" in clause.verb.traits and not is_near)
        first = tense is Tense.NARRATIVE or self.chance(0.45)
        return clause._replace(time_first=first and may_front)

    def _timed(self, clause: Clause, *, is_far: bool) -> Clause:
        is_told = clause.tense in (Tense.PAST, Tense.FUTURE)
        if is_told and not clause.modal and not clause.negated and self.chance(0.3):
            return clause._replace(time=self._counted(is_past=clause.tense is Tense.PAST, is_far=is_far))
        time = Adjunct(self.id(), self.pick(_times_of(clause.tense, is_far)))
        clause = clause._replace(time=time)
        has_hour = time.adverbial.key in ("yesterday", "tomorrow", "every_day") or "day" in time.adverbial.uses
        if (
            has_hour
            and not clause.modal
            and clause.verb.traits.isdisjoint(("lasting", "unwilled"))
            and not clause.negated
            and self.chance(0.35)
        ):
            return clause._replace(clock=Clock(self.id(), self.whole(1, 12), self.pick((0, 0, 15, 30))))
        return clause

    def _counted(self, *, is_past: bool, is_far: bool) -> Moment:
        """Return a date, or a number of days or hours from now."""
        if is_far and self.chance(0.55):
            return self._date(is_past=is_past)
        units = ("day", "week", "month", "year") if is_far and is_past else ("day", "week")
        unit = self.pick(units if is_far else ("hour", "minute") if is_past else ("hour", "day"))
        number = 10 * self.whole(1, 4) if unit == "minute" else self.whole(2, 20 if unit == "year" else 6)
        return Span(self.id(), "ago" if is_past else "in", number, unit)

    def _date(self, *, is_past: bool) -> Date:
        month = self.whole(1, 12)
        day = self.whole(1, _DAYS_OF_MONTH[month - 1]) if self.chance(0.7) else 0
        year = self.whole(1960, 2019) if is_past and self.chance(0.6) else 0
        if year and not day and self.chance(0.5):
            month = 0
        return Date(self.id(), day, month, year)

    def with_duration(self, clause: Clause) -> Clause:
        """Return the clause with how long something lasted, where that makes sense."""
        fits = "lasting" in clause.verb.traits and clause.tense in (Tense.PAST, Tense.FUTURE)
        if not fits or clause.negated or clause.place or not self.adds(0.25):
            return clause
        unit = self.pick(("hour", "hour", "minute"))
        number = self.whole(2, 6) if unit == "hour" else 10 * self.whole(1, 5)
        return clause._replace(duration=Span(self.id(), "for", number, unit))

    def with_place(self, clause: Clause) -> Clause:
        """Return the clause with where it happens, where that makes sense."""
        if not clause.verb.site_kind or clause.negated or clause.tense is Tense.PERFECT or not self.adds(0.35):
            return clause
        if clause.verb.site_kind == "place" and is_person(clause.subject) and self.chance(0.15):
            return clause._replace(place=Adjunct(self.id(), lexicon.AT_HOME))
        kinds = ("place", "practice") if clause.verb.site_kind == "place" else (clause.verb.site_kind,)
        noun = self.fresh(nouns_of(frozenset(kinds)))
        return clause._replace(place=Place(self.id(), "at", self.plain(noun, owner=owner_of(clause.subject))))

    def with_companion(self, clause: Clause) -> Clause:
        """Return the clause with whom the subject is, where that makes sense."""
        if (
            "with" not in clause.verb.traits
            or clause.negated
            or clause.means
            or not is_person(clause.subject)
            or not self.adds(0.25)
        ):
            return clause
        return clause._replace(companion=Companion(self.id(), self._company_of(clause.subject)))

    def _company_of(self, subject: Phrase | None) -> Phrase:
        if not isinstance(subject, Pronoun) and self.chance(0.25):
            return self.pronoun("I", "we")
        if isinstance(subject, Pronoun) and subject.key in ("I", "we") and self.chance(0.3):
            return self.pronoun("he", "she", "they")
        if self.chance(0.25):
            return self.called("first" if self.you is None else "titled")
        noun = self.fresh(nouns_of(frozenset(["family", "neighbour", "guest", "student", "child", "worker"])))
        determiner = "possessive" if "family" in noun.kinds else "the"
        return self.noun_phrase(noun, determiner, owner=owner_of(subject))
