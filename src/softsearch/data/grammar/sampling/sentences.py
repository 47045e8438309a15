"""Random trees that make sense: whole sentences here, what they consist of in the modules below.

Only ``Random.random`` is used, whose sequence Python guarantees across versions; nothing iterates over a set.
"""

from __future__ import annotations

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.lexicon import Noun
from softsearch.data.grammar.sampling.joining import Joining, can_have_reason
from softsearch.data.grammar.sampling.phrases import adjectives_of, can_be_taken_up, is_person, nouns_of
from softsearch.data.grammar.sampling.roles import verbs_of
from softsearch.data.grammar.tree import Clause, NounPhrase, Phrase, Place, Pronoun, Sentence, Several, Tense

# how often little (0) up to very much (3) is said, and how often in which shape
_DETAILS = ((0, 14), (1, 31), (2, 23), (3, 32))
_SHAPES = tuple(
    [(shape, int(weight)) for shape, weight in map(str.split, row.split(", "))]
    for row in (
        "plain 34, yes_no 10, asked 12, order 9, copula 7, comparison 6, existential 5, reason 8, purpose 3",
        "plain 20, yes_no 6, asked 6, order 7, comparison 3, existential 2, reason 16, whenever 6, meanwhile 6,"
        " report 12, purpose 6, contrast 6, story 8",
        "story 54, contrast 26, report 12, reason 5, meanwhile 3",
        "story 55, contrast 45",
    )
)
_THERE = (
    ("town", "house_of church park market"),
    ("room", "lamp table chair clock picture"),
    ("garden park", "tree flower"),
)
_ALL_KINDS = ("person", "animal", "food", "drink", "text", "thing", "clothing", "building", "place", "town")
_COMPARED = ("family", "worker", "animal", "fruit", "text", "clothing", "machine", "furniture", "house_of")
_TITLES = {"you": "first", "you_all": "first", "you_polite": "titled"}


class Sampler(Joining):
    """Draws sentences; :attr:`combinations` holds the word pairs of the last one."""

    def sentence(self) -> Sentence:
        """Return the next tree. Lengths are not looked at here."""
        detail = self.weighted(_DETAILS)
        self.start(detail=detail)
        shape = self.weighted(_SHAPES[detail])
        addressee = self._addressee() if shape == "order" or self.chance(0.13) else None
        if shape == "order":
            return self.order(addressee)
        if shape in ("yes_no", "asked"):
            sentence = self.yes_no() if shape == "yes_no" else self.asked()
        elif shape in ("story", "contrast"):
            sentence = self._story() if shape == "story" else self._contrast()
        else:
            sentence = Sentence(self.id(), (self._statement(shape),))
        return sentence._replace(addressee=addressee)

    def _addressee(self) -> NounPhrase | Several:
        """Call somebody, who is "you" from now on."""
        key = self.weighted((("you", 40), ("you_polite", 40), ("you_all", 20)))
        called: NounPhrase | Several = self.called(_TITLES[key])
        if key == "you_all":
            called = Several(self.id(), (called, self.called("first"))) if isinstance(called, NounPhrase) else called
        nouns = called.items if isinstance(called, Several) else (called,)
        self.you = Pronoun(self.id(), key, tuple(item.noun for item in nouns))
        return called

    def _statement(self, shape: str) -> Clause:
        match shape:
            case "reason":
                return self.with_reason(self.clause(may_relate=self.detail > 1))
            case "whenever":
                return self.whenever()
            case "meanwhile":
                return self.meanwhile()
            case "report":
                return self._report()
            case "existential":
                return self._existential()
            case "copula":
                return self._copula()
            case "comparison":
                return self._comparison()
            case "purpose":
                return self.with_purpose(self._journey())
            case _:
                return self.clause(is_main=True, may_relate=True)

    def _journey(self) -> Clause:
        verb = self.pick((*verbs_of("to_place"), *verbs_of("to_city")))
        return self.clause(verb=verb)._replace(clock=None)

    def _report(self) -> Clause:
        content = self.clause(may_relate=self.detail > 0)
        if self.detail and self.chance(0.3 * self.detail) and can_have_reason(content):
            content = self._ended(content)
        return self.report(content)

    def _ended(self, clause: Clause) -> Clause:
        """Return a clause of a longer sentence with a reason or a purpose behind it."""
        clause = self.with_purpose(clause)
        if clause.subordinate or clause.tense is Tense.HABIT or not can_have_reason(clause):
            return clause
        tense = Tense.PAST if clause.is_past else Tense.NOW
        return self.attached(clause, "although" if self.chance(0.3) else "because", tense, may_front=False)

    def _story(self) -> Sentence:
        """Return what somebody did or will do, one thing after the other."""
        tense = self.pick((Tense.PAST, Tense.PAST, Tense.FUTURE))
        first = self._deed(tense, None)
        clauses, joints = [first], []
        for _ in range(self._num_more()):
            assert first.subject is not None
            clauses.append(self._deed(tense, self.taken_up(first.subject), clauses))
            joints.append("then")
        if self.adds(0.5):
            ended = self.pick((0, -1, -1))
            clauses[ended] = self._ended(clauses[ended])
        return Sentence(self.id(), tuple(clauses), tuple(joints))

    def _num_more(self) -> int:
        """Return how many clauses follow the first."""
        return self.whole(1, 2) if self.detail == 2 else 1 + (self.detail == 3)

    def _deed(self, tense: Tense, subject: Phrase | None, before: list[Clause] | None = None) -> Clause:
        """Return something that was or will be done, the first of several with a time."""
        done = [clause.verb for clause in before or []]
        while True:
            verb = self.verb(tense)
            is_late = done and (verb.frame == "to_city" or verb.key == "arrive")
            if verb.is_state or verb in done or "person" not in verb.agents or is_late:
                continue
            clause = self.clause(verb=verb, subject=subject, tense=tense, is_bare=True)
            if can_be_taken_up(clause.subject) and is_person(clause.subject):
                break
        if subject is None:
            clause = self.with_times(clause, may_front=True, is_near=True)
        return self.with_additions(clause, is_main=False) if subject is None or self.detail else clause

    def _contrast(self) -> Sentence:
        """Return what several people do."""
        tense = self.pick((Tense.NOW, Tense.PAST))
        clauses = [self._part(tense)]
        for _ in range(self._num_more()):
            clauses.append(self._part(tense, clauses))
        differ = clauses[-2].negated != clauses[-1].negated
        joints = ["and"] * (len(clauses) - 2) + ["but" if differ or self.chance(0.25) else "and"]
        if self.adds(0.3):
            clauses[-1] = self._ended(clauses[-1])
        return Sentence(self.id(), tuple(clauses), tuple(joints))

    def _part(self, tense: Tense, before: list[Clause] | None = None) -> Clause:
        """Return a clause about somebody who has not been named yet, doing something else."""
        done = [clause.verb for clause in before or []]
        named = [clause.subject.key for clause in before or [] if isinstance(clause.subject, Pronoun)]
        while True:
            verb = self.verb(tense)
            if verb.is_state or verb in done or "person" not in verb.agents or "event" in verb.traits:
                continue
            subject = self.subject(verb)
            is_new = subject.key not in named if isinstance(subject, Pronoun) else is_person(subject)
            if is_new and not (isinstance(subject, NounPhrase) and subject.determiner in ("no", "every")):
                return self.clause(verb=verb, subject=subject, tense=tense, may_relate=self.detail > 0)

    def _existential(self) -> Clause:
        if self.chance(0.3):
            where, there = self.spot(), "tree flower"
        else:
            kinds, there = self.pick(_THERE)
            spot = self.pick(nouns_of(frozenset(kinds.split())))
            where = Place(self.id(), "at", self.plain(spot))
        noun = self.pick(nouns_of(frozenset(there.split())))
        patient = self.noun_phrase(noun, self.pick(("a", "a", "a", "no", "number", "many")))
        self.combine(lexicon.EXIST.key, noun.key)
        if patient.determiner == "a":
            patient = patient._replace(plural=False)
        tense = self.pick((Tense.NOW, Tense.NOW, Tense.PAST))
        return Clause(self.id(), lexicon.EXIST, tense, patient=patient, place=where)

    def _copula(self) -> Clause:
        noun = self.pick([noun for noun in nouns_of(frozenset(_ALL_KINDS)) if adjectives_of(noun)])
        subject = self.noun_phrase(noun, self.determiner(noun, is_subject=True, is_plain=True), may_describe=False)
        predicate = self.pick(adjectives_of(noun))
        self.combine(predicate.key, noun.key)
        last = Tense.FUTURE if "mood" in predicate.kinds and is_person(subject) else Tense.PAST
        tense = self.pick((Tense.NOW, Tense.NOW, Tense.PAST, last))
        return Clause(self.id(), lexicon.BE, tense, subject=subject, predicate=predicate, negated=self.chance(0.25))

    def _comparison(self) -> Clause:
        """Return "the cake is bigger than the roll"."""
        kind = self.pick(_COMPARED)
        nouns = nouns_of(frozenset([kind]))
        noun = self.pick(nouns)
        other = self.pick([other for other in nouns if other is not noun])
        scales = [adj for adj in adjectives_of(noun) if "scale" in adj.kinds and adj in adjectives_of(other)]
        if not scales:
            return self._copula()
        predicate = self.pick(scales)
        self.combine(predicate.key, noun.key)
        subject, compared = (self._compared(each) for each in (noun, other))
        tense = self.pick((Tense.NOW, Tense.NOW, Tense.PAST))
        return Clause(self.id(), lexicon.BE, tense, subject=subject, predicate=predicate, compared=compared)

    def _compared(self, noun: Noun) -> NounPhrase:
        phrase = self.noun_phrase(noun, self.determiner(noun, is_subject=True, is_plain=True), may_describe=False)
        phrase = phrase._replace(plural=False)
        return phrase._replace(determiner="the") if phrase.determiner in ("number", "a") else phrase
