"""What may be written next: the rules that cut a hypothesis or force it, whatever the model makes of it.

A rule takes words away; what remains keeps the probability that the model gave it. Only the forbidden tokens do not
count at all: the others share their probability. A forced token is paid at its true cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch

from softsearch.decoding.hypotheses import BOS, EOS, PAD, UNK
from softsearch.shapes import Bool, Float, Int, Tensor

IMPOSSIBLE = -1e4  # the log-probability of a token that the model excludes and that must come all the same
NOT_FORCED = -1
SPECIAL = (PAD, UNK, BOS)


class Rules(NamedTuple):
    """What may be written.

    Attributes
    ----------
    forbidden
        Tokens never written.
    min_length
        No EOS before so many tokens.
    no_repeat_ngrams
        No sequence of so many tokens is written twice; 0 for no such rule.
    prefixes
        What each sentence begins with, `NOT_FORCED` after its end; stronger than the rules above.
    """

    forbidden: tuple[int, ...] = SPECIAL
    min_length: int = 0
    no_repeat_ngrams: int = 0
    prefixes: Int[Tensor, "batch width"] | None = None


def pad_prefixes(prefixes: Sequence[Sequence[int]], device: torch.device) -> Int[Tensor, "batch width"] | None:
    """Return the tokens that each sentence begins with, as `Rules` has them; None where none is forced."""
    width = max(map(len, prefixes), default=0)
    rows = [[*tokens, *[NOT_FORCED] * (width - len(tokens))] for tokens in prefixes]
    return torch.tensor(rows, device=device) if width else None


def next_log_probs(
    logits: Float[Tensor, "rows vocabulary"],
    tokens: Int[Tensor, "rows length"],
    rules: Rules,
    closing: Bool[Tensor, " batch"] | None,
) -> Float[Tensor, "rows vocabulary"]:
    """Return the log-probability of each token to come next, ``-inf`` for those that the rules exclude.

    Parameters
    ----------
    tokens
        What was written, BOS first.
    closing
        The sentences that must end here; each has equally many rows, one sentence after the other. None for none.
    """
    never = torch.tensor(rules.forbidden, dtype=torch.long, device=logits.device)
    log_probs = logits.index_fill(1, never, float("-inf")).log_softmax(dim=1)
    if rules.min_length or rules.no_repeat_ngrams:
        log_probs = _cut(log_probs, tokens, rules)
    place = tokens.shape[1] - 1
    if rules.prefixes is not None and place < rules.prefixes.shape[1]:
        forced = _per_row(rules.prefixes[:, place], len(tokens))
        log_probs = _only(forced, log_probs, at=logits.log_softmax(dim=1))
    if closing is not None:
        ends = _per_row(torch.where(closing, EOS, NOT_FORCED), len(tokens))
        log_probs = _only(ends, log_probs, at=log_probs)
    return log_probs


def _per_row(values: Tensor, rows: int) -> Tensor:
    return values.repeat_interleave(rows // len(values), output_size=rows)


def _only(wanted: Tensor, log_probs: Tensor, *, at: Tensor) -> Tensor:
    """Leave a row its wanted token alone, at what it costs in `at`, where one is wanted."""
    is_wanted = (wanted != NOT_FORCED).unsqueeze(1)
    column = wanted.clamp(min=0).unsqueeze(1)
    cost = at.gather(1, column).clamp(min=IMPOSSIBLE)
    return torch.where(is_wanted, torch.full_like(log_probs, float("-inf")).scatter(1, column, cost), log_probs)


def _cut(log_probs: Tensor, tokens: Tensor, rules: Rules) -> Tensor:
    kept = log_probs
    if rules.no_repeat_ngrams:
        kept = kept.masked_fill(repeats(tokens, rules.no_repeat_ngrams, kept.shape[1]), float("-inf"))
    if tokens.shape[1] <= rules.min_length:
        kept = kept.index_fill(1, torch.tensor([EOS], device=kept.device), float("-inf"))
    # A hypothesis that has no way to go on may end: every sentence has an output.
    stuck = torch.where(kept.isneginf().all(dim=1), EOS, NOT_FORCED)
    return _only(stuck, kept, at=log_probs)


def repeats(tokens: Int[Tensor, "rows length"], size: int, vocabulary: int) -> Bool[Tensor, "rows vocabulary"]:
    """Return which tokens would complete a sequence of `size` tokens that is there already."""
    found = torch.zeros(len(tokens), vocabulary, dtype=torch.int32, device=tokens.device)
    if tokens.shape[1] < size:
        return found.bool()
    windows = tokens.unfold(1, size, 1)
    begun = tokens[:, tokens.shape[1] - size + 1 :].unsqueeze(1)
    same = (windows[..., :-1] == begun).all(dim=2)
    return found.scatter_add_(1, windows[..., -1], same.to(torch.int32)).bool()
