"""Programs are as long and as nested as is asked for, and each is in one split."""

import re
import string
from typing import Any

import numpy as np
import pytest

from softsearch.data.programs.drawing import ALPHABET, OPERATIONS, draw_addition, draw_digits, draw_program, split_of
from softsearch.data.programs.evaluation import operations_in, printed


def counted(operation, done):
    def call(drawing):
        done.append(operation)
        return operation(drawing)

    return call


@pytest.mark.parametrize("length", [1, 4])
@pytest.mark.parametrize("nesting", [1, 3])
def test_a_program_has_numbers_of_its_length_and_as_many_operations_as_its_nesting(monkeypatch, length, nesting):
    random, done = np.random.default_rng(1), list[Any]()
    for name, operation in list(OPERATIONS.items()):
        monkeypatch.setitem(OPERATIONS, name, counted(operation, done))
    for _ in range(200):
        done.clear()
        program = draw_program(random, length=length, nesting=nesting)
        numbers = list("".join(c if c.isdigit() else " " for c in program).split())
        assert max(map(len, numbers)) <= max(length, len(str(4 * length)))
        assert any(len(number) == length for number in numbers)
        assert len(done) == operations_in(program) == nesting
        assert program.splitlines()[-1].startswith("print(")


def test_each_operation_is_drawn():
    random = np.random.default_rng(2)
    drawn = "\n".join(draw_program(random, length=2, nesting=2) for _ in range(300))
    for mark in ("for ", "if ", "else:", " else ", "*", "+", "-", "="):
        assert mark in drawn
    assert len(OPERATIONS) == 6


def test_a_program_is_in_one_split_wherever_it_is_drawn():
    random = np.random.default_rng(3)
    programs = {draw_program(random, length=3, nesting=2) for _ in range(3_000)}
    shares = [sum(split_of(each) == split for each in programs) / len(programs) for split in ("train", "valid", "test")]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


def test_programs_that_differ_in_names_alone_are_in_one_split():
    random = np.random.default_rng(4)
    for _ in range(300):
        program = draw_program(random, length=2, nesting=3)
        others = dict(zip(string.ascii_lowercase, random.permutation(list(string.ascii_lowercase)), strict=True))
        renamed = re.sub(r"\b[a-z]\b", lambda name, others=others: str(others[name[0]]), program)
        assert split_of(renamed) == split_of(program)
    assert len({split_of(f"b={number}\nprint((b+1))") for number in range(100)}) == 3


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


def test_all_characters_of_programs_are_in_the_alphabet():
    random = np.random.default_rng(0)
    for _ in range(500):
        assert set(draw_program(random, length=4, nesting=3)) <= set(ALPHABET)
