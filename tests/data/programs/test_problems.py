"""Sums and digits, and how what is read can be written otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from softsearch.data.programs.curricula import Level, drawn_level, has_stalled, levels
from softsearch.data.programs.drawing import ALPHABET, draw_addition, draw_digits, draw_program
from softsearch.data.programs.evaluation import printed
from softsearch.data.programs.problems import Problem, scrambled


@pytest.mark.parametrize("length", [1, 3, 9])
def test_both_numbers_of_an_addition_have_that_many_digits(length):
    random = np.random.default_rng(0)
    for _ in range(50):
        program = draw_addition(random, length=length)
        one, other = program.removeprefix("print(").removesuffix(")").split("+")
        assert len(one) == len(other) == length
        assert printed(program) == str(int(one) + int(other))


def test_digits_may_begin_with_a_zero():
    random = np.random.default_rng(0)
    drawn = [draw_digits(random, length=5) for _ in range(200)]
    assert {len(each) for each in drawn} == {5}
    assert any(each.startswith("0") for each in drawn)


def test_what_is_read_can_be_inverted_doubled_and_scrambled():
    one = Problem("memorisation", Level(3, 1), inversion=False, doubling=False, scrambled=False, seed=1)
    assert one.written("123") == "123"
    assert replace(one, inversion=True).written("123") == "321"
    assert replace(one, doubling=True).written("123") == "123;123"
    assert replace(one, inversion=True, doubling=True).written("123") == "321;321"
    assert replace(one, doubling=True, scrambled=True).written("123") == scrambled("123;123", seed=1)
    mixed = scrambled(ALPHABET, seed=1)
    assert sorted(mixed) == sorted(ALPHABET)
    assert mixed != ALPHABET
    assert scrambled("11", seed=1) == scrambled("1", seed=1) * 2
    assert scrambled("12", seed=1) != scrambled("12", seed=2)


def test_all_characters_of_programs_are_in_the_alphabet():
    random = np.random.default_rng(0)
    for _ in range(500):
        assert set(draw_program(random, length=4, nesting=3)) <= set(ALPHABET)


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
