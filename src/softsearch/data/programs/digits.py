"""Numbers as programs: sums to be computed, and numbers to be remembered (Zaremba and Sutskever 2014, section 4).

====================  ==============================================================================
addition              ``print(398345+425098)``: two numbers of the same number of digits; their sum
memorisation          digits; the same digits
====================  ==============================================================================

What is read may be written the other way round ("inversion"), or twice ("doubling"), which the paper finds to help; or
with the letters of the alphabet exchanged for one another ("scrambled"), which ought to change nothing.
"""

from __future__ import annotations

import numpy as np

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz+-*=<>():; \n"
"""All characters that programs are written with."""


def draw_addition(random: np.random.Generator, *, length: int) -> str:
    """Return a program that prints the sum of two numbers of so many digits."""
    one, other = random.integers(10 ** (length - 1), 10**length, size=2)
    return f"print({one}+{other})"


def draw_digits(random: np.random.Generator, *, length: int) -> str:
    """Return so many digits."""
    return "".join(map(str, random.integers(10, size=length)))


def inverted(source: str) -> str:
    """Return what is read, the other way round."""
    return source[::-1]


def doubled(source: str) -> str:
    """Return what is read, twice, with a mark in between."""
    return f"{source};{source}"


def scrambled(source: str, *, seed: int) -> str:
    """Return what is read with the characters exchanged for one another, by a permutation that follows from a seed."""
    mixed = np.random.default_rng(seed).permutation(list(ALPHABET))
    return source.translate(str.maketrans(ALPHABET, "".join(mixed)))
