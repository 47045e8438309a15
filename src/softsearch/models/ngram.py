"""Counted n-grams: interpolated Kneser-Ney smoothing with three discounts (Chen and Goodman 1998, section 3).

    p_n(w | h) = max(c(h w) - D(c(h w)), 0) / c(h)  +  g(h) p_n-1(w | h')           c(h) = sum over w of c(h w)

with h' the context h without its first word, D(1), D(2) and D(3 or more) the discounts of an order, and g(h) what they
leave over: the probability that all words after h sum to one. In the highest order c counts occurrences; in the lower
ones c(h w) is the number of different words that stand before h w in the text (Kneser and Ney 1995): what matters there
is in how many contexts a word is new. Below the single words lies the uniform distribution.

    D(k) = k - (k + 1) Y n_k+1 / n_k        Y = n_1 / (n_1 + 2 n_2)        n_k: how many n-grams are counted k times

An order is a sorted table. Entry i of order n is the n-gram whose first n-1 words are entry ``key // vocabulary`` of
the order below and whose last word is ``key % vocabulary``; so what can follow a context lies side by side.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch

from softsearch.shapes import Float, Int, Tensor


class Order(NamedTuple):
    """The n-grams of one length.

    `keys` are sorted; `counts` are those that enter the probabilities; `suffixes` is the entry of each n-gram without
    its first word in the order below; `discounts` begin with D(0), which is 0. For each entry of the order below, as a
    context: `totals` and `backoffs`, c(h) and g(h), zero and one where nothing was seen after it.
    """

    keys: Int[Tensor, " rows"]
    counts: Int[Tensor, " rows"]
    suffixes: Int[Tensor, " rows"]
    discounts: Float[Tensor, " _"]
    totals: Float[Tensor, " _"]
    backoffs: Float[Tensor, " _"]


class NGrams:
    """The n-grams of a text up to some length, and what they make of another text.

    Parameters
    ----------
    orders
        From single words up.
    vocabulary
        Number of tokens.
    """

    def __init__(self, orders: list[Order], *, vocabulary: int) -> None:
        self.orders = orders
        self.vocabulary = vocabulary

    @classmethod
    def count(cls, ids: Int[Tensor, " length"], *, order: int, vocabulary: int) -> NGrams:
        """Count the n-grams of a text, of one to `order` words."""
        tables = _tables(ids, order, vocabulary)
        counts = [torch.bincount(longer.suffixes, minlength=len(shorter.keys)) for shorter, longer in pairwise(tables)]
        counts.append(tables[-1].counts)
        orders, contexts = [], 1
        for table, own in zip(tables, counts, strict=True):
            orders.append(_order(table, own, contexts, vocabulary))
            contexts = len(table.keys)
        return cls(orders, vocabulary=vocabulary)

    def log_probs(self, ids: Int[Tensor, " length"]) -> Float[Tensor, " new"]:
        """Return log p of each token of a text but the first, given all before it, in nats."""
        words = ids[1:]
        probs = torch.full(words.shape, 1.0 / self.vocabulary, dtype=torch.float64)
        context = torch.zeros_like(words)  # the entry of the tokens before each word: of none, the only one
        before = _find(self.orders[0].keys, ids[:1])
        for order in self.orders:
            entry = torch.where(context >= 0, _find(order.keys, context * self.vocabulary + words), -1)
            known = context.clamp(min=0)
            share = _discounted(order, entry) / order.totals[known].clamp(min=1)
            probs = torch.where(context >= 0, share + order.backoffs[known] * probs, probs)
            context, before = torch.cat([before, entry[:-1]]), torch.full_like(before, -1)
        return probs.log()

    def next_log_probs(self, context: Int[Tensor, " length"]) -> Float[Tensor, " vocabulary"]:
        """Return log p of each token after some others, in nats."""
        probs = torch.full((self.vocabulary,), 1.0 / self.vocabulary, dtype=torch.float64)
        for length, order in enumerate(self.orders):
            entry = self._entry(context[len(context) - length :]) if length <= len(context) else -1
            if entry < 0:
                break
            low, high = torch.searchsorted(order.keys, torch.tensor([entry, entry + 1]) * self.vocabulary).tolist()
            probs *= order.backoffs[entry]
            seen = torch.arange(low, high)
            probs[order.keys[seen] % self.vocabulary] += _discounted(order, seen) / order.totals[entry].clamp(min=1)
        return probs.log()

    def _entry(self, words: Int[Tensor, " length"]) -> int:
        """Return the entry of a sequence among those of its length; -1 where it was never seen."""
        entry = torch.zeros(1, dtype=torch.long)
        for word, order in zip(words, self.orders, strict=False):
            entry = _find(order.keys, entry * self.vocabulary + word)
            if entry < 0:
                break
        return int(entry)


class _Table(NamedTuple):
    keys: Tensor
    counts: Tensor
    suffixes: Tensor


def _tables(ids: Tensor, order: int, vocabulary: int) -> list[_Table]:
    """Return the n-grams that occur in a text and how often, from single words up."""
    keys, entries, counts = ids.unique(return_inverse=True, return_counts=True)
    tables = [_Table(keys, counts, torch.zeros_like(keys))]
    for length in range(2, order + 1):
        every = entries[:-1] * vocabulary + ids[length - 1 :]
        shorter = entries[1:]
        keys, entries, counts = every.unique(return_inverse=True, return_counts=True)
        tables.append(_Table(keys, counts, torch.zeros_like(keys).index_copy_(0, entries, shorter)))
    return tables


def _order(table: _Table, counts: Tensor, contexts: int, vocabulary: int) -> Order:
    discounts = _discounts(counts)
    context = table.keys // vocabulary
    totals = torch.zeros(contexts, dtype=torch.long).index_add_(0, context, counts)
    cut = discounts[counts.clamp(max=3)]
    left = torch.zeros(contexts, dtype=torch.float64).index_add_(0, context, cut)
    backoffs = torch.where(totals > 0, left / totals.clamp(min=1), 1.0)
    return Order(table.keys, counts, table.suffixes, discounts, totals, backoffs)


def _discounts(counts: Tensor) -> Tensor:
    """Return D(0), which is 0, D(1), D(2) and D(3 or more); where too little was counted to tell, three quarters."""
    number = torch.bincount(counts.clamp(max=5), minlength=6)[1:5].double()
    if not number.all():
        return torch.tensor([0.0, 0.75, 0.75, 0.75], dtype=torch.float64)
    share = number[0] / (number[0] + 2 * number[1])
    times = torch.arange(1, 4, dtype=torch.float64)
    found = (times - (times + 1) * share * number[1:] / number[:3]).clamp(min=0)
    return torch.cat([found.new_zeros(1), found])


def _discounted(order: Order, entries: Tensor) -> Tensor:
    """Return max(c - D(c), 0) of each entry; 0 for -1."""
    counts = torch.where(entries >= 0, order.counts[entries.clamp(min=0)], 0)
    return counts - order.discounts[counts.clamp(max=3)]


def _find(keys: Tensor, wanted: Tensor) -> Tensor:
    """Return the place of each wanted key; -1 where it is not there."""
    place = torch.searchsorted(keys, wanted).clamp(max=len(keys) - 1)
    return torch.where(keys[place] == wanted, place, -1)
