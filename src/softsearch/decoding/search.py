"""Beam search, batched; with a beam of one it is greedy.

A hypothesis is scored by its log-probability divided by a length penalty,

    score(y) = log p(y) / length(y)^a        length counts the EOS

With a = 0 short outputs win, with a = 1 hypotheses compete by their mean log-probability (Bahdanau et al. 2015 divide
so; Wu et al. 2016, section 7, is the smoother form).

A sentence is finished when `beam` hypotheses about it have ended and the best of them score above whatever is alive,
or at its maximum length, where whatever is alive is closed with an EOS at its true cost. So every search ends, and
every sentence has an output. The number alone is not enough: where a model is sure of itself, unlikely early ends are
as many as the beam long before the one likely hypothesis has ended.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from softsearch.decoding.stepper import BOS, EOS, Hypothesis, Stepper, select
from softsearch.shapes import Bool, Float, Int, Tensor

IMPOSSIBLE = -1e4  # the log-probability of an EOS that comes only because a sentence must end


class _Live(NamedTuple):
    """The hypotheses that still grow, `beam` of them for each unfinished sentence, one sentence after the other."""

    tokens: Int[Tensor, "rows length"]  # BOS first
    log_probs: Float[Tensor, " rows"]
    state: Any
    weights: Float[Tensor, "rows length src"] | None


@torch.inference_mode()
def beam_search(
    stepper: Stepper,
    source: Any,
    *,
    max_lengths: Int[Tensor, " batch"],
    beam: int,
    length_penalty: float,
    num_best: int = 1,
    forbidden: tuple[int, ...] = (0, 1, BOS),
) -> list[list[Hypothesis]]:
    """Return the `num_best` best hypotheses of each sentence, best first.

    Parameters
    ----------
    source
        What the stepper's ``encode`` returned for a batch.
    max_lengths
        The most tokens to write for each sentence, EOS not counted; at least 1.
    beam
        Hypotheses kept alive for a sentence.
    length_penalty
        The exponent a.
    forbidden
        Tokens never written: padding, unknown, BOS.
    """
    batch = len(max_lengths)
    beam = max(beam, num_best)
    finished: list[list[Hypothesis]] = [[] for _ in range(batch)]
    order = torch.arange(batch, device=max_lengths.device)
    never = torch.tensor(forbidden, dtype=torch.long, device=max_lengths.device)
    live = _start(stepper, source, batch, beam, max_lengths.device)
    length = 0
    while len(order):
        length += 1
        logits, state, weights = stepper.step(live.tokens[:, -1], live.state, source)
        logits = logits.index_fill(1, never, float("-inf"))
        closing = length > max_lengths[order]
        live, ended = _extend(live._replace(state=state), logits, weights, closing, beam)
        _collect(finished, order, live, ended, length, length_penalty)
        live = live._replace(log_probs=live.log_probs.masked_fill(ended, float("-inf")))
        alive = (live.log_probs / length**length_penalty).view(-1, beam).amax(dim=1).tolist()
        settled = [
            _settled(finished[row], best, beam, num_best) for row, best in zip(order.tolist(), alive, strict=True)
        ]
        enough = torch.tensor(settled, device=order.device)
        going = ~(enough | closing)
        if not bool(going.all()):
            kept = going.nonzero().squeeze(1)
            rows = (kept.unsqueeze(1) * beam + torch.arange(beam, device=kept.device)).flatten()
            order, source, live = order[kept], select(source, kept), select(live, rows)
    return [sorted(each, key=lambda hypothesis: -hypothesis.score)[:num_best] for each in finished]


def _settled(ended: list[Hypothesis], best_alive: float, beam: int, num_best: int) -> bool:
    scores = sorted((hypothesis.score for hypothesis in ended), reverse=True)
    return len(scores) >= beam and scores[num_best - 1] >= best_alive


def _start(stepper: Stepper, source: Any, batch: int, beam: int, device: torch.device) -> _Live:
    state = stepper.start(source)
    rows = torch.arange(batch, device=device).repeat_interleave(beam)
    log_probs = torch.full((batch, beam), float("-inf"), device=device)
    log_probs[:, 0] = 0.0  # one hypothesis to begin with: the others would be copies of it
    tokens = torch.full((batch * beam, 1), BOS, device=device)
    return _Live(tokens, log_probs.flatten(), select(state, rows), None)


def _extend(
    live: _Live, logits: Tensor, weights: Tensor | None, closing: Bool[Tensor, " batch"], beam: int
) -> tuple[_Live, Bool[Tensor, " rows"]]:
    """Return the `beam` best continuations of each sentence and which of them have just ended."""
    vocabulary = logits.shape[1]
    totals = logits.log_softmax(dim=1) + live.log_probs.unsqueeze(1)
    last_words = totals.view(-1, beam, vocabulary)
    if bool(closing.any()):
        only_end = torch.full_like(last_words, float("-inf"))
        floor = live.log_probs.view(-1, beam) + IMPOSSIBLE
        only_end[..., EOS] = torch.maximum(last_words[..., EOS], floor)
        last_words = torch.where(closing.view(-1, 1, 1), only_end, last_words)
    log_probs, flat = last_words.flatten(1).topk(beam, dim=1)
    parents = flat.div(vocabulary, rounding_mode="floor")
    rows = (parents + beam * torch.arange(len(flat), device=flat.device).unsqueeze(1)).flatten()
    words = (flat % vocabulary).flatten()
    looked = _append_weights(live.weights, weights, rows)
    tokens = torch.cat([live.tokens[rows], words.unsqueeze(1)], dim=1)
    return _Live(tokens, log_probs.flatten(), select(live.state, rows), looked), words == EOS


def _append_weights(before: Tensor | None, now: Tensor | None, rows: Int[Tensor, " rows"]) -> Tensor | None:
    if now is None:
        return None
    now = now[rows].unsqueeze(1)
    return now if before is None else torch.cat([before[rows], now], dim=1)


def _collect(
    finished: list[list[Hypothesis]],
    order: Int[Tensor, " batch"],
    live: _Live,
    ended: Bool[Tensor, " rows"],
    length: int,
    length_penalty: float,
) -> None:
    beam = len(ended) // len(order)
    for row in ended.nonzero().squeeze(1).tolist():
        log_prob = float(live.log_probs[row])
        if log_prob == float("-inf"):
            continue
        looked = None if live.weights is None else live.weights[row, :-1].clone()
        tokens = live.tokens[row, 1:-1].tolist()
        hypothesis = Hypothesis(tokens, log_prob, log_prob / length**length_penalty, looked)
        finished[int(order[row // beam])].append(hypothesis)
