"""Counted n-grams: interpolated Kneser-Ney smoothing with three discounts (Chen and Goodman 1998, section 3).

    p_n(w | h) = max(c(h w) - D(c(h w)), 0) / c(h)  +  g(h) p_n-1(w | h')           c(h) = sum over w of c(h w)

with h' the context h without its first word, D(1), D(2) and D(3 or more) the discounts of an order, and g(h) what they
leave over: the probability that all words after h sum to one. In the highest order c counts occurrences; in the lower
ones c(h w) is the number of different words that stand before h w in the text (Kneser and Ney 1995): what matters there
is in how many contexts a word is new. Where each line is a text of its own, no word stands before it, so what begins
one is counted as it occurs. Below the single words lies the uniform distribution.

    D(k) = k - (k + 1) Y n_k+1 / n_k        Y = n_1 / (n_1 + 2 n_2)        n_k: how many n-grams are counted k times

An order is a sorted table. Entry i of order n is the n-gram whose first n-1 words are entry ``key // vocabulary`` of
the order below and whose last word is ``key % vocabulary``; so what can follow a context lies side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, final

import torch

from softsearch.models.language_model import LanguageModel
from softsearch.nn.heads import Head
from softsearch.shapes import Float, Int, Tensor

NOTHING = -1
"""Stands in a context where there is no word: before the beginning of a text."""


class Table(NamedTuple):
    """The n-grams of one length: their keys, sorted, and the counts that enter the probabilities."""

    keys: Int[Tensor, " rows"]
    counts: Int[Tensor, " rows"]


class _Order(NamedTuple):
    """A table and what follows from it.

    `discounts` begin with D(0), which is 0. For each entry of the order below, as a context: `totals` and `backoffs`,
    c(h) and g(h), zero and one where nothing was seen after it.
    """

    keys: Tensor
    counts: Tensor
    discounts: Tensor
    totals: Tensor
    backoffs: Tensor


class NGrams(Head):
    """The n-grams of a text up to some length, a table for each, from single words up.

    The features that it reads are the last words, `NOTHING` where there is none.
    """

    def __init__(self, tables: Sequence[Table], *, vocabulary: int) -> None:
        super().__init__()
        self.vocabulary, self.order = vocabulary, len(tables)
        contexts = 1
        for length, table in enumerate(tables, start=1):
            order = _order(table, contexts, vocabulary)
            for name, tensor in order._asdict().items():
                self.register_buffer(f"{name}_{length}", tensor, persistent=name in Table._fields)
            contexts = len(table.keys)

    def cross_entropy(self, features: Int[Tensor, "rows width"], targets: Int[Tensor, " rows"]) -> Float[Tensor, ""]:
        """Return the summed cross-entropy of the words after some others, in nats."""
        return -self.log_probs(features, targets).sum()

    def log_probs(self, contexts: Int[Tensor, "rows width"], words: Int[Tensor, " rows"]) -> Float[Tensor, " rows"]:
        """Return log p of each word after those before it, in nats."""
        probs = torch.full(words.shape, 1.0 / self.vocabulary, dtype=torch.float64, device=words.device)
        for length, order in enumerate(self._orders):
            context = self._entries(contexts, length)
            known = context.clamp(min=0)
            entry = _find(order.keys, known * self.vocabulary + words)
            share = _discounted(order, entry) / order.totals[known].clamp(min=1)
            probs = torch.where(context >= 0, share + order.backoffs[known] * probs, probs)
        return probs.log()

    def forward(self, features: Int[Tensor, "rows width"]) -> Float[Tensor, "rows vocabulary"]:
        """Return log p of each token after some words, in nats."""
        lowest, *above = self._orders
        probs = torch.full((self.vocabulary,), 1.0 / self.vocabulary, dtype=torch.float64, device=features.device)
        probs *= lowest.backoffs[0]
        probs[lowest.keys] += _discounted(lowest, torch.arange(len(lowest.keys), device=features.device)) / (
            lowest.totals[0].clamp(min=1)
        )
        probs = probs.repeat(len(features), 1)
        for length, order in enumerate(above, start=1):
            self._add(probs, order, self._entries(features, length))
        return probs.log().float()

    def _add(self, probs: Tensor, order: _Order, contexts: Tensor) -> None:
        """Interpolate the probabilities of the order below with what was seen after each context."""
        rows = (contexts >= 0).nonzero().squeeze(1)
        known = contexts[rows]
        probs[rows] *= order.backoffs[known].unsqueeze(1)
        low, high = (torch.searchsorted(order.keys, (known + more) * self.vocabulary) for more in (0, 1))
        number = high - low
        first = number.cumsum(0) - number
        place = torch.arange(int(number.sum()), device=probs.device) - first.repeat_interleave(number)
        seen = low.repeat_interleave(number) + place
        share = _discounted(order, seen) / order.totals[known].clamp(min=1).repeat_interleave(number)
        probs[rows.repeat_interleave(number), order.keys[seen] % self.vocabulary] += share

    def _entries(self, contexts: Tensor, length: int) -> Tensor:
        """Return the entry of the last `length` words among the n-grams of that length; -1 where it was never seen."""
        entry = torch.zeros(len(contexts), dtype=torch.long, device=contexts.device)
        for word, order in zip(contexts[:, contexts.shape[1] - length :].unbind(1), self._orders, strict=False):
            # Less than 0, and so never found, behind NOTHING and behind what was never seen.
            entry = _find(order.keys, entry * self.vocabulary + word)
        return entry

    @property
    def _orders(self) -> list[_Order]:
        names = range(1, self.order + 1)
        return [_Order(*(getattr(self, f"{name}_{length}") for name in _Order._fields)) for length in names]


@final
class NGramLanguageModel(LanguageModel):
    """The last n-1 words are the state; the n-grams, which are the output layer, read them. Gradients learn nothing."""

    head: NGrams

    def __init__(self, head: NGrams) -> None:
        super().__init__()
        self.head = head

    @classmethod
    def count(
        cls, ids: Int[Tensor, " length"], *, order: int, vocabulary: int, boundary: int | None
    ) -> NGramLanguageModel:
        """Count a text; the parameters are those of :func:`count_ngrams`."""
        tables = count_ngrams(ids, order=order, vocabulary=vocabulary, boundary=boundary)
        return cls(NGrams(tables, vocabulary=vocabulary))

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor], *, vocabulary: int) -> NGramLanguageModel:
        """Return the model whose ``state_dict()`` these are."""
        lengths = range(1, len(weights) // len(Table._fields) + 1)
        tables = [Table(*(weights[f"head.{name}_{length}"] for name in Table._fields)) for length in lengths]
        return cls(NGrams(tables, vocabulary=vocabulary))

    def start(self, batch: int) -> tuple[Int[Tensor, "batch width"]]:
        """Return that there are no words."""
        return (torch.full((batch, self.head.order - 1), NOTHING, device=self.head.get_buffer("keys_1").device),)

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: tuple[Int[Tensor, "batch width"]]
    ) -> tuple[Int[Tensor, "batch length features"], tuple[Int[Tensor, "batch width"]]]:
        """Read the next window; after each token, the last n-1 are what the n-grams are asked of."""
        width = self.head.order - 1
        words = torch.cat([state[0], tokens], dim=1)
        return words.unfold(1, width, 1)[:, 1:], (words[:, tokens.shape[1] :],)


def count_ngrams(ids: Int[Tensor, " length"], *, order: int, vocabulary: int, boundary: int | None) -> list[Table]:
    """Count the n-grams of a text, of one to `order` words; there are fewer tables where no text is as long.

    Parameters
    ----------
    boundary
        The token that stands between texts: no n-gram reaches over it. None: all is one text.
    """
    tables, entries, kept = [], ids, torch.ones_like(ids, dtype=torch.bool)
    begins = torch.zeros_like(kept) if boundary is None else ids == boundary
    keys, suffixes = ids, torch.zeros_like(ids)
    for length in range(1, order + 1):
        if length > 1:
            last = ids[length - 1 :]
            over = (ids[length - 2 : -1] == boundary) if boundary is not None and length > 2 else False
            keys, suffixes = entries[:-1] * vocabulary + last, entries[1:]
            kept = kept[:-1] & kept[1:] & ~torch.as_tensor(over)
        if not kept.any():  # nothing in the text is as long
            break
        found, inverse, counts = keys[kept].unique(return_inverse=True, return_counts=True)
        entries = torch.full_like(keys, -1).masked_scatter_(kept, inverse)
        tables.append(_Counted(found, counts, *_of_each(found, inverse, suffixes[kept], begins[: len(kept)][kept])))
    return [_smoothed(table, longer) for table, longer in zip(tables, [*tables[1:], None], strict=True)]


class _Counted(NamedTuple):
    """N-grams and how often they occur, the entries of each without its first word, and whether that begins a text."""

    keys: Tensor
    counts: Tensor
    suffixes: Tensor
    begins: Tensor


def _of_each(found: Tensor, inverse: Tensor, *values: Tensor) -> list[Tensor]:
    """Return for each n-gram the values at the places where it occurs, which are the same at all of them."""
    return [value.new_zeros(len(found)).index_copy_(0, inverse, value) for value in values]


def _smoothed(table: _Counted, longer: _Counted | None) -> Table:
    """Return the n-grams with the counts that enter the probabilities."""
    if longer is None:
        return Table(table.keys, table.counts)
    before = torch.bincount(longer.suffixes, minlength=len(table.keys))
    return Table(table.keys, torch.where(table.begins & (before == 0), table.counts, before))


def _order(table: Table, contexts: int, vocabulary: int) -> _Order:
    keys, counts = table
    discounts = _discounts(counts)
    context = keys // vocabulary
    totals = torch.zeros(contexts, dtype=torch.long).index_add_(0, context, counts)
    cut = discounts[counts.clamp(max=3)]
    left = torch.zeros(contexts, dtype=torch.float64).index_add_(0, context, cut)
    backoffs = torch.where(totals > 0, left / totals.clamp(min=1), 1.0)
    return _Order(keys, counts, discounts, totals, backoffs)


def _discounts(counts: Tensor) -> Tensor:
    """Return D(0), which is 0, D(1), D(2) and D(3 or more); where too little was counted to tell, three quarters."""
    number = torch.bincount(counts.clamp(max=5), minlength=6)[1:5].double()
    share = number[0] / (number[0] + 2 * number[1])
    times = torch.arange(1, 4, dtype=torch.float64)
    found = times - (times + 1) * share * number[1:] / number[:3]
    if not ((found > 0) & (found < times)).all():  # nothing may be left over for what was never seen
        found = torch.full_like(found, 0.75)
    return torch.cat([found.new_zeros(1), found])


def _discounted(order: _Order, entries: Tensor) -> Tensor:
    """Return max(c - D(c), 0) of each entry; 0 for -1."""
    counts = torch.where(entries >= 0, order.counts[entries.clamp(min=0)], 0)
    return counts - order.discounts[counts.clamp(max=3)]


def _find(keys: Tensor, wanted: Tensor) -> Tensor:
    """Return the place of each wanted key; -1 where it is not there."""
    place = torch.searchsorted(keys, wanted).clamp(max=len(keys) - 1)
    return torch.where(keys[place] == wanted, place, -1)
