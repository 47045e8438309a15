"""What decoding writes: hypotheses, and the tokens that mean no word."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.shapes import Float, Tensor

PAD, UNK, BOS, EOS = range(4)  # as in all tokenizers; a sequence starts with BOS and ends with EOS


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
