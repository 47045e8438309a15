"""What a translator gives back: a translation, or what a given one costs; with where the model looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from softsearch.metrics.alignment import Link, to_pharaoh
from softsearch.shapes import Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure

END = "</s>"  # the source's last position, which attention may rest on


@dataclass(frozen=True)
class Translation:
    """A translation, and where the model looked while it wrote it.

    Attributes
    ----------
    source, text
        The sentence and its translation.
    score
        What translations were compared by: log-probability in nats over ``length ** length_penalty``, less the coverage
        penalty; for a line that was translated in parts, without the latter. 0 for an empty source.
    source_pieces, target_pieces
        What the model read and wrote; each part of the source closes with ``</s>``.
    weights
        Attention, one row a target piece, one column a source piece; None for a model without attention, and for a line
        that was translated in parts.
    alignment
        Links (source word, target word) between white-space words, from 0: for each target word the source word that
        was looked at most.
    confidence
        For each word of ``text.split()`` the probability of its tokens, given all before: their product.
    unreplaced
        The text before unknown words were replaced, with ``⁇`` for each.
    alternatives
        The next best translations, or further samples, where more than one was asked for.
    """

    source: str
    text: str
    score: float
    source_pieces: list[str] = field(default_factory=list)
    target_pieces: list[str] = field(default_factory=list)
    weights: Float[np.ndarray, "tgt src"] | None = field(default=None, compare=False)
    alignment: list[Link] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    unreplaced: str = ""
    alternatives: list[Translation] = field(default_factory=list)

    @property
    def num_parts(self) -> int:
        """In how many parts the sentence was translated; more than one where it is longer than any trained on."""
        return self.source_pieces.count(END)

    def pharaoh(self) -> str:
        """Return the alignment as ``0-0 1-2``."""
        return to_pharaoh(set(self.alignment))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, weights and confidence to four digits."""
        return {
            "source": self.source,
            "translation": self.text,
            "score": round(self.score, 6),
            "confidence": [round(each, 4) for each in self.confidence],
            "alignment": [list(link) for link in self.alignment],
            "source_pieces": self.source_pieces,
            "target_pieces": self.target_pieces,
            "weights": None if self.weights is None else self.weights.astype(float).round(4).tolist(),
            "alternatives": [
                {
                    "translation": each.text,
                    "score": round(each.score, 6),
                    "confidence": [round(one, 4) for one in each.confidence],
                }
                for each in self.alternatives
            ],
        }

    def plot(self) -> Figure:
        """Draw the attention as a heat map.

        Raises
        ------
        ValueError
            There is nothing to draw: the model has no attention, the translation is empty, or was made in parts.
        """
        from softsearch.pictures import attention_map

        if self.weights is None or not self.target_pieces:
            why = "the model has none, the translation is empty, or it was made in parts"
            raise ValueError(f"this translation has no attention to draw: {why}")
        return attention_map(self.source_pieces, self.target_pieces, self.weights)


@dataclass(frozen=True)
class Scored:
    """What a given translation costs, and where the model looks while it is made to write it.

    Attributes
    ----------
    source, target
        The sentence and its translation.
    log_prob
        Of the target and its end, in nats, over the whole vocabulary.
    num_tokens
        Tokens of the target, its end among them.
    word_log_probs
        For each word of ``target.split()`` the sum over its tokens.
    alignment
        As in :class:`Translation`.
    word_weights
        Attention between words, one row a target word, one column a source word; None for a model without attention.
    """

    source: str
    target: str
    log_prob: float
    num_tokens: int
    word_log_probs: list[float]
    alignment: list[Link]
    word_weights: Float[np.ndarray, "tgt src"] | None = field(compare=False)

    def pharaoh(self) -> str:
        """Return the alignment as ``0-0 1-2``."""
        return to_pharaoh(set(self.alignment))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON, log-probabilities to six digits."""
        return {
            "source": self.source,
            "target": self.target,
            "log_prob": round(self.log_prob, 6),
            "num_tokens": self.num_tokens,
            "word_log_probs": [round(each, 6) for each in self.word_log_probs],
            "alignment": [list(link) for link in self.alignment],
        }
