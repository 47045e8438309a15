"""Padded batches of pairs, and the order in which an epoch visits them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import BOS, EOS, PAD
from softsearch.seeding import derive
from softsearch.shapes import Bool, Int, Tensor

_JITTER = 2.0  # tokens


@dataclass(frozen=True)
class PairBatch:
    """Pairs padded to a rectangle per side. Masks are True on real positions.

    Parameters
    ----------
    source
        Source ids, each row ending with EOS, so that an empty source has a position too.
    source_mask
        Its real positions.
    target_input
        BOS and the target ids: what the decoder is given.
    target_output
        The target ids and EOS: what it is to write.
    target_mask
        The real positions of both.
    rows
        Where the pairs are in their store.
    """

    source: Int[Tensor, "batch src"]
    source_mask: Bool[Tensor, "batch src"]
    target_input: Int[Tensor, "batch tgt"]
    target_output: Int[Tensor, "batch tgt"]
    target_mask: Bool[Tensor, "batch tgt"]
    rows: Int[Tensor, " batch"]

    @property
    def num_items(self) -> int:
        """Real target positions, EOS counted: the tokens that are predicted."""
        return int(self.target_mask.sum())

    def to(self, device: torch.device | str) -> PairBatch:
        """Return the batch on another device."""
        moved = {item.name: getattr(self, item.name).to(device) for item in dataclasses.fields(self)}
        return PairBatch(**moved)


class CorpusRows(NamedTuple):
    """One of the corpora that lie in a store one after the other.

    Parameters
    ----------
    name
        The file it comes from, for messages.
    weight
        How many times an epoch visits its pairs; of a part, which pairs is drawn for each epoch.
    pairs
        How many it has in the store.
    """

    name: str
    weight: float
    pairs: int


class PairData:
    """What training reads: a store, and its order epoch by epoch.

    An entry of a plan is a *visit*: the row, plus the number of rows for every time that all of them might have been
    visited before. So a visit says all that can be random about a pair in a batch.

    Parameters
    ----------
    store
        The token ids.
    corpora
        Whose they are.
    batch_tokens
        Padded positions of a batch at most, on either side.
    seed
        The recipe's seed.
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
        return _batch(pad_sources(ids[: len(rows)]), pad_sources(ids[len(rows) :]), rows)

    def lengths(self, visits: np.ndarray) -> np.ndarray:
        """Return the positions of the longer side of each pair, EOS counted, as stored."""
        rows = visits % len(self.store)
        return np.maximum(self.store.source_lengths[rows], self.store.target_lengths[rows]) + 1

    def describe(self, visits: np.ndarray) -> list[str]:
        """Return where the pairs were read, such as ``train.tsv:17``."""
        rows = visits % len(self.store)
        ends = np.cumsum([corpus.pairs for corpus in self.corpora])
        places = np.searchsorted(ends, rows, side="right")
        return [
            f"{self.corpora[place].name}:{self.store.line(row)}"
            for place, row in zip(places.tolist(), rows.tolist(), strict=True)
        ]


def pad_sources(sources: Sequence[Sequence[int]]) -> tuple[Int[Tensor, "batch src"], Bool[Tensor, "batch src"]]:
    """Return sources padded, each ending with EOS, and the mask of their real positions."""
    lengths = np.array([len(ids) for ids in sources], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.array([index for ids in sources for index in ids], dtype=np.int64)
    return _padded(flat, offsets, np.arange(len(sources)))


def decoder_input(
    target_output: Int[Tensor, "batch tgt"], target_mask: Bool[Tensor, "batch tgt"]
) -> Int[Tensor, "batch tgt"]:
    """Return what a decoder is given to write a padded output: BOS, then all but its last token."""
    begin = torch.full((len(target_output), 1), BOS)
    # EOS is the last output of a row, never an input
    return torch.cat([begin, target_output[:, :-1]], dim=1).masked_fill(~target_mask, PAD)


def make_batch(store: TokenStore, rows: np.ndarray) -> PairBatch:
    """Return the batch of some rows of a store."""
    source = _padded(store.source_ids, store.source_offsets, rows)
    return _batch(source, _padded(store.target_ids, store.target_offsets, rows), rows)


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
    sources, targets = _positions(store.source_offsets, rows), _positions(store.target_offsets, rows)
    # The length of targets decides first: the decoder's loop is the expensive one.
    coarse = np.floor(targets + _JITTER * random.random(len(rows)))
    order = np.lexsort((sources + _JITTER * random.random(len(rows)), coarse))
    batches = cut(visits[order], np.maximum(sources, targets)[order], batch_tokens)
    return [batches[index] for index in random.permutation(len(batches))]


def plan_in_order(store: TokenStore, *, batch_tokens: int) -> list[np.ndarray]:
    """Return batches by increasing length, every row in exactly one, with the budget of :func:`plan_epoch`."""
    sources, targets = store.source_lengths + 1, store.target_lengths + 1
    order = np.lexsort((sources, targets))
    return cut(order, np.maximum(sources, targets)[order], batch_tokens)


def _positions(offsets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the lengths of rows with their EOS, in four bytes each: there may be millions."""
    return (np.diff(offsets).astype(np.int32) + 1)[rows]


def cut(visits: np.ndarray, longest_side: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    """Cut visits in their order into batches: rows times the longest are at most `batch_tokens`, or it is one row."""
    batches, start = [], 0
    while start < len(visits):
        # No batch that starts here can hold more rows than its first row alone would allow.
        widest = longest_side[start : start + max(1, batch_tokens // int(longest_side[start]))]
        padded = np.maximum.accumulate(widest) * np.arange(1, len(widest) + 1)
        end = start + max(1, int(np.searchsorted(padded, batch_tokens, side="right")))
        batches.append(visits[start:end])
        start = end
    return batches


_Padded = tuple[Tensor, Tensor]


def _batch(source: _Padded, target: _Padded, rows: np.ndarray) -> PairBatch:
    return PairBatch(*source, decoder_input(*target), *target, torch.as_tensor(rows))


def _padded(flat: np.ndarray, offsets: np.ndarray, rows: np.ndarray) -> _Padded:
    """Return the sequences of `rows`, each followed by EOS, padded, and their mask."""
    starts, lengths = offsets[rows], offsets[rows + 1] - offsets[rows]
    columns = np.arange(lengths.max(initial=0) + 1)
    ids = np.full((len(rows), len(columns)), PAD, dtype=np.int64)
    is_token = columns < lengths[:, None]
    ids[is_token] = flat[(starts[:, None] + columns)[is_token]]
    ids[np.arange(len(rows)), lengths] = EOS
    return torch.from_numpy(ids), torch.from_numpy(columns <= lengths[:, None])
