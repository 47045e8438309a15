"""Where attention looked, as links between words, and how often that is wrong.

Och & Ney (2003), "A systematic comparison of various statistical alignment models": with predicted links A, sure gold
links S and possible ones P (S within P),

    AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

Links are pairs (source word, target word), counted from 0 over white-space words. The link of a target word is the
source word it looks at most; a sum over a source word's pieces and a mean over a target word's make words of pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from softsearch.errors import DataError
from softsearch.metrics.score import Score, bootstrap_interval, check_counts
from softsearch.shapes import Float

Link = tuple[int, int]


def word_weights(
    weights: Float[np.ndarray, "tgt src"], source_word_ids: Sequence[int], target_word_ids: Sequence[int]
) -> np.ndarray:
    """Return attention between words, shape (target words, source words), from attention between pieces.

    Parameters
    ----------
    weights
        What each target piece looked at. Rows and columns after the last word id (the end of the sentence) are left
        out, so a row of the result may sum to less than one.
    source_word_ids, target_word_ids
        For each piece, the word it belongs to. A word without pieces has weights of zero.

    Raises
    ------
    ValueError
        There are more ids than rows or columns.
    """
    num_target, num_source = len(target_word_ids), len(source_word_ids)
    if num_target > weights.shape[0] or num_source > weights.shape[1]:
        raise ValueError(f"word ids for {num_target} x {num_source} pieces, but weights of shape {weights.shape}")
    source_words = _membership(source_word_ids)
    target_words = _membership(target_word_ids)
    pieces_per_word = np.maximum(target_words.sum(axis=0), 1.0)
    summed = target_words.T @ weights[:num_target, :num_source] @ source_words
    return np.asarray(summed / pieces_per_word[:, None])


def links(weights: Float[np.ndarray, "tgt src"]) -> set[Link]:
    """Return for each target word that looked anywhere the link (source word, target word) to where it looked most."""
    if weights.size == 0:
        return set()
    looked = np.flatnonzero(weights.sum(axis=1) > 0)
    return {(int(weights[word].argmax()), int(word)) for word in looked}


def alignment_error_rate(
    predicted: Sequence[AbstractSet[Link]],
    sure: Sequence[AbstractSet[Link]],
    possible: Sequence[AbstractSet[Link]] | None = None,
    *,
    seed: int = 12345,
    resamples: int = 1000,
) -> Score:
    """Return the alignment error rate over a corpus: 0 is perfect, 1 is all wrong.

    Parameters
    ----------
    predicted, sure, possible
        The links of each sentence; without `possible`, only the sure ones are. Sure links are always possible too.
    seed, resamples
        Of the bootstrap.

    Raises
    ------
    DataError
        The counts differ (all are named), there is no sentence, or there is no link at all.
    """
    wider = sure if possible is None else possible
    check_counts(predicted_alignments=predicted, sure_alignments=sure, possible_alignments=wider)
    statistics = np.array(
        [(len(a & s) + len(a & (s | p)), len(a) + len(s)) for a, s, p in zip(predicted, sure, wider, strict=True)]
    )
    if statistics[:, 1].sum() == 0:
        raise DataError("there is no word link to score, neither predicted nor gold", fix="give data with gold links")
    low, high = bootstrap_interval(statistics, _error_rate, seed=seed, resamples=resamples)
    gold = "sure" if possible is None else "sure+possible"
    signature = f"aer|gold:{gold}|sentences:{len(sure)}"
    return Score(value=_error_rate(statistics.sum(axis=0)), low=low, high=high, signature=signature)


def to_pharaoh(links: AbstractSet[Link]) -> str:
    """Write links as ``0-0 1-2``, source word first, in order."""
    return " ".join(f"{source}-{target}" for source, target in sorted(links))


def _membership(word_ids: Sequence[int]) -> np.ndarray:
    """One row per piece, one column per word, 1 where the piece belongs to the word."""
    return np.asarray(np.asarray(word_ids, dtype=int)[:, None] == np.arange(max(word_ids, default=-1) + 1), dtype=float)


def _error_rate(statistics: np.ndarray) -> float:
    agreed, links_in_all = statistics.tolist()
    # A resample may hold only sentences without links: nothing is missed there, and nothing is wrong.
    return 1.0 - agreed / links_in_all if links_in_all else 0.0
