"""Padded batches of pairs, and the order in which an epoch visits them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from softsearch.data.batches import Batch, cut, decoder_input, pad, pad_rows
from softsearch.data.pairs.store import TokenStore
from softsearch.data.stored import Ragged
from softsearch.seeding import derive
from softsearch.shapes import Bool, Int, Tensor

_JITTER = 2.0  # tokens


@dataclass(frozen=True)
class PairBatch(Batch):
    """Pairs padded to a rectangle per side. Masks are True on real positions."""

    source: Int[Tensor, "batch src"]  # each row ends with EOS, so that an empty source has a position too
    source_mask: Bool[Tensor, "batch src"]
    target_input: Int[Tensor, "batch tgt"]  # BOS and the target ids: what the decoder is given
    target_output: Int[Tensor, "batch tgt"]  # the target ids and EOS: what it is to write
    target_mask: Bool[Tensor, "batch tgt"]  # of both
    rows: Int[Tensor, " batch"]  # where the pairs are in their store

    @property
    def num_items(self) -> int:
        """Real target positions, EOS counted: the tokens that are predicted."""
        return int(self.target_mask.sum())


class CorpusRows(NamedTuple):
    """One of the corpora that lie in a store one after the other."""

    name: str  # of the file it comes from, for messages
    weight: float  # how many times an epoch visits its pairs; of a part, which pairs is drawn for each epoch
    pairs: int  # how many it has in the store


class PairData:
    """What training reads: a store, and its order epoch by epoch.

    An entry of a plan is a *visit*: the row, plus the number of rows for every time that all of them might have been
    visited before. So a visit says all that can be random about a pair in a batch.

    Parameters
    ----------
    corpora
        Whose the pairs of the store are.
    batch_tokens
        Padded positions of a batch at most, on either side.
    segment
        Cuts texts into tokens at random, a function of the texts and a seed; None to take the stored ids.
    """

    unit = "tokens"
    typical_epoch = 0

    def __init__(
        self,
        store: TokenStore,
        *,
        corpora: Sequence[CorpusRows],
        batch_tokens: int,
        seed: int,
        segment: Callable[[Sequence[str], int], list[list[int]]] | None,
    ) -> None:
        self.store = store
        self.corpora = corpora
        self._batch_tokens = batch_tokens
        self._seed = seed
        self._segment = segment

    def __len__(self) -> int:
        return len(self.store)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the visits of each batch of an epoch, a function of the seed and the epoch alone."""
        visits = epoch_visits(self.corpora, seed=self._seed, epoch=epoch)
        return plan_epoch(self.store, visits, batch_tokens=self._batch_tokens, seed=self._seed, epoch=epoch)

    def batch(self, visits: np.ndarray) -> PairBatch:
        """Return the batch of these visits."""
        rows = visits % len(self.store)
        if self._segment is None:
            return make_batch(self.store, rows)
        sources, targets = self.store.texts(rows)
        ids = self._segment(sources + targets, derive(self._seed, "segmentation", int(visits[0])))
        return pair_batch(pad(ids[: len(rows)]), pad(ids[len(rows) :]), torch.as_tensor(rows))

    def lengths(self, visits: np.ndarray) -> np.ndarray:
        """Return the positions of the longer side of each pair, EOS counted, as stored."""
        rows = visits % len(self.store)
        return np.maximum(self.store.source.lengths[rows], self.store.target.lengths[rows]) + 1

    def describe(self, visits: np.ndarray) -> list[str]:
        """Return where the pairs were read, such as ``train.tsv:17``."""
        rows = visits % len(self.store)
        ends = np.cumsum([corpus.pairs for corpus in self.corpora])
        places = np.searchsorted(ends, rows, side="right")
        return [
            f"{self.corpora[place].name}:{self.store.line(row)}"
            for place, row in zip(places.tolist(), rows.tolist(), strict=True)
        ]


def pair_batch(source: tuple[Tensor, Tensor], target: tuple[Tensor, Tensor], rows: Tensor) -> PairBatch:
    """Return the batch of padded sources and targets, each with its mask."""
    return PairBatch(*source, decoder_input(*target), *target, rows)


def make_batch(store: TokenStore, rows: np.ndarray) -> PairBatch:
    """Return the batch of some rows of a store."""
    return pair_batch(pad_rows(store.source, rows), pad_rows(store.target, rows), torch.as_tensor(rows))


def epoch_visits(corpora: Sequence[CorpusRows], *, seed: int, epoch: int) -> np.ndarray:
    """Return what an epoch visits of corpora with weights, sorted by corpus; a function of its arguments alone.

    A corpus of weight 2.3 is visited twice, and three tenths of it, drawn for this epoch, once more.
    """
    random = np.random.default_rng(derive(seed, "visits", epoch))
    num_rows = sum(corpus.pairs for corpus in corpora)
    passes = max(math.ceil(corpus.weight) for corpus in corpora)
    visits, start = [], 0
    for corpus in corpora:
        rows = np.arange(start, start + corpus.pairs)
        share = corpus.weight % 1.0
        copies = [rows] * int(corpus.weight)
        if share:  # rounded at random, so that over many epochs the share is exact
            copies.append(random.permutation(rows)[: int(share * len(rows) + random.random())])
        visits += [copy + (epoch * passes + number) * num_rows for number, copy in enumerate(copies)]
        start += corpus.pairs
    return np.concatenate(visits)


def plan_epoch(store: TokenStore, visits: np.ndarray, *, batch_tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return batches of similar lengths in random order, every visit in exactly one.

    Rows times the longest target with its EOS, and rows times the longest source with its EOS, are each at most
    `batch_tokens`; a longer pair is a batch of its own. The result is a function of the arguments alone. Lengths are
    jittered before they are sorted, so that epochs differ in who meets whom.
    """
    random = np.random.default_rng(derive(seed, "data order", epoch))
    rows = visits % len(store)
    sources, targets = _positions(store.source, rows), _positions(store.target, rows)
    # The length of targets decides first: the decoder's loop is the expensive one.
    coarse = np.floor(targets + _JITTER * random.random(len(rows)))
    order = np.lexsort((sources + _JITTER * random.random(len(rows)), coarse))
    batches = cut(visits[order], np.maximum(sources, targets)[order], batch_tokens)
    return [batches[index] for index in random.permutation(len(batches))]


def plan_in_order(store: TokenStore, *, batch_tokens: int) -> list[np.ndarray]:
    """Return batches by increasing length, every row in exactly one, with the budget of :func:`plan_epoch`."""
    sources, targets = store.source.lengths + 1, store.target.lengths + 1
    order = np.lexsort((sources, targets))
    return cut(order, np.maximum(sources, targets)[order], batch_tokens)


def _positions(side: Ragged, rows: np.ndarray) -> np.ndarray:
    """Return the lengths of rows with their EOS, in four bytes each: there may be millions."""
    return (side.lengths.astype(np.int32) + 1)[rows]
