"""Lengths of training, written with their unit: "20 epochs", "500 steps", "30 minutes"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from softsearch.errors import RecipeError, nearest

Unit = Literal["steps", "epochs", "seconds"]

_UNITS: dict[str, tuple[Unit, int]] = {
    "step": ("steps", 1),
    "steps": ("steps", 1),
    "epoch": ("epochs", 1),
    "epochs": ("epochs", 1),
    "s": ("seconds", 1),
    "second": ("seconds", 1),
    "seconds": ("seconds", 1),
    "min": ("seconds", 60),
    "minute": ("seconds", 60),
    "minutes": ("seconds", 60),
    "h": ("seconds", 3600),
    "hour": ("seconds", 3600),
    "hours": ("seconds", 3600),
    "day": ("seconds", 86400),
    "days": ("seconds", 86400),
}
UNIT_WORDS: dict[Unit, tuple[str, ...]] = {
    "steps": ("steps",),
    "epochs": ("epochs",),
    "seconds": ("seconds", "minutes", "hours", "days"),
}
_ALLOWED = f"a number and a unit: {', '.join(word for words in UNIT_WORDS.values() for word in words)}"
_LARGEST = 10**12


@dataclass(frozen=True)
class Duration:
    """An amount of one unit; minutes, hours and days are kept as seconds.

    Attributes
    ----------
    amount
        A whole number of steps or epochs; seconds may have a fraction.
    unit
        "steps", "epochs" or "seconds".
    """

    amount: int | float
    unit: Unit

    @classmethod
    def parse(cls, text: object) -> Duration:
        """Read a duration such as ``"20 epochs"`` or ``"1.5 hours"``.

        Raises
        ------
        RecipeError
            The text is not a positive number followed by a known unit.
        """
        match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text) if isinstance(text, str) else None
        if match is None:
            unit_forgotten = isinstance(text, int | float) and not isinstance(text, bool)
            problem = "a duration without a unit" if unit_forgotten else "not a duration"
            raise RecipeError(problem, value=text, allowed=_ALLOWED)
        number, word = match[1], match[2].lower()
        if word not in _UNITS:
            problem = f"unknown unit of a duration: {word}" if word else "a duration without a unit"
            close = nearest(word, [known for known in _UNITS if len(known) > 3])
            raise RecipeError(problem, value=text, allowed=_ALLOWED, nearest=close)
        unit, seconds = _UNITS[word]
        if not 0 < float(number) * seconds <= _LARGEST:
            raise RecipeError("a duration out of range", value=text, allowed=f"more than 0, at most {_LARGEST:,}")
        if unit == "seconds":
            return cls(float(number) * seconds, unit)
        if "." in number:
            raise RecipeError(f"{unit} are counted in whole numbers", value=text, allowed=_ALLOWED)
        return cls(int(number), unit)

    def __str__(self) -> str:
        amount, unit = self.amount, str(self.unit)
        for word, seconds in (("hours", 3600), ("minutes", 60)):
            if self.unit == "seconds" and amount % seconds == 0:
                amount, unit = amount / seconds, word
                break
        # Decimal, because a float of 0.00001 would be written 1e-05
        number = str(int(amount)) if amount == int(amount) else f"{Decimal(repr(amount)):f}"
        return f"{number} {unit.removesuffix('s') if number == '1' else unit}"
