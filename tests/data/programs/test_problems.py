"""How what is read can be written otherwise."""

from dataclasses import replace

from softsearch.data.programs.curricula import Level
from softsearch.data.programs.drawing import ALPHABET
from softsearch.data.programs.problems import Problem, scrambled


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
