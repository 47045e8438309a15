"""Drawing the next token: what :mod:`softsearch.decoding.sampling` does for one text, written with NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from softsearch.decoding.settings import Generation, Sampling


def draw(scores: np.ndarray, number: float, sampling: Sampling) -> int:
    """Return the token that a number, uniform from 0 to 1, falls on when the likeliest tokens are laid out first."""
    tokens = np.argsort(-scores.astype(np.float64), kind="stable")[: sampling.top_k]
    if sampling.temperature == 0:
        return int(tokens[0])
    ranked = scores[tokens].astype(np.float64)
    shares: np.ndarray = np.exp((ranked - ranked[0]) / sampling.temperature)
    shares /= shares.sum()
    shares[np.cumsum(shares) - shares >= sampling.top_p] = 0.0
    shares[shares < sampling.min_p * shares[0]] = 0.0
    ends = np.cumsum(shares)
    place = int(np.searchsorted(ends, number * ends[-1], side="right"))
    last = int(np.count_nonzero(shares)) - 1  # rounding may lead past the last token that has a share
    return int(tokens[min(place, last)])


def without_repetition(
    log_probs: np.ndarray, read: Sequence[int], generation: Generation, *, line_end: int
) -> np.ndarray:
    """Return scores to draw the next token by, ``-inf`` for one that would repeat a sequence, unless every one would.

    Parameters
    ----------
    log_probs
        Of the next token; ``-inf`` where it must not be drawn.
    read
        All tokens so far.
    line_end
        A token that is neither penalised nor a sequence by itself.
    """
    scores = log_probs
    if generation.repetition_penalty != 1:
        scores = log_probs - log_probs[np.isfinite(log_probs)].mean()
        there = [token for token in set(read[-(generation.repetition_window or 0) :]) if token != line_end]
        own, penalty = scores[there], generation.repetition_penalty
        scores[there] = np.where(own > 0, own / penalty, own * penalty)
    size = generation.no_repeat_ngrams
    if size:
        begun = list(read[len(read) - size + 1 :])
        places = (place for place in range(len(read) - size + 1) if list(read[place : place + size - 1]) == begun)
        again = {read[place + size - 1] for place in places} - ({line_end} if size == 1 else set())
        cut = scores.copy()
        cut[list(again)] = -np.inf
        scores = scores if np.isneginf(cut).all() else cut
    return scores
