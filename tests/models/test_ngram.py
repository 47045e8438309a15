"""Counted n-grams against a slow version written from the equations."""

import math
from collections import Counter

import numpy as np
import pytest
import torch

from softsearch.models.ngram import NGrams

VOCABULARY = 7


def text(length: int, seed: int = 0) -> list[int]:
    """A text in which some words often follow others."""
    random = np.random.default_rng(seed)
    ids = [0]
    while len(ids) < length:
        ids.append(int((ids[-1] * 2 + random.integers(3)) % VOCABULARY))
    return ids


class Slow:
    """The same probabilities, word by word."""

    def __init__(self, ids: list[int], order: int) -> None:
        grams = [Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)) for n in range(1, order + 1)]
        self.counts = [Counter(gram[1:] for gram in longer) for longer in grams[1:]] + [grams[-1]]
        self.seen = [set(each) for each in grams]
        self.discounts = [self._discounts(each, known) for each, known in zip(self.counts, self.seen, strict=True)]

    @staticmethod
    def _discounts(counts: Counter, known: set) -> list[float]:
        number = [sum(counts[gram] == k for gram in known) for k in range(1, 5)]
        if 0 in number:
            return [0.0, 0.75, 0.75, 0.75]
        share = number[0] / (number[0] + 2 * number[1])
        return [0.0, *(max(0.0, k - (k + 1) * share * number[k] / number[k - 1]) for k in (1, 2, 3))]

    def prob(self, context: tuple[int, ...], word: int) -> float:
        n = len(context) + 1
        lower = self.prob(context[1:], word) if context else 1 / VOCABULARY
        if context and context not in self.seen[n - 2]:
            return lower
        after = {w: self.counts[n - 1][(*context, w)] for w in range(VOCABULARY)}
        total = sum(after.values())
        if not total:
            return lower
        cut = {w: self.discounts[n - 1][min(3, count)] for w, count in after.items()}
        return (after[word] - cut[word]) / total + sum(cut.values()) / total * lower


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_are_those_of_the_equations(order):
    ids, other = text(300), text(60, seed=1)
    model, slow = NGrams.count(torch.tensor(ids), order=order, vocabulary=VOCABULARY), Slow(ids, order)
    wanted = [
        math.log(slow.prob(tuple(other[max(0, place - order + 1) : place]), other[place]))
        for place in range(1, len(other))
    ]
    torch.testing.assert_close(model.log_probs(torch.tensor(other)), torch.tensor(wanted, dtype=torch.float64))


@pytest.mark.parametrize("order", [1, 3, 5])
def test_the_distribution_after_a_context_sums_to_one_and_agrees_with_scoring(order):
    ids, other = torch.tensor(text(200)), torch.tensor(text(20, seed=2))
    model = NGrams.count(ids, order=order, vocabulary=VOCABULARY)
    scored = model.log_probs(other)
    for place in range(1, len(other)):
        log_probs = model.next_log_probs(other[:place])
        assert log_probs.exp().sum().item() == pytest.approx(1.0, abs=1e-12)
        assert log_probs[other[place]].item() == pytest.approx(scored[place - 1].item(), abs=1e-12)


def test_a_longer_memory_helps_where_the_text_has_one():
    random = np.random.default_rng(3)
    ids = [0, 1]
    while len(ids) < 5000:  # each word follows from the two before it, but for some noise
        ids.append(int((ids[-1] + 3 * ids[-2] + (random.random() < 0.1)) % VOCABULARY))
    train, held = torch.tensor(ids[:4000]), torch.tensor(ids[4000:])
    losses = [-NGrams.count(train, order=n, vocabulary=VOCABULARY).log_probs(held).mean() for n in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2] + 0.5
