"""A score and how sure it is: the percentile bootstrap over sentences.

A corpus score is a function of sums over sentences. So the bootstrap (Efron 1979; for translation Koehn 2004,
"Statistical significance tests for machine translation evaluation") draws sentences with replacement, adds up their
statistics and computes the score again; nothing is counted twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sized

import numpy as np

from softsearch.errors import DataError
from softsearch.shapes import Int


@dataclasses.dataclass(frozen=True)
class Score:
    """A score over a corpus, with its 95 % bootstrap interval and what one must know to compare it.

    Parameters
    ----------
    value
        The score: BLEU and chrF from 0 to 100, alignment error rate from 0 to 1.
    low, high
        The 2.5th and the 97.5th percentile over resampled corpora of the same size.
    signature
        How the score was computed; two values compare only if theirs are equal.
    """

    value: float
    low: float
    high: float
    signature: str

    def to_dict(self) -> dict[str, float | str]:
        """Return the four fields, ready for JSON."""
        return {"value": self.value, "low": self.low, "high": self.high, "signature": self.signature}


def bootstrap_interval(
    statistics: Int[np.ndarray, "rows features"],
    score: Callable[[np.ndarray], float],
    *,
    seed: int,
    resamples: int,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of `score` over resampled sentences.

    Parameters
    ----------
    statistics
        One row of counts per sentence; a corpus has their sum.
    score
        From such a sum to the score.
    seed, resamples
        Which sentences are drawn (the same for every metric over the same sentences), and how often.
    """
    generator = np.random.default_rng(seed)
    num_sentences = len(statistics)
    scores = np.empty(resamples)
    for sample in range(resamples):
        drawn = generator.integers(num_sentences, size=num_sentences)
        scores[sample] = score(statistics[drawn].sum(axis=0))
    low, high = np.percentile(scores, [2.5, 97.5])
    return float(low), float(high)


def check_counts(**parts: Sized) -> None:
    """Refuse to score nothing, or parts of different lengths, which would be paired wrongly.

    Raises
    ------
    DataError
        Names the parts and how many sentences each has.
    """
    counts = {name: len(part) for name, part in parts.items()}
    if len(set(counts.values())) > 1:
        listed = " and ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        raise DataError(
            f"{listed} cannot be paired",
            allowed="one of each per sentence",
            fix="score the same sentences on each side",
        )
    if 0 in counts.values():
        raise DataError("there is no sentence to score", fix="give at least one sentence")
