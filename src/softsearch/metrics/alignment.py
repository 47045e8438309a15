"""Where attention looked, as links between words, and how often that is wrong.

Och & Ney (2003), "A systematic comparison of various statistical alignment models": with predicted links A, sure gold
links S and possible ones P (S within P),

    AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

Links are pairs (source word, target word), counted from 0 over white-space words. The link of a target word is the
source word it looks at most; a sum over a source word's pieces and a mean over a target word's make words of pieces.
Precision |A ∩ P| / |A| and recall |A ∩ S| / |S| are those of the same paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from softsearch.errors import DataError
from softsearch.metrics.score import Statistics, check_counts
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


def alignment_statistics(
    predicted: Sequence[AbstractSet[Link]],
    sure: Sequence[AbstractSet[Link]],
    possible: Sequence[AbstractSet[Link]] | None = None,
) -> dict[str, Statistics]:
    """Return what error rate ("aer", 0 is best), precision and recall of a corpus' links are computed from.

    Parameters
    ----------
    predicted, sure, possible
        The links of each sentence; without `possible`, only the sure ones are. Sure links are always possible too.

    Raises
    ------
    DataError
        The counts differ (all are named), there is no sentence, or there is no link at all.
    """
    wider = sure if possible is None else possible
    check_counts(predicted_alignments=predicted, sure_alignments=sure, possible_alignments=wider)
    counts = np.array(
        [(len(a & s), len(a & (s | p)), len(a), len(s)) for a, s, p in zip(predicted, sure, wider, strict=True)]
    )
    if counts[:, 2:].sum() == 0:
        raise DataError("there is no word link to score, neither predicted nor gold", fix="give data with gold links")
    rest = f"gold:{'sure' if possible is None else 'sure+possible'}|sentences:{len(sure)}"
    scores = {"aer": _error_rate, "link_precision": _precision, "link_recall": _recall}
    return {name: Statistics(counts, score, f"{name}|{rest}") for name, score in scores.items()}


def crossing(links: AbstractSet[Link]) -> set[Link]:
    """Return the links that cross another one: their source words stand in the opposite order of their target words."""
    ordered = np.array(sorted(links), dtype=int).reshape(-1, 2)
    source, target = ordered[:, 0], ordered[:, 1]
    crosses = (source[:, None] - source) * (target[:, None] - target) < 0
    return {(int(i), int(j)) for i, j in ordered[crosses.any(axis=1)]}


def to_pharaoh(links: AbstractSet[Link]) -> str:
    """Write links as ``0-0 1-2``, source word first, in order."""
    return " ".join(f"{source}-{target}" for source, target in sorted(links))


def _membership(word_ids: Sequence[int]) -> np.ndarray:
    """One row per piece, one column per word, 1 where the piece belongs to the word."""
    return np.asarray(np.asarray(word_ids, dtype=int)[:, None] == np.arange(max(word_ids, default=-1) + 1), dtype=float)


def _error_rate(counts: np.ndarray) -> float:
    sure_hit, possible_hit, predicted, sure = counts.tolist()
    # A resample may hold only sentences without links: nothing is missed there, and nothing is wrong.
    return 1.0 - (sure_hit + possible_hit) / (predicted + sure) if predicted + sure else 0.0


def _precision(counts: np.ndarray) -> float:
    _, possible_hit, predicted, _ = counts.tolist()
    return float(possible_hit / predicted) if predicted else 1.0


def _recall(counts: np.ndarray) -> float:
    sure_hit, _, _, sure = counts.tolist()
    return float(sure_hit / sure) if sure else 1.0
