"""What attention does in words: how many it spreads over, and which parts of speech look at which.

Weights are between words, one matrix a sentence, shape (target words, source words). What went to the end of the
sentence is not in them, so each row is divided by its sum; a row that looked at no word is left out.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from softsearch.metrics.score import check_counts
from softsearch.shapes import Float, Int

Tags = Sequence[str]


def effective_words(weights: Float[np.ndarray, "tgt src"]) -> Float[np.ndarray, " looked"]:
    """Return over how many source words each target word spreads its attention.

    The perplexity, exp of the entropy in nats: 1 where one word has all the weight, n where n words share it equally.
    """
    shares = _shares(weights)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(np.exp(-(shares * logs).sum(axis=1)))


@dataclasses.dataclass(frozen=True)
class TagAttention:
    """Which parts of speech attend to which.

    Parameters
    ----------
    tags
        The parts of speech of both sides, the most frequent of the target first.
    mass
        Row: of the target word; column: of the source word. The mean share of attention, so a row sums to one, or to
        zero where the target has no such word.
    counts
        Target words of each part of speech.
    match
        The share of them that look most at a word of the same part of speech.
    chance
        What `match` would be if each looked at some word of its sentence, all alike.
    """

    tags: list[str]
    mass: Float[np.ndarray, "tags tags"]
    counts: Int[np.ndarray, " tags"]
    match: Float[np.ndarray, " tags"]
    chance: Float[np.ndarray, " tags"]

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain values for JSON, shares to four digits."""
        shares = {name: getattr(self, name).round(4).tolist() for name in ("mass", "match", "chance")}
        return {"tags": self.tags, "counts": self.counts.tolist(), **shares, "overall": self.overall()}

    def overall(self) -> dict[str, float]:
        """Return match and chance over all words."""
        return {name: float(self.counts @ getattr(self, name) / self.counts.sum()) for name in ("match", "chance")}


def by_tag(
    weights: Sequence[Float[np.ndarray, "tgt src"]], source_tags: Sequence[Tags], target_tags: Sequence[Tags]
) -> TagAttention | None:
    """Return which parts of speech attend to which over a corpus; None where no word looked anywhere.

    Parameters
    ----------
    weights, source_tags, target_tags
        Of each sentence.

    Raises
    ------
    DataError
        The numbers of sentences differ, or there is none.
    ValueError
        A sentence has not one tag for each word.
    """
    check_counts(weights=weights, source_tags=source_tags, target_tags=target_tags)
    tags = _ordered(source_tags, target_tags)
    number = {tag: index for index, tag in enumerate(tags)}
    words = [
        _words(own, [number[tag] for tag in source], [number[tag] for tag in target], num_tags=len(tags))
        for own, source, target in zip(weights, source_tags, target_tags, strict=True)
    ]
    rows, mass, match, chance = (np.concatenate(parts) for parts in zip(*words, strict=True))
    if not len(rows):
        return None
    of_tag = np.eye(len(tags))[:, rows]
    seen = np.maximum(of_tag.sum(axis=1), 1.0)
    return TagAttention(
        tags=tags,
        mass=of_tag @ mass / seen[:, None],
        counts=of_tag.sum(axis=1).astype(int),
        match=of_tag @ match / seen,
        chance=of_tag @ chance / seen,
    )


def _words(
    weights: np.ndarray, source: list[int], target: list[int], *, num_tags: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return of each target word that looked: its tag, its attention to each tag, its hit, and the chance of a hit."""
    if weights.shape != (len(target), len(source)):
        raise ValueError(f"weights of shape {weights.shape} for {len(target)} target and {len(source)} source tags")
    rows = np.array(target, dtype=int)[weights.sum(axis=1) > 0]
    if not len(rows):
        return rows, np.zeros((0, num_tags)), np.zeros(0), np.zeros(0)
    shares, columns = _shares(weights), np.eye(num_tags)[source]
    match = np.array(source)[shares.argmax(axis=1)] == rows
    return rows, shares @ columns, match.astype(float), columns.mean(axis=0)[rows]


def _ordered(source_tags: Sequence[Tags], target_tags: Sequence[Tags]) -> list[str]:
    counts = Counter(tag for sentence in target_tags for tag in sentence)
    counts.update({tag: 0 for sentence in source_tags for tag in sentence})
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def _shares(weights: np.ndarray) -> np.ndarray:
    """Return the rows that looked anywhere, each summing to one."""
    sums = weights.sum(axis=1)
    return np.asarray(weights[sums > 0] / sums[sums > 0, None])
