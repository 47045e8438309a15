"""How a trained network is searched, and how it is sampled from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from softsearch.errors import SoftsearchError

MAX_WIDTH = 1_000  # hypotheses about one sentence
_MOST = {"length_penalty": 10, "coverage_penalty": 10, "max_ratio": 100, "min_length": 10_000, "no_repeat_ngrams": 100}
MAX_TEMPERATURE = 1_000.0
MAX_PENALTY = 100.0


@dataclass(frozen=True)
class Search:
    """How translations are looked for.

    Where a field has a value here, the value switches it off: a run from before the field was there lacks it.

    Attributes
    ----------
    beam
        Hypotheses kept alive for a sentence.
    length_penalty
        Exponent a of the length that a log-probability is divided by.
    max_ratio
        A translation has at most this many tokens for each source token, and ten more.
    coverage_penalty
        Weight of the penalty on source positions that were not looked at.
    min_length, max_length
        Tokens of a translation, or of each part of a line that is translated in parts; EOS is not counted.
    no_repeat_ngrams
        No sequence of so many tokens is written twice; 0 for no such rule.
    replace_unknown
        Let unknown words be written, and put the source word looked at most, or its translation, in their place.

    Raises
    ------
    SoftsearchError
        A value is out of its range, or `min_length` is above `max_length`.
    """

    beam: int
    length_penalty: float
    max_ratio: float
    coverage_penalty: float = 0.0
    min_length: int = 0
    max_length: int | None = None
    no_repeat_ngrams: int = 0
    replace_unknown: bool = False

    def __post_init__(self) -> None:
        _require("beam", self.beam, 1, MAX_WIDTH)
        for name, most in _MOST.items():
            _require(name, getattr(self, name), 0, most)
        if self.max_length is not None:
            _require("max_length", self.max_length, max(1, self.min_length), math.inf)

    def limit(self, num_source: int, num_prefix: int) -> int:
        """Return the most tokens to write for a source of `num_source` tokens, with the tokens of a forced prefix."""
        most = int(self.max_ratio * num_source) + 10
        most = most if self.max_length is None else min(most, self.max_length)
        return max(most, self.min_length, num_prefix)


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn; with the values that stand here, from the model's own distribution.

    Attributes
    ----------
    temperature
        Log-probabilities are divided by it: below 1 the likely tokens become more so, and at 0 the likeliest is taken.
    top_k
        Draw among the k likeliest tokens only (Fan et al. 2018); None for all.
    top_p
        Draw among the fewest likeliest tokens that have this share of the probability (Holtzman et al. 2020).
    seed
        What is drawn is a function of the seed, the number of the line and the number of the sample.
    min_p
        Draw among tokens that are at least so many times as likely as the likeliest one (Nguyen et al. 2024).

    Raises
    ------
    SoftsearchError
        A value is out of its range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    seed: int = 1
    min_p: float = 0.0

    def __post_init__(self) -> None:
        if self.temperature < 0:
            problem = "temperature is negative: the least likely tokens would come first"
            raise SoftsearchError(problem, value=self.temperature, allowed=f"0 to {MAX_TEMPERATURE:g}")
        _require("temperature", self.temperature, 0, MAX_TEMPERATURE)
        if self.top_k is not None:
            _require("top_k", self.top_k, 1, math.inf)
        if not 0 <= self.min_p < 1:
            raise SoftsearchError("min_p is out of range", value=self.min_p, allowed="at least 0, below 1")
        if not 0 < self.top_p <= 1:
            raise SoftsearchError("top_p is out of range", value=self.top_p, allowed="above 0, at most 1")


@dataclass(frozen=True)
class Generation(Sampling):
    """How a text is gone on with; a value out of its range is refused as by :class:`Sampling`.

    Attributes
    ----------
    repetition_penalty
        Scores of tokens that were read or written are divided by it (Keskar et al. 2019); 1 for no penalty.
    repetition_window
        So many last tokens count as read or written; None for all.
    no_repeat_ngrams
        No sequence of so many tokens is written that was read or written before; 0 for no such rule.
    """

    repetition_penalty: float = 1.0
    repetition_window: int | None = None
    no_repeat_ngrams: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require("repetition_penalty", self.repetition_penalty, 1, MAX_PENALTY)
        if self.repetition_window is not None:
            _require("repetition_window", self.repetition_window, 1, math.inf)
        _require("no_repeat_ngrams", self.no_repeat_ngrams, 0, _MOST["no_repeat_ngrams"])


def _require(name: str, value: float, low: float, high: float) -> None:
    if not (low <= value <= high and math.isfinite(value)):
        allowed = f"{low} to {high:g}" if math.isfinite(high) else f"at least {low}"
        raise SoftsearchError(f"{name} is out of range", value=value, allowed=allowed)
