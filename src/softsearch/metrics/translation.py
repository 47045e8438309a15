"""How good translations are: BLEU and chrF as sacreBLEU computes them (Post 2018), each with a bootstrap interval.

BLEU: Papineni et al. (2002), on 13a tokens, up to four words, exponential smoothing. chrF: Popović (2015), up to six
characters, beta 2. Values and signatures are sacreBLEU's own; only the resampling is ours, from the same counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from softsearch.metrics.score import Score, bootstrap_interval, check_counts

__all__ = ["LengthBucket", "Score", "bleu", "by_length", "chrf", "sentence_chrf"]


@dataclass(frozen=True)
class LengthBucket:
    """BLEU of the sentences whose source has `low` to `high` words, both included; `count` sentences."""

    low: int
    high: int
    count: int
    bleu: Score

    def to_dict(self) -> dict[str, object]:
        """Return the fields, ready for JSON."""
        return {"low": self.low, "high": self.high, "count": self.count, "bleu": self.bleu.to_dict()}


def bleu(
    hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool, seed: int = 12345, resamples: int = 1000
) -> Score:
    """Return the BLEU of a corpus, 0 to 100, on sacreBLEU's 13a tokens.

    Parameters
    ----------
    hypotheses, references
        One plain, detokenised sentence each; an empty hypothesis counts as a translation of no words.
    lowercase
        Compare without regard to case; part of the signature.
    seed, resamples
        Of the bootstrap.

    Raises
    ------
    DataError
        The counts differ (both are named), or there is no sentence.
    """
    # force: full stops set apart are what the `words` tokenizer writes, and sacreBLEU would warn about them.
    metric = BLEU(lowercase=lowercase, tokenize="13a", force=True)
    return _score(metric, hypotheses, references, seed=seed, resamples=resamples)


def chrf(
    hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool, seed: int = 12345, resamples: int = 1000
) -> Score:
    """Return the chrF of a corpus, 0 to 100; arguments and errors are those of :func:`bleu`."""
    return _score(CHRF(lowercase=lowercase), hypotheses, references, seed=seed, resamples=resamples)


def sentence_chrf(hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool) -> list[float]:
    """Return the chrF of each sentence by itself, 0 to 100: what to sort sentences by.

    Raises
    ------
    DataError
        The counts differ (both are named), or there is no sentence.
    """
    check_counts(hypotheses=hypotheses, references=references)
    metric = CHRF(lowercase=lowercase)
    pairs = zip(hypotheses, references, strict=True)
    return [float(metric.sentence_score(hypothesis, [reference]).score) for hypothesis, reference in pairs]


def by_length(
    source_lengths: Sequence[int],
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    lowercase: bool,
    edges: Sequence[int] = (10, 20, 30, 40, 50),
) -> list[LengthBucket]:
    """Return BLEU by the length of the source, which shows whether a translator holds out on long sentences.

    Parameters
    ----------
    source_lengths
        Number of white-space words of each source sentence.
    edges
        The longest length of each bucket but the last, which ends at the longest sentence; empty buckets are left out.

    Raises
    ------
    DataError
        The counts differ (all are named), or there is no sentence.
    """
    check_counts(source_lengths=source_lengths, hypotheses=hypotheses, references=references)
    bucket_of = np.searchsorted(edges, source_lengths, side="left")
    lows = [1, *(edge + 1 for edge in edges)]
    highs = [*edges, int(max(source_lengths))]
    buckets = []
    for bucket in np.unique(bucket_of).tolist():
        rows = np.flatnonzero(bucket_of == bucket).tolist()
        score = bleu([hypotheses[row] for row in rows], [references[row] for row in rows], lowercase=lowercase)
        buckets.append(LengthBucket(low=lows[bucket], high=highs[bucket], count=len(rows), bleu=score))
    return buckets


def _score(
    metric: BLEU | CHRF, hypotheses: Sequence[str], references: Sequence[str], *, seed: int, resamples: int
) -> Score:
    check_counts(hypotheses=hypotheses, references=references)
    # sacreBLEU has no public way to a sentence's counts; a test compares what follows with its public scores.
    statistics = np.array(metric._extract_corpus_statistics(hypotheses, [references]))

    def score(total: np.ndarray) -> float:
        return float(metric._compute_score_from_stats(total.tolist()).score)

    low, high = bootstrap_interval(statistics, score, seed=seed, resamples=resamples)
    return Score(value=score(statistics.sum(axis=0)), low=low, high=high, signature=str(metric.get_signature()))
