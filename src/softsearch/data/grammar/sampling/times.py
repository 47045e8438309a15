"""Random times, places and company that suit a clause."""

from __future__ import annotations

from functools import cache

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Adverbial
from softsearch.data.grammar.sampling.phrases import Phrases, is_person, nouns_of, owner_of, speaks_of_all
from softsearch.data.grammar.tree import (
    Adjunct,
    Clause,
    Clock,
    Companion,
    Date,
    Moment,
    Phrase,
    Place,
    Pronoun,
    Span,
    Tense,
)

_TIME_CHANCE = {Tense.NOW: 0.15, Tense.PAST: 0.45, Tense.FUTURE: 0.65, Tense.NARRATIVE: 1.0, Tense.HABIT: 0.5}
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@cache
def _times_of(tense: Tense, is_far: bool) -> tuple[Adverbial, ...]:
    return tuple(time for time in lexicon.TIMES if tense in time.uses and (is_far or "far" not in time.uses))


class Times(Phrases):
    """Draws what says when, how long, where, with whom and by what means something is done."""

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
