"""A score and how sure it is: the percentile bootstrap over sentences.

A corpus score is a function of sums over sentences. So the bootstrap (Efron 1979; for translation Koehn 2004,
"Statistical significance tests for machine translation evaluation") draws sentences with replacement, adds up their
statistics and computes the score again; nothing is counted twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sized

import numpy as np

from softsearch.errors import DataError
from softsearch.shapes import Float, Int

SEED, RESAMPLES = 12345, 1000  # sacreBLEU's own, so that its paired tests give the same numbers


@dataclasses.dataclass(frozen=True)
class Score:
    """A score over a corpus, with its 95 % bootstrap interval and what one must know to compare it.

    Parameters
    ----------
    value
        The score: BLEU, chrF and TER in per cent; alignment error rate, precision and recall from 0 to 1.
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
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Statistics:
    """What a corpus score is computed from: counts of each sentence, and the score of their sum.

    Parameters
    ----------
    counts
        One row for each sentence.
    score
        From the sum of rows to the score.
    signature
        See :class:`Score`.
    """

    counts: Float[np.ndarray, "sentences features"]
    score: Callable[[np.ndarray], float]
    signature: str

    @property
    def value(self) -> float:
        """The score of the whole corpus."""
        return self.score(self.counts.sum(axis=0))

    def resampled(self, *, seed: int, resamples: int) -> Float[np.ndarray, " resamples"]:
        """Return the scores of resampled corpora of the same size."""
        drawn = draws(len(self.counts), seed=seed, resamples=resamples)
        return np.array([self.score(self.counts[rows].sum(axis=0)) for rows in drawn])

    def estimate(self, *, seed: int = SEED, resamples: int = RESAMPLES) -> Score:
        """Return the score with its 95 % percentile interval."""
        low, high = np.percentile(self.resampled(seed=seed, resamples=resamples), [2.5, 97.5])
        return Score(value=self.value, low=float(low), high=float(high), signature=self.signature)


def draws(num_sentences: int, *, seed: int, resamples: int) -> Iterator[Int[np.ndarray, " sentences"]]:
    """Yield the sentences of each resampled corpus: the same ones for every score and system under one seed."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        yield generator.integers(num_sentences, size=num_sentences)


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
