"""How good captions are, each compared with several that people wrote of the same image.

    BLEU-n     Papineni et al. (2002), up to n words; the length of the reference that is closest
    chrF       Popović (2015), the best of the references
    ROUGE-L    Lin (2004): F = (1 + b^2) P R / (R + b^2 P), b = 1.2, from the longest common subsequence
    CIDEr-D    Vedantam et al. (2015), section 6: 10 times the mean over n = 1 .. 4 and over the references r of

                   exp(-(l_c - l_r)^2 / 2 s^2) sum over g of min(c_g, r_g) r_g / (|c| |r|),        s = 6

c_g and r_g are how often the n-gram g stands in the caption and in a reference, times log(N / N_g): how rare it is,
of N images in N_g of whose references it stands. As in the implementation that made the score known, l counts pairs
of neighbouring words, one less than words. P and R of ROUGE-L are the greatest over the references, each by itself.

Words are compared in lower case and without punctuation (:func:`words_of`). A caption without words scores 0.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from softsearch.metrics.score import Statistics, check_counts
from softsearch.metrics.translation import counted

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_BETA, _SIGMA, _LONGEST = 1.2, 6.0, 4

References = Sequence[Sequence[str]]
"""Of each image, what people wrote of it: one text at least, not as many for all."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case: letters and figures, with what apostrophes and hyphens join."""
    return _WORD.findall(text.lower())


def bleu_statistics(captions: Sequence[str], references: References, *, order: int) -> Statistics:
    """Return what BLEU-`order` is computed from, 0 to 100, without smoothing.

    Raises
    ------
    DataError
        There are not as many captions as images, or none.
    """
    metric = BLEU(tokenize="none", smooth_method="none", max_ngram_order=order, force=True)
    return _of_sacrebleu(metric, captions, references)


def chrf_statistics(captions: Sequence[str], references: References) -> Statistics:
    """Return what chrF is computed from, 0 to 100; errors as in :func:`bleu_statistics`."""
    return _of_sacrebleu(CHRF(), captions, references)


def rouge_statistics(captions: Sequence[str], references: References) -> Statistics:
    """Return the ROUGE-L of each image, 0 to 100, whose mean is that of all; errors as in :func:`bleu_statistics`."""
    check_counts(captions=captions, images=references)
    scores = [
        _rouge(words_of(caption), [words_of(each) for each in own])
        for caption, own in zip(captions, references, strict=True)
    ]
    return _mean(scores, signature=f"ROUGE-L|beta:{_BETA}")


def cider_statistics(captions: Sequence[str], references: References) -> Statistics:
    """Return the CIDEr-D of each image, 0 to 1000, whose mean is that of all; errors as in :func:`bleu_statistics`.

    How rare an n-gram is, the references of all these images say: scores of other images do not compare, and of one
    image alone the score is 0, as nothing is rare.
    """
    check_counts(captions=captions, images=references)
    grams = [[_ngrams(words_of(each)) for each in own] for own in references]
    images_with = Counter(gram for own in grams for gram in set().union(*own))
    rarity = {gram: math.log(len(grams) / number) for gram, number in images_with.items()}
    most = math.log(len(grams))  # of an n-gram that no reference has

    def vectors(counts: Counter[tuple[str, ...]]) -> list[dict[tuple[str, ...], float]]:
        by_length: list[dict[tuple[str, ...], float]] = [{} for _ in range(_LONGEST)]
        for gram, count in counts.items():
            by_length[len(gram) - 1][gram] = count * rarity.get(gram, most)
        return by_length

    scores = []
    for caption, own in zip(captions, grams, strict=True):
        counts = _ngrams(words_of(caption))
        written, pairs = vectors(counts), _pairs(counts)
        found = [
            math.exp(-((pairs - _pairs(each)) ** 2) / (2 * _SIGMA**2))
            * math.fsum(map(_clipped_cosine, written, vectors(each)))
            / _LONGEST
            for each in own
        ]
        scores.append(10 * math.fsum(found) / len(found))
    return _mean(scores, signature=f"CIDEr-D|n:{_LONGEST}|sigma:{_SIGMA:g}|idf:references of {len(grams)} images")


def exact_statistics(captions: Sequence[str], references: References) -> Statistics:
    """Return the share of the captions, 0 to 1, that are a reference word for word; errors as above."""
    check_counts(captions=captions, images=references)
    exact = [words_of(each) in map(words_of, own) for each, own in zip(captions, references, strict=True)]
    counts = np.stack([np.array(exact, dtype=float), np.ones(len(exact))], axis=1)
    return Statistics(counts, lambda total: float(total[0] / total[1]), "exact|words:lower case")


def num_distinct(captions: Sequence[str]) -> int:
    """Return how many captions differ in their words: a captioner that ignores its images writes few."""
    return len({tuple(words_of(caption)) for caption in captions})


def _of_sacrebleu(metric: BLEU | CHRF, captions: Sequence[str], references: References) -> Statistics:
    check_counts(captions=captions, images=references)
    written = [" ".join(words_of(caption)) for caption in captions]
    most = max(map(len, references))
    texts = [[" ".join(words_of(each)) for each in own] + [None] * (most - len(own)) for own in references]
    found = counted(metric, written, list(zip(*texts, strict=True)))
    return dataclasses.replace(found, signature=f"{found.signature}|words:lower case")


def _mean(scores: Sequence[float], *, signature: str) -> Statistics:
    """Return scores of single images, in per cent of 1, as what their mean is computed from."""
    counts = np.stack([100 * np.array(scores), np.ones(len(scores))], axis=1)
    return Statistics(counts=counts, score=lambda total: float(total[0] / total[1]), signature=signature)


def _rouge(words: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    common = [_longest_common(words, each) for each in references]
    if not words or not any(common):
        return 0.0
    precision = max(common) / len(words)
    recall = max(number / len(each) for number, each in zip(common, references, strict=True) if each)
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest sequence of words that stands in both, with gaps or without."""
    row = [0] * (len(other) + 1)
    for word in one:
        above = row
        row = [0]
        for place, its in enumerate(other):
            row.append(above[place] + 1 if word == its else max(above[place + 1], row[-1]))
    return row[-1]


def _ngrams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return how often each n-gram stands in a text, up to four words."""
    return Counter(
        tuple(words[place : place + length])
        for length in range(1, _LONGEST + 1)
        for place in range(len(words) - length + 1)
    )


def _pairs(counts: Counter[tuple[str, ...]]) -> int:
    """Return how many pairs of neighbouring words a text has."""
    return sum(number for gram, number in counts.items() if len(gram) == 2)


def _clipped_cosine(written: dict[tuple[str, ...], float], reference: dict[tuple[str, ...], float]) -> float:
    lengths = math.sqrt(math.fsum(each**2 for each in written.values())) * math.sqrt(
        math.fsum(each**2 for each in reference.values())
    )
    if not lengths:
        return 0.0
    shared = written.keys() & reference.keys()
    return math.fsum(min(written[gram], reference[gram]) * reference[gram] for gram in shared) / lengths
