"""Counted n-grams against a slow version written from the equations."""

import math
from collections import Counter

import numpy as np
import pytest
import torch

from softsearch.models.ngram import NGramLanguageModel

VOCABULARY = 7
END = 0


def text(length: int, seed: int = 0) -> list[int]:
    """A text in which some words often follow others."""
    random = np.random.default_rng(seed)
    ids = [END]
    while len(ids) < length:
        ids.append(int((ids[-1] * 2 + random.integers(3)) % VOCABULARY))
    return [*ids, END]


def grams_of(ids: list[int], n: int, *, by_line: bool) -> list[tuple[int, ...]]:
    """All n-grams; line by line, those with a line end at their ends only."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return [gram for gram in grams if not (by_line and END in gram[1:-1])]


class Slow:
    """The same probabilities, word by word."""

    def __init__(self, ids: list[int], order: int, *, by_line: bool) -> None:
        grams = [Counter(grams_of(ids, n, by_line=by_line)) for n in range(1, order + 1)]
        self.counts = [Counter(gram[1:] for gram in longer) for longer in grams[1:]] + [grams[-1]]
        if by_line:  # nothing stands before the beginning of a line
            for counts, occurring in zip(self.counts[:-1], grams[:-1], strict=True):
                counts.update(
                    {gram: count for gram, count in occurring.items() if gram[0] == END and gram not in counts}
                )
        self.seen = [set(each) for each in grams]
        self.discounts = [self._discounts(each, known) for each, known in zip(self.counts, self.seen, strict=True)]

    @staticmethod
    def _discounts(counts: Counter, known: set) -> list[float]:
        number = [sum(counts[gram] == k for gram in known) for k in range(1, 5)]
        if 0 in number[:3]:
            return [0.0, 0.75, 0.75, 0.75]
        share = number[0] / (number[0] + 2 * number[1])
        found = [k - (k + 1) * share * number[k] / number[k - 1] for k in (1, 2, 3)]
        if not all(0 < cut < k for k, cut in enumerate(found, start=1)):
            return [0.0, 0.75, 0.75, 0.75]
        return [0.0, *found]

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


def model(ids: list[int], order: int, *, by_line: bool = False) -> NGramLanguageModel:
    boundary = END if by_line else None
    return NGramLanguageModel.count(torch.tensor(ids), order=order, vocabulary=VOCABULARY, boundary=boundary)


def scored(found: NGramLanguageModel, ids: list[int], windows: int = 1) -> torch.Tensor:
    """log p of each token but the first, read in so many windows."""
    state, log_probs = found.start(1), []
    for inputs, targets in zip(
        torch.tensor(ids[:-1]).chunk(windows), torch.tensor(ids[1:]).chunk(windows), strict=True
    ):
        features, state = found(inputs.unsqueeze(0), state)
        log_probs.append(found.head.log_probs(features[0], targets))
    return torch.cat(log_probs)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("length", [40, 300, 3000])
def test_probabilities_are_those_of_the_equations(order, length):
    ids, other = text(length), text(60, seed=1)
    slow = Slow(ids, order, by_line=False)
    wanted = [
        math.log(slow.prob(tuple(other[max(0, place - order + 1) : place]), other[place]))
        for place in range(1, len(other))
    ]
    found = scored(model(ids, order), other)
    torch.testing.assert_close(found, torch.tensor(wanted, dtype=torch.float64))
    torch.testing.assert_close(scored(model(ids, order), other, windows=7), found)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_line_by_line_no_context_reaches_over_a_line_end(order):
    ids = text(400)
    slow, found = Slow(ids, order, by_line=True), model(ids, order, by_line=True)
    line = [END, 1, 3, 6, END]
    wanted = [
        math.log(slow.prob(tuple(line[max(0, place - order + 1) : place]), line[place]))
        for place in range(1, len(line))
    ]
    torch.testing.assert_close(scored(found, line), torch.tensor(wanted, dtype=torch.float64))
    for n in range(1, order + 1):
        assert len(found.head.get_buffer(f"keys_{n}")) == len(set(grams_of(ids, n, by_line=True)))


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("by_line", [False, True])
def test_the_distribution_after_a_context_sums_to_one_and_agrees_with_scoring(order, by_line):
    found, other = model(text(200), order, by_line=by_line), text(20, seed=2)
    features, _ = found(torch.tensor([other[:-1]]), found.start(1))
    log_probs, targets = found.head(features[0]), torch.tensor(other[1:])
    torch.testing.assert_close(log_probs.exp().sum(1), torch.ones(len(targets)))
    own = found.head.log_probs(features[0], targets)
    torch.testing.assert_close(log_probs.gather(1, targets.unsqueeze(1)).squeeze(1), own.float())
    assert found.head.cross_entropy(features[0], targets).item() == pytest.approx(-own.sum().item())


@pytest.mark.parametrize("by_line", [False, True])
@pytest.mark.parametrize("ids", [[END, 3], [END, 3, END], [END, END, END], [END, 1, END, 2, END]])
def test_a_text_shorter_than_the_order_is_counted_as_far_as_it_goes(ids, by_line):
    found = model(ids, 9, by_line=by_line)
    assert 2 <= found.head.order <= len(ids)
    assert torch.equal(scored(found, ids), scored(model(ids, found.head.order, by_line=by_line), ids))
    features, _ = found(torch.tensor([[END, 3, 3]]), found.start(1))
    torch.testing.assert_close(found.head(features[0]).exp().sum(1), torch.ones(3))


def test_the_tables_are_all_that_has_to_be_kept():
    found, other = model(text(300), 4), text(30, seed=3)
    weights = found.state_dict()
    assert len(weights) == 8
    again = NGramLanguageModel.from_weights(weights, vocabulary=VOCABULARY)
    assert torch.equal(scored(again, other), scored(found, other))


def test_a_longer_memory_helps_where_the_text_has_one():
    random = np.random.default_rng(3)
    ids = [0, 1]
    while len(ids) < 5000:  # each word follows from the two before it, but for some noise
        ids.append(int((ids[-1] + 3 * ids[-2] + (random.random() < 0.1)) % VOCABULARY))
    losses = [-scored(model(ids[:4000], order), ids[4000:]).mean() for order in (1, 2, 3)]
    assert losses[0] > losses[1] > losses[2] + 0.5
