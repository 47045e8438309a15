"""How programs are drawn (Zaremba and Sutskever 2014, "Learning to execute", sections 3 and 4).

====================  =================================================================================
programs              by length and nesting, as below
addition              ``print(398345+425098)``: two numbers of the same number of digits; their sum
memorisation          digits, which are to be remembered
====================  =================================================================================

Length is the number of digits of the numbers in a program, nesting how many operations are put into one another.
Numbers by which something is multiplied, and how often a loop goes round, are at most four times the length, so that
all can be computed while reading once.

A program begins as some numbers. Each operation takes what it works on from what there is, and puts back what it makes;
after as many operations as the nesting says what was made last is printed.

Departure: names of variables are drawn from all letters but those that are mistaken for digits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import numpy as np

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz+-*=<>():; \n"
"""All characters that programs are written with."""

_NAMES = "abcdefghijkmnpqrstuvwxyz"
_TIMES = 4  # the length, at most, where something is done several times
_SHARES = 10  # of all programs one share is for validation, another for testing


class _Drawing:
    """One program while it is drawn."""

    def __init__(self, random: np.random.Generator, length: int) -> None:
        self.random, self.length = random, length
        self.lines: list[str] = []
        self.names = [str(name) for name in random.permutation(list(_NAMES))]
        self.made: list[str] = []

    def number(self) -> str:
        """Return a number with as many digits as the length."""
        return str(self.random.integers(10 ** (self.length - 1), 10**self.length))

    def few(self) -> str:
        """Return a small number."""
        return str(self.random.integers(1, _TIMES * self.length + 1))

    def operand(self) -> str:
        """Return what was made before, or else a number."""
        return self.made.pop() if self.made else self.number()

    def coin(self) -> bool:
        return bool(self.random.integers(2))

    def variable(self, value: str) -> str:
        """Assign a value to a new variable, unless it is one; return its name."""
        if value in _NAMES:
            return value
        name = self.names.pop()
        self.lines.append(f"{name}={value}")
        return name

    def compared(self) -> str:
        return f"{self.number()}{'<' if self.coin() else '>'}{self.number()}"


def _sum(drawing: _Drawing) -> str:
    one, other = drawing.operand(), drawing.number()
    if drawing.coin():
        one, other = other, one
    return f"({one}{'+' if drawing.coin() else '-'}{other})"


def _product(drawing: _Drawing) -> str:
    one, other = drawing.operand(), drawing.few()
    return f"({one}*{other})" if drawing.coin() else f"({other}*{one})"


def _choice(drawing: _Drawing) -> str:
    one, other = drawing.operand(), drawing.number()
    if drawing.coin():
        one, other = other, one
    return f"({one} if {drawing.compared()} else {other})"


def _assignment(drawing: _Drawing) -> str:
    name = drawing.variable(drawing.operand())
    return f"({name}{'+' if drawing.coin() else '-'}{drawing.number()})"


def _loop(drawing: _Drawing) -> str:
    name = drawing.variable(drawing.operand())
    sign = "+" if drawing.coin() else "-"
    counter = drawing.names.pop()
    drawing.lines.append(f"for {counter} in range({drawing.few()}):{name}{sign}={drawing.number()}")
    return name


def _condition(drawing: _Drawing) -> str:
    name = drawing.variable(drawing.operand())
    signs = ["+" if drawing.coin() else "-" for _ in range(2)]
    drawing.lines += [f"if {drawing.compared()}:", f"  {name}{signs[0]}={drawing.number()}"]
    drawing.lines += ["else:", f"  {name}{signs[1]}={drawing.number()}"]
    return name


OPERATIONS: dict[str, Callable[[_Drawing], str]] = {
    "sum": _sum,
    "product": _product,
    "choice": _choice,
    "assignment": _assignment,
    "loop": _loop,
    "condition": _condition,
}
"""By name, for tests and recipes."""


def draw_program(random: np.random.Generator, *, length: int, nesting: int) -> str:
    """Return a program with numbers of so many digits and so many operations."""
    drawing = _Drawing(random, length)
    operations = list(OPERATIONS.values())
    for _ in range(nesting):
        drawing.made.append(operations[random.integers(len(operations))](drawing))
    return "\n".join([*drawing.lines, f"print({drawing.operand()})"])


def draw_addition(random: np.random.Generator, *, length: int) -> str:
    """Return a program that prints the sum of two numbers of so many digits."""
    one, other = random.integers(10 ** (length - 1), 10**length, size=2)
    return f"print({one}+{other})"


def draw_digits(random: np.random.Generator, *, length: int) -> str:
    """Return so many digits."""
    return "".join(map(str, random.integers(10, size=length)))


def split_of(program: str) -> str:
    """Return which split a program belongs to, whatever its variables are called: "train", "valid" or "test"."""
    names: dict[str, str] = {}
    alike = re.sub(r"\b[a-z]\b", lambda name: names.setdefault(name[0], f"<{len(names)}>"), program)
    number = hashlib.blake2b(alike.encode(), digest_size=8).digest()[0] % _SHARES
    return {0: "valid", 1: "test"}.get(number, "train")
