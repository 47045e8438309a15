"""Beam search, batched; with a beam of one it is greedy.

A hypothesis about the source x is worth (Wu et al. 2016, equation 14, with another length penalty)

    score(y) = log p(y) / length(y)^a + b sum_j log min(sum_i p_ij, 1)        length counts the EOS

where p_ij is how much position j of the source was looked at when token i was written, EOS among both. With a = 0 short
outputs win, with a = 1 hypotheses compete by their mean log-probability (Bahdanau et al. 2015 divide so; Wu et al. is
the smoother form). The second term, the coverage penalty, is for source words that were left out. A position that was
never looked at costs as much as one that was looked at to 1e-10.

A sentence is finished when `beam` hypotheses about it have ended and the best of them score above whatever is alive, as
if it ended here and had left nothing out; or at its maximum length, where whatever is alive is closed with an EOS at
its true cost. So every search ends, and every sentence has an output. The number alone is not enough: where a model is
sure of itself, unlikely early ends are as many as the beam long before the one likely hypothesis has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from softsearch.decoding.growing import Live, Policy, grow
from softsearch.decoding.hypotheses import Hypothesis
from softsearch.decoding.rules import Rules
from softsearch.decoding.settings import Search
from softsearch.models.sequence_model import Network
from softsearch.shapes import Bool, Float, Int, Tensor

_NEVER_LOOKED_AT = 1e-10


@torch.inference_mode()
def beam_search(
    network: Network,
    source: Any,
    *,
    search: Search,
    source_mask: Bool[Tensor, "batch src"],
    max_lengths: list[int],
    rules: Rules,
    num_best: int = 1,
) -> list[list[Hypothesis]]:
    """Return the `num_best` best hypotheses of each sentence, best first.

    Parameters
    ----------
    source, max_lengths
        As for :func:`~softsearch.decoding.growing.grow`.
    search
        Its beam and penalties are read; the lengths and what may be written are said by `max_lengths` and `rules`.
    source_mask
        The real positions of the source, for the coverage penalty.
    """
    width = max(search.beam, num_best)
    policy = _Beam(width, search.length_penalty, search.coverage_penalty, num_best, source_mask.device)
    covered = (~source_mask).float() if search.coverage_penalty else None  # what is not there needs no looking at
    found = grow(network, source, policy, max_lengths=max_lengths, rules=rules, covered=covered)
    best = [sorted((each for _, each in ended), key=lambda hypothesis: -hypothesis.score) for ended in found]
    return [hypotheses[:num_best] for hypotheses in best]


@dataclass(frozen=True)
class _Beam(Policy):
    coverage_penalty: float
    num_best: int
    device: torch.device

    def begin(self, sentences: int) -> Float[Tensor, "batch beam"]:
        log_probs = torch.full((sentences, self.width), float("-inf"), device=self.device)
        log_probs[:, 0] = 0.0  # one hypothesis to begin with: the others would be copies of it
        return log_probs

    def choose(
        self, live: Live, log_probs: Float[Tensor, "rows vocabulary"], order: list[int]
    ) -> tuple[Int[Tensor, " rows"], Int[Tensor, " rows"]]:
        # First the best of each hypothesis: sums over all words would be one more tensor as large as the logits.
        costs, words = log_probs.topk(min(self.width, log_probs.shape[1]), dim=1)
        totals = (live.log_probs.unsqueeze(1) + costs).view(len(order), -1)
        begins = torch.arange(0, totals.numel(), totals.shape[1], device=totals.device).unsqueeze(1)
        best = (begins + totals.topk(self.width, dim=1).indices).flatten()
        return best.div(words.shape[1], rounding_mode="floor"), words.flatten()[best]

    def scores(self, live: Live) -> Float[Tensor, " rows"]:
        if live.covered is None:
            return self.hopes(live)
        left_out = live.covered.clamp(_NEVER_LOOKED_AT, 1.0).log().sum(dim=1)
        return self.hopes(live) + self.coverage_penalty * left_out

    def is_done(self, ended: list[tuple[int, Hypothesis]], best_alive: float) -> bool:
        scores = sorted((hypothesis.score for _, hypothesis in ended), reverse=True)
        return len(scores) >= self.width and scores[self.num_best - 1] >= best_alive
