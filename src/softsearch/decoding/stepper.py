"""All that decoding knows of a model: where to start, and how to take a step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from torch import nn

from softsearch.shapes import Bool, Float, Int, Tensor

BOS, EOS = 2, 3  # the tokens that a sequence starts with and ends with; the tokenizers' numbers


class Stepper(Protocol):
    """A network that writes one token at a time.

    `source` and `state` are trees (tuples) of tensors whose first axis is the sentence. State is passed and returned,
    never kept: any number of searches can share one stepper. A source is read by every hypothesis about it.
    """

    def start(self, source: Any) -> Any:
        """Return the state before the first token, one row a sentence."""
        ...

    def step(
        self, tokens: Int[Tensor, " rows"], state: Any, source: Any
    ) -> tuple[Float[Tensor, "rows vocabulary"], Any, Float[Tensor, "rows src"] | None]:
        """Read the last tokens; return logits of the next, the new state and the attention's weights, if any.

        `state` has `beam` rows for each row of `source`, one sentence after the other.
        """
        ...


class Network(Stepper, Protocol):
    """A stepper that reads its sources itself: a module, alone or an ensemble of several."""

    training: bool

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Any:
        """Read the source once."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """Return the weights."""
        ...

    def train(self, mode: bool = True) -> Any:
        """Switch dropout on or off."""
        ...


class Hypothesis(NamedTuple):
    """One finished sequence.

    `tokens` are without BOS and EOS; `log_prob` is in nats, over all tokens and the EOS; `score` is what hypotheses are
    compared by; `weights` has a row for each token (EOS left out) and a column for each source position;
    `token_log_probs` are those of the tokens and the EOS, which sum to `log_prob`.
    """

    tokens: list[int]
    log_prob: float
    score: float
    weights: Float[Tensor, "tgt src"] | None
    token_log_probs: list[float]
