"""Batches of exercises that are drawn while they are needed, as hard as a curriculum says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.batches import DrawnData, pad
from softsearch.data.pairs.batches import PairBatch, pair_batch
from softsearch.data.programs.curricula import Curriculum, Level, drawn_level, has_stalled, levels
from softsearch.data.programs.problems import Exercise, Problem
from softsearch.data.splits import Split
from softsearch.seeding import derive

_GROUP = 10  # batches whose exercises are drawn together, and dealt out by their lengths

Encode = Callable[[Sequence[str]], list[list[int]]]
"""Turns texts into token ids."""


@dataclass(frozen=True)
class HeldOutLevel:
    """Exercises of one level that are never trained on."""

    level: Level
    exercises: list[Exercise]


def held_out_levels(problem: Problem, *, count: int, seed: int, split: Split) -> list[HeldOutLevel]:
    """Return at most `count` exercises of each level up to the last; levels of which there are none are left out.

    So many are drawn, and what was drawn before does not count again: of short ones there are not so many.
    """
    found = []
    for level in levels(problem.last):
        random = np.random.default_rng(derive(seed, split, level.length, level.nesting))
        drawn = [problem.exercise(random, level, split=split) for _ in range(count)]
        own = [each for each in dict.fromkeys(drawn) if each is not None]
        if own:
            found.append(HeldOutLevel(level, own))
    return found


def batch_of(exercises: Sequence[Exercise], encode: Encode) -> PairBatch:
    """Return exercises as token ids."""
    source = pad(encode([each.source for each in exercises]))
    target = pad(encode([each.target for each in exercises]))
    return pair_batch(source, target, torch.arange(len(exercises)))


class DrawnExercises(DrawnData):
    """Exercises without end.

    What is drawn follows from the seed, the number of the batch and the level that the naive curriculum has reached.
    Programs of a batch are about as long as one another: some batches are drawn together and dealt out by length. Of
    other problems the length is the level, and a batch of one level teaches little.
    """

    unit = "tokens"

    def __init__(
        self, problem: Problem, *, curriculum: Curriculum, batch: int, seed: int, encode: Encode, only: int | None
    ) -> None:
        super().__init__(batch=batch, seed=seed, only=only)
        self.problem, self.curriculum, self._encode = problem, curriculum, encode
        self.reached, self._scored = 0, list[float]()
        self._group: tuple[tuple[int, int], list[Exercise]] | None = None

    @property
    def pace(self) -> dict[str, object]:
        """How far the curriculum has come, as JSON can say it."""
        return {"reached": self.reached, "scored": self._scored}

    @pace.setter
    def pace(self, fields: dict[str, object]) -> None:
        self.reached, self._scored = int(fields["reached"]), list(fields["scored"])  # type: ignore[call-overload]

    @property
    def last_pace(self) -> dict[str, object]:
        """The pace of the last level."""
        return {"reached": len(levels(self.problem.last)) - 1, "scored": []}

    def learnt(self, scores: dict[str, float]) -> str | None:
        """Take in what a validation has scored; return a sentence where the curriculum goes on to its next level."""
        stages = levels(self.problem.last)
        if self.curriculum not in ("naive", "combined") or self.reached == len(stages) - 1:
            return None
        scored = scores.get(name_of(stages[self.reached]))
        if scored is not None:  # else there is nothing of this level to hold out, and little to learn
            self._scored.append(scored)
            if not has_stalled(self._scored):
                return None
        self.reached, self._scored = self.reached + 1, []
        after = stages[self.reached]
        return f"from here on programs of length {after.length} and nesting {after.nesting}"

    def by_heart(self) -> HeldOutLevel:
        """Return what is learnt by heart, where only so many are."""
        return HeldOutLevel(self.problem.last, [self._exercise(row) for row in range(len(self))])

    def batch(self, rows: np.ndarray) -> PairBatch:
        """Draw some exercises."""
        return batch_of([self._exercise(int(row)) for row in rows], self._encode)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return how many characters each exercise has, and the end."""
        return np.array([_length(self._exercise(int(row))) + 1 for row in rows])

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return the exercises themselves, on one line each."""
        return [self._exercise(int(row)).drawn.replace("\n", "↵") for row in rows]

    def _exercise(self, row: int) -> Exercise:
        """Return an exercise by its number, which in a group of batches is that of a place in it."""
        if self._only or self.problem.kind != "programs":
            return self._drawn(row)
        size = _GROUP * self._batch
        number = (row // size, self.reached)
        if self._group is None or self._group[0] != number:
            first = row // size * size
            drawn = sorted(map(self._drawn, range(first, first + size)), key=_length)
            order = np.random.default_rng(derive(self._seed, "order", first)).permutation(_GROUP)
            places = (order[:, None] * self._batch + np.arange(self._batch)).flatten()
            self._group = number, [drawn[place] for place in places]
        return self._group[1][row % size]

    def _drawn(self, row: int) -> Exercise:
        random = np.random.default_rng(derive(self._seed, "exercise", row))
        while True:
            level = drawn_level(random, self.curriculum, last=self.problem.last, reached=self.reached)
            found = self.problem.exercise(random, level, split="train")
            if found is not None:
                return found


def _length(exercise: Exercise) -> int:
    return max(len(exercise.source), len(exercise.target))


def name_of(level: Level) -> str:
    """Return what the score of a level is called."""
    return f"accuracy_{level.length}_{level.nesting}"
