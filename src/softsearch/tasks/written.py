"""What a language model gives back: text with the probability of each token, and what given texts cost it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Ending = Literal["stop", "end", "max_tokens"]
_MOST_NATS = 700.0  # a token; the perplexity of more is no number


class WrittenToken(NamedTuple):
    """One token of what was written.

    Attributes
    ----------
    text
        What it adds to the text: nothing, where it is half a character or may be the beginning of a stop string.
    piece
        How the token is printed.
    log_prob
        Its log-probability in nats: the model's own, neither tempered nor penalised.
    alternatives
        The likeliest tokens in its place, each with its log-probability.
    """

    text: str
    piece: str
    log_prob: float
    alternatives: list[tuple[str, float]]


@dataclass(frozen=True)
class Continuation:
    """What follows a prompt.

    Attributes
    ----------
    prompt
        What was given.
    tokens
        All that were drawn after it, a stop string's too.
    ended_by
        A "stop" string, the "end" of a line where each line is a text of its own, or "max_tokens".
    """

    prompt: str
    tokens: list[WrittenToken]
    ended_by: Ending

    @property
    def text(self) -> str:
        """What was written; it goes on right after the prompt."""
        return "".join(token.text for token in self.tokens)

    @property
    def log_prob(self) -> float:
        """Sum of the tokens' log-probabilities, in nats."""
        return math.fsum(token.log_prob for token in self.tokens)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "prompt": self.prompt,
            "text": self.text,
            "log_prob": self.log_prob,
            "ended_by": self.ended_by,
            "tokens": [token._asdict() for token in self.tokens],
        }


class Cost(NamedTuple):
    """What a text costs a model in nats, and what that is spread over; line ends are tokens and bytes of it."""

    nats: float
    tokens: int
    words: int
    lines: int
    bytes: int
    unknown: int

    @property
    def perplexity(self) -> float:
        """Of a token."""
        return _perplexity(self.nats, self.tokens)

    @property
    def perplexity_per_word(self) -> float:
        """Of a white-space word or a line end, whatever the tokens are."""
        return _perplexity(self.nats, self.words + self.lines)

    @property
    def bits_per_byte(self) -> float:
        """Of UTF-8."""
        return self.nats / math.log(2) / self.bytes

    @staticmethod
    def total(costs: Iterable[Cost]) -> Cost:
        """Return what several texts cost together."""
        columns = list(zip(*costs, strict=True)) or [()] * len(Cost._fields)
        return Cost(math.fsum(columns[0]), *(sum(column) for column in columns[1:]))


@dataclass(frozen=True)
class ScoredText:
    """A given text, what each of its tokens costs, and what all do.

    Attributes
    ----------
    pieces, log_probs
        How each token is printed, and its log-probability in nats.
    """

    text: str
    pieces: list[str]
    log_probs: list[float]
    cost: Cost

    @property
    def log_prob(self) -> float:
        """Sum of the tokens' log-probabilities, in nats."""
        return -self.cost.nats

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        return {
            "text": self.text,
            "log_prob": self.log_prob,
            **spread(self.cost),
            "tokens": [list(pair) for pair in zip(self.pieces, self.log_probs, strict=True)],
        }


def spread(cost: Cost) -> dict[str, float]:
    """Return what a cost is spread over, and the perplexities, as plain values for JSON."""
    counts = {f"num_{name}": getattr(cost, name) for name in ("tokens", "words", "bytes", "unknown")}
    names = ("perplexity", "perplexity_per_word", "bits_per_byte")
    return counts | {name: getattr(cost, name) for name in names}


def _perplexity(nats: float, number: int) -> float:
    return math.exp(min(nats / number, _MOST_NATS))
