"""The loop that beam search and sampling share: hypotheses about many sentences grow by a token a step until they end.

How they are chosen, when a sentence is done, and what a hypothesis is worth is said by a policy. The loop talks to the
accelerator once a step, and once more where something has ended.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from softsearch.decoding.hypotheses import BOS, EOS, Hypothesis
from softsearch.decoding.rules import Rules, next_log_probs
from softsearch.models.sequence_model import Network
from softsearch.shapes import Float, Int, Tensor
from softsearch.trees import select


class Live(NamedTuple):
    """The hypotheses that still grow, `width` of them for each unfinished sentence, one sentence after the other.

    `covered` is how much each source position was looked at so far, where somebody asks.
    """

    tokens: Int[Tensor, "rows length"]  # BOS first
    log_probs: Float[Tensor, " rows"]
    token_log_probs: Float[Tensor, "rows tgt"]
    state: Any
    weights: Float[Tensor, "rows tgt src"] | None
    covered: Float[Tensor, "rows src"] | None


@dataclass(frozen=True)
class Policy(ABC):
    """What is special about one way to grow hypotheses.

    Attributes
    ----------
    width
        Hypotheses about one sentence.
    length_penalty
        Exponent of the length that a log-probability is divided by.
    """

    width: int
    length_penalty: float

    @abstractmethod
    def begin(self, sentences: int) -> Float[Tensor, "batch beam"]:
        """Return the log-probabilities to begin with; ``-inf`` for a row that does not take part."""

    @abstractmethod
    def choose(
        self, live: Live, log_probs: Float[Tensor, "rows vocabulary"], order: list[int]
    ) -> tuple[Int[Tensor, " rows"], Int[Tensor, " rows"]]:
        """Return which rows live on and the token that each takes.

        `log_probs` are those of the next tokens, `order` has the numbers of the sentences that `live` is about.
        """

    @abstractmethod
    def is_done(self, ended: list[tuple[int, Hypothesis]], best_alive: float) -> bool:
        """Return whether a sentence needs no more than what has ended, in rows counted from 0."""

    def hopes(self, live: Live) -> Float[Tensor, " rows"]:
        """Return what hypotheses would be worth if they ended here and had read all of the source."""
        return live.log_probs / math.pow(live.tokens.shape[1] - 1, self.length_penalty)

    def scores(self, live: Live) -> Float[Tensor, " rows"]:
        """Return what hypotheses are worth if they end here."""
        return self.hopes(live)


def grow(
    network: Network,
    source: Any,
    policy: Policy,
    *,
    max_lengths: list[int],
    rules: Rules,
    covered: Float[Tensor, "batch src"] | None = None,
) -> list[list[tuple[int, Hypothesis]]]:
    """Return the hypotheses that ended, for each sentence, each with the row in which it did.

    Parameters
    ----------
    source
        What the network's ``encode`` returned for a batch.
    max_lengths
        The most tokens to write for each sentence, EOS not counted; at least 1.
    covered
        How much each source position counts as looked at from the beginning; None not to keep account.
    """
    ended: list[list[tuple[int, Hypothesis]]] = [[] for _ in max_lengths]
    order = list(range(len(max_lengths)))
    live = _start(network, source, policy, len(order), covered)
    while order:
        live = _take_step(network, source, live, policy, rules, order, max_lengths)
        best_alive = _collect(ended, live, policy, order)
        live = live._replace(log_probs=live.log_probs.masked_fill(live.tokens[:, -1] == EOS, float("-inf")))
        length = live.tokens.shape[1] - 1
        kept = [
            place
            for place, (sentence, best) in enumerate(zip(order, best_alive, strict=True))
            if length <= max_lengths[sentence] and not policy.is_done(ended[sentence], best)
        ]
        if len(kept) < len(order):
            order = [order[place] for place in kept]
            source, live, rules = _only_sentences(kept, policy.width, source, live, rules)
    return ended


def _start(network: Network, source: Any, policy: Policy, sentences: int, covered: Tensor | None) -> Live:
    log_probs = policy.begin(sentences)
    device, width = log_probs.device, policy.width
    rows = torch.arange(sentences, device=device).repeat_interleave(width)
    return Live(
        tokens=torch.full((sentences * width, 1), BOS, device=device),
        log_probs=log_probs.flatten(),
        token_log_probs=log_probs.new_zeros((sentences * width, 0)),
        state=select(network.start(source), rows),
        weights=None,
        covered=select(covered, rows),
    )


def _take_step(
    network: Network, source: Any, live: Live, policy: Policy, rules: Rules, order: list[int], max_lengths: list[int]
) -> Live:
    logits, state, looked = network.step(live.tokens[:, -1], live.state, source)
    must_end = [live.tokens.shape[1] > max_lengths[sentence] for sentence in order]
    closing = torch.tensor(must_end, device=logits.device) if any(must_end) else None
    log_probs = next_log_probs(logits, live.tokens, rules, closing)
    rows, words = policy.choose(live, log_probs, order)
    costs = log_probs[rows, words]
    return Live(
        tokens=_appended(live.tokens, rows, words),
        log_probs=live.log_probs[rows] + costs,
        token_log_probs=_appended(live.token_log_probs, rows, costs),
        state=select(state, rows),
        weights=None if looked is None else _appended(live.weights, rows, looked[rows]),
        covered=None if looked is None or live.covered is None else (live.covered + looked)[rows],
    )


def _appended(before: Tensor | None, rows: Tensor, new: Tensor) -> Tensor:
    new = new.unsqueeze(1)
    return new if before is None else torch.cat([before[rows], new], dim=1)


def _collect(ended: list[list[tuple[int, Hypothesis]]], live: Live, policy: Policy, order: list[int]) -> list[float]:
    """Keep the hypotheses that have just ended; return the best score of those alive for each sentence."""
    scores, is_end = policy.scores(live), live.tokens[:, -1] == EOS
    alive = policy.hopes(live).masked_fill(is_end, float("-inf")).view(len(order), -1).amax(dim=1)
    ends = is_end & ~live.log_probs.isneginf()
    facts = torch.cat([alive, ends.to(alive.dtype)]).tolist()
    rows = [row for row, flag in enumerate(facts[len(order) :]) if flag]
    if rows:
        for row, hypothesis in zip(rows, _hypotheses(live, scores, rows), strict=True):
            ended[order[row // policy.width]].append((row % policy.width, hypothesis))
    return facts[: len(order)]


def _hypotheses(live: Live, scores: Tensor, rows: list[int]) -> list[Hypothesis]:
    index = torch.tensor(rows, device=scores.device)
    tokens, costs = live.tokens[index, 1:-1].tolist(), live.token_log_probs[index].tolist()
    sums = torch.stack([live.log_probs[index], scores[index]], dim=1).tolist()
    looked = [None] * len(rows) if live.weights is None else live.weights[index, :-1].unbind()
    return [
        Hypothesis(written, log_prob, score, own, cost)
        for written, (log_prob, score), own, cost in zip(tokens, sums, looked, costs, strict=True)
    ]


def _only_sentences(kept: list[int], width: int, source: Any, live: Live, rules: Rules) -> tuple[Any, Live, Rules]:
    sentences = torch.tensor(kept, dtype=torch.long, device=live.tokens.device)
    rows = (sentences.unsqueeze(1) * width + torch.arange(width, device=sentences.device)).flatten()
    rules = rules._replace(prefixes=select(rules.prefixes, sentences))
    return select(source, sentences), select(live, rows), rules
