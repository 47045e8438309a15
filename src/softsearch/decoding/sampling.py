"""Drawing tokens instead of looking for the best sequence.

With temperature T the next token is drawn from p_k^(1/T) / sum_m p_m^(1/T), among the k likeliest tokens (Fan et al.
2018), the nucleus, the fewest likeliest tokens whose probabilities, tempered, sum to top_p at least (Holtzman et al.
2020, section 3.1), and those not much less likely than the likeliest, tempered too (min-p, Nguyen et al. 2024). At
T = 0 it is the likeliest token. What is reported is the model's own log-probability, neither tempered nor cut.

A text that is gone on with can be kept from repeating itself. The scores x_i of tokens that were read or written are
divided by a penalty (Keskar et al. 2019, section 4.1):

    p_i = exp(x_i / (T I(i))) / sum_j exp(x_j / (T I(j)))            I(i): the penalty if i was there, else 1

A softmax leaves open what the scores are, but for their differences. Departure: x_i is the log-probability less the
mean of all; and where it is negative it is multiplied instead, since a division would make the token likelier.

A number is drawn for each place of each sample, so a sample is a function of its seed, whatever else is in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from softsearch.decoding.growing import Live, Policy, grow
from softsearch.decoding.hypotheses import Hypothesis
from softsearch.decoding.rules import Rules, repeats
from softsearch.decoding.settings import Generation, Sampling
from softsearch.models.sequence_model import Network
from softsearch.shapes import Float, Int, Tensor


@torch.inference_mode()
def sample(
    network: Network,
    source: Any,
    *,
    sampling: Sampling,
    seeds: Sequence[Sequence[int]],
    length_penalty: float,
    max_lengths: list[int],
    rules: Rules,
    device: torch.device,
) -> list[list[Hypothesis]]:
    """Return the samples of each sentence, in the order of its seeds.

    Parameters
    ----------
    source, max_lengths
        As for :func:`~softsearch.decoding.growing.grow`.
    seeds
        One for each sample of each sentence, equally many for all; ``sampling.seed`` is not looked at.
    length_penalty
        Of the score; it decides nothing here.
    """
    places = max(max_lengths, default=0) + 1
    draws = [[np.random.default_rng(seed).random(places) for seed in own] for own in seeds]
    width = len(seeds[0]) if seeds else 1
    numbers = torch.as_tensor(np.array(draws).reshape(len(seeds), width, places), device=device)
    policy = _Sampler(width, length_penalty, sampling, numbers)
    found = grow(network, source, policy, max_lengths=max_lengths, rules=rules)
    return [[each for _, each in sorted(ended, key=lambda row: row[0])] for ended in found]


@dataclass(frozen=True)
class _Sampler(Policy):
    sampling: Sampling
    numbers: Float[Tensor, "batch beam tgt"]

    def begin(self, sentences: int) -> Float[Tensor, "batch beam"]:
        return torch.zeros((sentences, self.width), device=self.numbers.device)

    def choose(
        self, live: Live, log_probs: Float[Tensor, "rows vocabulary"], order: list[int]
    ) -> tuple[Int[Tensor, " rows"], Int[Tensor, " rows"]]:
        numbers = self.numbers[order, :, live.tokens.shape[1] - 1].flatten()
        rows = torch.arange(len(log_probs), device=log_probs.device)
        return rows, draw(log_probs, numbers, self.sampling)

    def is_done(self, ended: list[tuple[int, Hypothesis]], best_alive: float) -> bool:
        return len(ended) == self.width


def draw(
    log_probs: Float[Tensor, "rows vocabulary"], numbers: Float[Tensor, " rows"], sampling: Sampling
) -> Int[Tensor, " rows"]:
    """Return the token that each number, uniform from 0 to 1, falls on when the likeliest tokens are laid out first."""
    ranked, tokens = log_probs.double().sort(dim=1, descending=True, stable=True)
    most = min(sampling.top_k or ranked.shape[1], ranked.shape[1])
    ranked, tokens = ranked[:, :most], tokens[:, :most]
    if sampling.temperature == 0:
        return tokens[:, 0]
    shares = ((ranked - ranked[:, :1]) / sampling.temperature).softmax(dim=1)
    shares = shares.masked_fill(shares.cumsum(dim=1) - shares >= sampling.top_p, 0.0)
    shares = shares.masked_fill(shares < sampling.min_p * shares[:, :1], 0.0)
    ends = shares.cumsum(dim=1)
    wanted = numbers.unsqueeze(1) * ends[:, -1:]
    place = torch.searchsorted(ends, wanted, right=True)
    last = (shares > 0).sum(dim=1, keepdim=True) - 1  # rounding may lead past the last token that has a share
    return tokens.gather(1, torch.minimum(place, last)).squeeze(1)


def without_repetition(
    log_probs: Float[Tensor, "rows vocabulary"],
    read: Int[Tensor, "rows length"],
    generation: Generation,
    *,
    line_end: int,
) -> Float[Tensor, "rows vocabulary"]:
    """Return scores to draw the next token by, ``-inf`` for one that would repeat a sequence.

    Where every token would, all may be drawn: a text goes on.

    Parameters
    ----------
    log_probs
        Of the next token; ``-inf`` where it must not be drawn.
    read
        All tokens so far.
    line_end
        A token that is neither penalised nor a sequence by itself: every text has many.
    """
    scores = log_probs
    if generation.repetition_penalty != 1:
        possible = log_probs.isfinite()
        scores = log_probs - log_probs.where(possible, 0.0).sum(dim=1, keepdim=True) / possible.sum(dim=1, keepdim=True)
        was_there = torch.zeros_like(possible).scatter_(1, read[:, -(generation.repetition_window or 0) :], True)
        was_there[:, line_end] = False
        penalty = generation.repetition_penalty
        scores = torch.where(was_there, torch.where(scores > 0, scores / penalty, scores * penalty), scores)
    if generation.no_repeat_ngrams:
        again = repeats(read, generation.no_repeat_ngrams, scores.shape[1])
        again[:, line_end] &= generation.no_repeat_ngrams > 1
        cut = scores.masked_fill(again, float("-inf"))
        scores = torch.where(cut.isneginf().all(dim=1, keepdim=True), scores, cut)
    return scores
