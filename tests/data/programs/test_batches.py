"""Exercises are drawn by their number; programs are dealt out so that those of a batch are about as long."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.data.programs.batches import DrawnExercises
from softsearch.data.programs.curricula import Level
from softsearch.data.programs.problems import Problem

PROBLEM = Problem("programs", Level(3, 2), inversion=False, doubling=False, scrambled=False, seed=1)


def _exercises(curriculum="mix", only=None):
    def encode(texts):
        return [[ord(each) for each in text] for text in texts]

    return DrawnExercises(PROBLEM, curriculum=curriculum, batch=8, seed=1, encode=encode, only=only)


def test_batches_are_of_a_length_and_their_lengths_come_in_any_order():
    data = _exercises()
    lengths = [data.lengths(rows) for rows in data.plan(0)[:10]]
    within = np.mean([each.std() for each in lengths])
    assert within < 0.35 * np.concatenate(lengths).std()
    means = [each.mean() for each in lengths]
    assert means != sorted(means)


def test_where_the_length_is_the_level_batches_are_of_all_levels():
    addition = Problem("addition", Level(3, 1), inversion=False, doubling=False, scrambled=False, seed=1)
    data = DrawnExercises(addition, curriculum="mix", batch=64, seed=1, encode=lambda texts: [[1]], only=None)
    for rows in data.plan(0)[:5]:
        assert len(set(data.lengths(rows))) == 3


def test_each_exercise_is_dealt_out_once():
    data = _exercises()
    rows = np.concatenate(data.plan(0)[:10])
    own = sorted(data.describe(rows))
    assert own == sorted(data._drawn(row).drawn.replace("\n", "↵") for row in rows)


@pytest.mark.parametrize("only", [None, 12])
def test_what_is_drawn_follows_from_its_number(only):
    plan = _exercises(only=only).plan(0)
    there, back = _exercises(only=only), _exercises(only=only)
    backwards = [back.describe(rows) for rows in reversed(plan[:30])]
    assert [there.describe(rows) for rows in plan[:30]] == backwards[::-1]


def test_a_level_that_is_reached_within_a_group_is_what_is_drawn_from_there_on():
    data = _exercises("naive")
    rows = data.plan(0)[3]
    before = data.lengths(rows)
    data.pace = {"reached": 5, "scored": []}
    assert data.lengths(rows).mean() > before.mean() + 5


def test_the_last_pace_is_that_of_the_last_level():
    data = _exercises("naive")
    data.pace = data.last_pace
    assert {data._drawn(row).level for row in range(20)} == {PROBLEM.last}
    assert data.learnt({"accuracy_3_2": 1.0}) is None
