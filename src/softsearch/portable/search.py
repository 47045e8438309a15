"""Beam search over an exported network: what :mod:`softsearch.decoding.search` does, written with NumPy.

Hypotheses have two axes, sentence and place in the beam; a place that holds none has the log-probability ``-inf``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from softsearch.data.tokenizers import BOS, EOS, PAD, UNK
from softsearch.decoding.settings import Search
from softsearch.portable.network import Arrays, Network, Step, log_softmax

_NEVER_LOOKED_AT = 1e-10
_IMPOSSIBLE = -1e4  # the log-probability of an end that the model excludes and that must come all the same


class _Live(NamedTuple):
    """The hypotheses that still grow; `covered` is how much each source position was looked at, where it counts."""

    tokens: np.ndarray  # sentence, place, length; BOS first
    log_probs: np.ndarray
    state: Arrays
    covered: np.ndarray | None


def beam_search(
    network: Network, sources: Sequence[Sequence[int]], *, search: Search, limits: Sequence[int]
) -> list[list[int]]:
    """Return the tokens of the best translation of each source, without BOS and EOS.

    Parameters
    ----------
    limits
        The most tokens to write for each sentence, EOS not counted; at least 1.
    """
    encoded = network.encode(sources)
    source, live = encoded.source, _start(encoded.state, encoded.mask, search)
    ended: list[list[tuple[float, list[int]]]] = [[] for _ in sources]
    order = np.arange(len(sources))
    most = np.array(limits)
    while len(order):
        step = network.step(live.tokens[:, :, -1], live.state, source)
        log_probs = _allowed(step.logits, live.tokens, search, closing=live.tokens.shape[2] > most[order])
        live = _grown(live, log_probs, step)
        live, alive = _collect(live, ended, order, search)
        length = live.tokens.shape[2] - 1
        kept = [
            place
            for place, sentence in enumerate(order)
            if length <= most[sentence] and not _is_done(ended[sentence], float(alive[place]), search)
        ]
        if len(kept) < len(order):
            order, source, live = order[kept], _picked(source, kept), _only(live, kept)
    return [max(hypotheses, key=lambda each: each[0])[1] for hypotheses in ended]


def forced(network: Network, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[list[float]]:
    """Return the log-probability of each token of given targets and of their ends, in nats."""
    encoded = network.encode(sources)
    ids = np.full((len(targets), max(map(len, targets)) + 1), EOS, dtype=np.int64)
    for row, target in zip(ids, targets, strict=True):
        row[: len(target)] = target
    before, state, costs = np.full_like(ids[:, :1], BOS), encoded.state, []
    for tokens in ids.T[:, :, None]:
        step = network.step(before, state, encoded.source)
        costs.append(np.take_along_axis(log_softmax(step.logits[:, 0]), tokens, axis=1))
        before, state = tokens, step.state
    found = np.concatenate(costs, axis=1)
    return [row[: len(target) + 1].tolist() for row, target in zip(found, targets, strict=True)]


def _start(state: Arrays, mask: np.ndarray, search: Search) -> _Live:
    sentences, beam = len(mask), search.beam
    log_probs = np.full((sentences, beam), -np.inf, dtype=np.float32)
    log_probs[:, 0] = 0.0  # one hypothesis to begin with: the others would be copies of it
    return _Live(
        tokens=np.full((sentences, beam, 1), BOS, dtype=np.int64),
        log_probs=log_probs,
        state={name: np.repeat(value, beam, axis=1) for name, value in state.items()},
        covered=np.repeat(~mask[:, None], beam, axis=1).astype(np.float32) if search.coverage_penalty else None,
    )


def _allowed(logits: np.ndarray, tokens: np.ndarray, search: Search, *, closing: np.ndarray) -> np.ndarray:
    """Return log-probabilities of the next token, ``-inf`` for those that the rules exclude."""
    logits[..., [PAD, UNK, BOS]] = -np.inf
    log_probs = log_softmax(logits)
    ends = np.maximum(log_probs[..., EOS], _IMPOSSIBLE)
    must_end = np.broadcast_to(closing[:, None], ends.shape)
    if search.min_length or search.no_repeat_ngrams:
        _cut(log_probs, tokens, search)
        must_end = must_end | np.isneginf(log_probs).all(axis=2)  # there is no other way to go on
    if must_end.any():
        log_probs[must_end] = -np.inf
        log_probs[must_end, EOS] = ends[must_end]
    return log_probs


def _cut(log_probs: np.ndarray, tokens: np.ndarray, search: Search) -> None:
    """Put to ``-inf`` the ends that come too early, and tokens that would complete a sequence that is there already."""
    if tokens.shape[2] <= search.min_length:
        log_probs[..., EOS] = -np.inf
    size = search.no_repeat_ngrams
    if not size or tokens.shape[2] < size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(tokens, size, axis=2)
    begun = tokens[:, :, None, tokens.shape[2] - size + 1 :]
    sentence, place, start = np.nonzero((windows[..., :-1] == begun).all(axis=3))
    log_probs[sentence, place, windows[sentence, place, start, -1]] = -np.inf


def _grown(live: _Live, log_probs: np.ndarray, step: Step) -> _Live:
    """Return the best ways to go on with the hypotheses about each sentence, by a token each."""
    sentences, beam, vocabulary = log_probs.shape
    width = min(beam, vocabulary)
    words = np.argpartition(log_probs, vocabulary - width, axis=2)[..., vocabulary - width :]
    totals = live.log_probs[..., None] + np.take_along_axis(log_probs, words, axis=2)
    totals, words = totals.reshape(sentences, -1), words.reshape(sentences, -1)
    best = np.argsort(-totals, axis=1, kind="stable")[:, :beam]
    rows, origins = np.arange(sentences)[:, None], best // width
    return _Live(
        tokens=np.concatenate([live.tokens[rows, origins], words[rows, best][..., None]], axis=2),
        log_probs=totals[rows, best],
        state={name: value[rows, origins] for name, value in step.state.items()},
        covered=None if live.covered is None else (live.covered + step.weights)[rows, origins],
    )


def _collect(
    live: _Live, ended: list[list[tuple[float, list[int]]]], order: np.ndarray, search: Search
) -> tuple[_Live, np.ndarray]:
    """Keep the hypotheses that have just ended; return the others, and the best score among them for each sentence."""
    scores = hopes = live.log_probs / (live.tokens.shape[2] - 1) ** search.length_penalty
    if live.covered is not None:
        left_out = np.log(np.clip(live.covered, _NEVER_LOOKED_AT, 1.0)).sum(axis=2)
        scores = hopes + search.coverage_penalty * left_out
    is_end = live.tokens[:, :, -1] == EOS
    for place, row in np.argwhere(is_end & np.isfinite(live.log_probs)):
        ended[order[place]].append((float(scores[place, row]), live.tokens[place, row, 1:-1].tolist()))
    alive = np.where(is_end, -np.inf, hopes).max(axis=1)
    return live._replace(log_probs=np.where(is_end, np.float32(-np.inf), live.log_probs)), alive


def _is_done(ended: list[tuple[float, list[int]]], best_alive: float, search: Search) -> bool:
    return len(ended) >= search.beam and max(score for score, _ in ended) >= best_alive


def _picked(arrays: Arrays, kept: list[int]) -> dict[str, np.ndarray]:
    return {name: value[kept] for name, value in arrays.items()}


def _only(live: _Live, kept: list[int]) -> _Live:
    covered = None if live.covered is None else live.covered[kept]
    return _Live(live.tokens[kept], live.log_probs[kept], _picked(live.state, kept), covered)
