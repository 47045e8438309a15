"""How hard programs are, from the first level to the last."""

import numpy as np
import pytest

from softsearch.data.programs.curricula import Level, drawn_level, has_stalled, levels


def test_the_naive_curriculum_lengthens_first_and_then_nests():
    assert levels(Level(2, 3)) == [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize(
    ("curriculum", "expected"),
    [
        ("baseline", {(2, 2)}),
        ("naive", {(2, 1)}),
        ("mix", {(1, 1), (2, 1), (1, 2), (2, 2)}),
        ("combined", {(1, 1), (2, 1), (1, 2), (2, 2)}),
    ],
)
def test_a_curriculum_draws_what_it_says(curriculum, expected):
    random = np.random.default_rng(0)
    drawn = [drawn_level(random, curriculum, last=Level(2, 2), reached=1) for _ in range(400)]
    assert set(drawn) == expected
    if curriculum == "combined":
        assert drawn.count((2, 1)) / len(drawn) == pytest.approx(1 / 2 + 1 / 8, abs=0.08)


@pytest.mark.parametrize(
    ("accuracies", "stalled"),
    [([], False), ([0.5], False), ([0.96], True), ([0.5, 0.6], False), ([0.5, 0.505], True), ([0.6, 0.5], True)],
)
def test_a_level_ends_where_it_is_learnt_or_nothing_more_is_gained(accuracies, stalled):
    assert has_stalled(accuracies) is stalled
