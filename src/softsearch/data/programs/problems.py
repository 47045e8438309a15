"""Problems of which exercises are drawn by their level: what is read, and what is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from string import digits
from typing import Literal, NamedTuple

import numpy as np

from softsearch.data.programs.curricula import Level
from softsearch.data.programs.drawing import ALPHABET, draw_addition, draw_digits, draw_program, split_of
from softsearch.data.programs.evaluation import line_and_column, printed
from softsearch.data.splits import Split
from softsearch.errors import DataError

_TRIES = 1_000  # for an exercise of a split: of tiny levels there may be none
_CHARACTERS = {
    "programs": (ALPHABET, f"{ALPHABET.strip()}, blanks and line breaks"),
    "addition": (f"{digits}print(+)", "0 to 9 and those of print(+)"),
    "memorisation": (digits, "0 to 9"),
}


class Exercise(NamedTuple):
    """What is drawn, how it is written for the network, what the network is to write, and how hard it is."""

    drawn: str
    source: str
    target: str
    level: Level


@dataclass(frozen=True)
class Problem:
    """A kind of exercises.

    What is read may be written the other way round, or twice, which helps (Zaremba and Sutskever 2014, section 4), or
    with its characters exchanged for one another, which ought to change nothing.
    """

    kind: Literal["programs", "addition", "memorisation"]  # the last two have no nesting
    last: Level  # how hard exercises are in the end
    inversion: bool  # write what is read the other way round
    doubling: bool  # write it twice, with a mark in between
    scrambled: bool  # exchange its characters for one another, as follows from the seed
    seed: int

    def exercise(self, random: np.random.Generator, level: Level, *, split: Split) -> Exercise | None:
        """Draw an exercise of a level and a split; None where a thousand draws find none."""
        for _ in range(_TRIES):
            drawn = self._draw(random, level)
            if split_of(drawn) == split:
                return Exercise(drawn, self.written(drawn), self.answer(drawn), level)
        return None

    def asked(self, text: str) -> Exercise:
        """Return what somebody asks for as an exercise.

        Raises
        ------
        DataError
            It is none of this kind, or has characters that no exercise has.
        """
        answer = self.answer(text)
        _refuse_other_characters(text, *_CHARACTERS[self.kind])
        return Exercise(text, self.written(text), answer, self.last)

    def answer(self, drawn: str) -> str:
        """Return what is to be written, or raise a DataError where it is no program."""
        return drawn if self.kind == "memorisation" else printed(drawn)

    def written(self, drawn: str) -> str:
        """Return what is drawn as the network reads it."""
        text = drawn[::-1] if self.inversion else drawn
        text = f"{text};{text}" if self.doubling else text
        return scrambled(text, seed=self.seed) if self.scrambled else text

    def _draw(self, random: np.random.Generator, level: Level) -> str:
        match self.kind:
            case "programs":
                return draw_program(random, length=level.length, nesting=level.nesting)
            case "addition":
                return draw_addition(random, length=level.length)
            case "memorisation":
                return draw_digits(random, length=level.length)


def scrambled(source: str, *, seed: int) -> str:
    """Return what is read with the characters exchanged for one another, by a permutation that follows from a seed."""
    mixed = np.random.default_rng(seed).permutation(list(ALPHABET))
    return source.translate(str.maketrans(ALPHABET, "".join(mixed)))


def _refuse_other_characters(text: str, known: str, told: str) -> None:
    if not text:
        raise DataError("there is nothing here", allowed=told)
    for place, each in enumerate(text):
        if each not in known:
            line, column = line_and_column(text, place)
            problem = f"line {line}, column {column}: this network has never read such a character"
            near = each.lower() if each.lower() in known else None
            raise DataError(problem, value=each, allowed=told, nearest=near)
