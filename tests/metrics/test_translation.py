"""BLEU, chrF and TER are sacreBLEU's; the interval is that of a naive bootstrap."""

from __future__ import annotations

import random

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF, TER

from softsearch.errors import DataError
from softsearch.metrics.translation import (
    bleu,
    bleu_statistics,
    by_length,
    chrf_statistics,
    sentence_chrf,
    ter_statistics,
)

METRICS = {
    "bleu": (bleu_statistics, lambda lowercase: BLEU(lowercase=lowercase)),
    "chrf": (chrf_statistics, lambda lowercase: CHRF(lowercase=lowercase)),
    "ter": (ter_statistics, lambda lowercase: TER(case_sensitive=not lowercase)),
}
WORST = {"bleu": 0.0, "chrf": 0.0, "ter": 100.0}
BEST = {"bleu": 100.0, "chrf": 100.0, "ter": 0.0}


def corpus(num_sentences: int = 40) -> tuple[list[str], list[str]]:
    """Sentences of 2 to 12 words with capitals, umlauts and full stops, and translations that get some words wrong."""
    generator = random.Random(7)
    words = ["Die", "alte", "Frau", "sieht", "drei", "kleine", "Hunde", "über", "den", "Fluss", "laufen", "don't"]
    references, hypotheses = [], []
    for _ in range(num_sentences):
        reference = generator.choices(words, k=generator.randint(2, 12))
        hypothesis = [word.lower() if generator.random() < 0.2 else word for word in reference]
        hypothesis = [generator.choice(words) if generator.random() < 0.15 else word for word in hypothesis]
        references.append(" ".join(reference) + ".")
        hypotheses.append(" ".join(hypothesis) + generator.choice([".", " .", ""]))
    return hypotheses, references


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("name", METRICS)
def test_value_and_signature_are_those_of_sacrebleu(name: str, lowercase: bool) -> None:
    ours, theirs = METRICS[name]
    hypotheses, references = corpus()
    metric = theirs(lowercase)
    score = ours(hypotheses, references, lowercase=lowercase).estimate(resamples=1)
    assert score.value == metric.corpus_score(hypotheses, [references]).score
    assert score.signature == str(metric.get_signature())


@pytest.mark.parametrize("name", METRICS)
def test_the_interval_is_that_of_scoring_resampled_sentences_anew(name: str) -> None:
    ours, theirs = METRICS[name]
    hypotheses, references = corpus()
    generator = np.random.default_rng(5)
    naive = []
    for _ in range(15):
        drawn = generator.integers(len(references), size=len(references))
        resampled = [hypotheses[row] for row in drawn], [[references[row] for row in drawn]]
        naive.append(theirs(False).corpus_score(*resampled).score)
    score = ours(hypotheses, references, lowercase=False).estimate(seed=5, resamples=15)
    assert [score.low, score.high] == np.percentile(naive, [2.5, 97.5]).tolist()


def test_the_interval_repeats_and_holds_the_value() -> None:
    score = bleu(*corpus(), lowercase=True)
    assert score == bleu(*corpus(), lowercase=True)
    assert score.low < score.value < score.high
    assert score.to_dict() == {
        "value": score.value, "low": score.low, "high": score.high, "signature": score.signature
    }  # fmt: skip


@pytest.mark.parametrize("name", METRICS)
def test_translations_without_words_have_the_worst_score(name: str) -> None:
    score = METRICS[name][0](["", ""], ["Ein Haus.", "Zwei Häuser."], lowercase=False).estimate()
    assert (score.value, score.low, score.high) == (WORST[name],) * 3


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_translation_has_the_best_score(name: str) -> None:
    sentence = "Der Hund läuft über die Straße."
    score = METRICS[name][0]([sentence], [sentence], lowercase=False).estimate()
    assert (score.value, score.low, score.high) == pytest.approx((BEST[name],) * 3)


@pytest.mark.parametrize("score", [bleu, chrf_statistics, ter_statistics, sentence_chrf])
def test_different_counts_are_refused_with_both(score) -> None:
    with pytest.raises(DataError, match=r"2 hypotheses and 3 references"):
        score(["a", "b"], ["a", "b", "c"], lowercase=False)


@pytest.mark.parametrize("score", [bleu, chrf_statistics, ter_statistics, sentence_chrf])
def test_no_sentence_is_no_score(score) -> None:
    with pytest.raises(DataError, match="no sentence to score"):
        score([], [], lowercase=False)


def test_sentence_chrf_is_that_of_sacrebleu() -> None:
    hypotheses, references = corpus(3)
    expected = [CHRF().sentence_score(one, [other]).score for one, other in zip(hypotheses, references, strict=True)]
    assert sentence_chrf(hypotheses, references, lowercase=False) == expected


def test_length_buckets_hold_their_upper_edge_and_leave_out_empty_ones() -> None:
    hypotheses, references = corpus(6)
    buckets = by_length([10, 3, 11, 20, 55, 61], hypotheses, references, lowercase=False)
    assert [(bucket.low, bucket.high, bucket.count) for bucket in buckets] == [(1, 10, 2), (11, 20, 2), (51, 61, 2)]
    assert buckets[1].bleu == bleu(hypotheses[2:4], references[2:4], lowercase=False)
    assert buckets[1].to_dict()["bleu"] == buckets[1].bleu.to_dict()


def test_length_buckets_refuse_different_counts() -> None:
    with pytest.raises(DataError, match="1 source lengths and 2 hypotheses and 2 references"):
        by_length([3], ["a", "b"], ["a", "b"], lowercase=False)
