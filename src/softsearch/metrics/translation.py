"""How good translations are: BLEU, chrF and TER as sacreBLEU computes them (Post 2018), from counts of each sentence.

BLEU: Papineni et al. (2002), on 13a tokens, up to four words, exponential smoothing. chrF: Popović (2015), up to six
characters, beta 2. TER: Snover et al. (2006), edits and shifts for each word of the reference, 0 is best. Values and
signatures are sacreBLEU's own; only the resampling is ours, from the same counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from softsearch.metrics.score import RESAMPLES, SEED, Score, Statistics, check_counts


@dataclasses.dataclass(frozen=True)
class LengthBucket:
    """BLEU of the sentences whose source has `low` to `high` words, both included; `count` sentences."""

    low: int
    high: int
    count: int
    bleu: Score

    def to_dict(self) -> dict[str, object]:
        """Return the fields, ready for JSON."""
        return dataclasses.asdict(self)


def bleu_statistics(hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool) -> Statistics:
    """Return what the BLEU of a corpus is computed from: 0 to 100, on sacreBLEU's 13a tokens.

    Parameters
    ----------
    hypotheses, references
        One plain, detokenised sentence each; an empty hypothesis counts as a translation of no words.
    lowercase
        Compare without regard to case; part of the signature.

    Raises
    ------
    DataError
        The counts differ (both are named), or there is no sentence.
    """
    # force: full stops set apart are what the `words` tokenizer writes, and sacreBLEU would warn about them.
    return _statistics(BLEU(lowercase=lowercase, tokenize="13a", force=True), hypotheses, references)


def chrf_statistics(hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool) -> Statistics:
    """Return what chrF is computed from, 0 to 100; arguments and errors are those of :func:`bleu_statistics`."""
    return _statistics(CHRF(lowercase=lowercase), hypotheses, references)


def ter_statistics(hypotheses: Sequence[str], references: Sequence[str], *, lowercase: bool) -> Statistics:
    """Return what TER is computed from, in per cent, 0 is best; arguments and errors as in :func:`bleu_statistics`.

    The search for shifts takes long where a translation repeats itself: up to a tenth of a second for each.
    """
    return _statistics(TER(case_sensitive=not lowercase), hypotheses, references)


def bleu(
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    lowercase: bool,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Score:
    """Return the BLEU of a corpus with its interval; arguments and errors are those of :func:`bleu_statistics`."""
    return bleu_statistics(hypotheses, references, lowercase=lowercase).estimate(seed=seed, resamples=resamples)


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


def counted(
    metric: BLEU | CHRF | TER, hypotheses: Sequence[str], references: Sequence[Sequence[str | None]]
) -> Statistics:
    """Return what one of sacreBLEU's scores is computed from.

    Parameters
    ----------
    references
        One or several of each sentence: first those that come first, then those that come second, and so on; None
        where a sentence has no more.
    """
    # sacreBLEU has no public way to a sentence's counts; a test compares what follows with its public scores.
    counts = np.array(metric._extract_corpus_statistics(hypotheses, references))  # type: ignore[arg-type]  # noqa: SLF001

    def score(total: np.ndarray) -> float:
        return float(metric._compute_score_from_stats(total.tolist()).score)  # noqa: SLF001

    return Statistics(counts=counts, score=score, signature=str(metric.get_signature()))


def _statistics(metric: BLEU | CHRF | TER, hypotheses: Sequence[str], references: Sequence[str]) -> Statistics:
    check_counts(hypotheses=hypotheses, references=references)
    return counted(metric, hypotheses, [references])
