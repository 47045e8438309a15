"""Padded batches of pairs, and the order in which an epoch visits them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

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


class PairData:
    """What training reads: a store, and its order epoch by epoch.

    Parameters
    ----------
    store
        The token ids.
    name
        The file they come from, for messages.
    batch_tokens
        Padded positions of a batch at most, on either side.
    seed
        The recipe's seed.
    """

    def __init__(self, store: TokenStore, *, name: str, batch_tokens: int, seed: int) -> None:
        self.store = store
        self.name = name
        self._batch_tokens = batch_tokens
        self._seed = seed

    def __len__(self) -> int:
        return len(self.store)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch of an epoch, a function of the seed and the epoch alone."""
        return plan_epoch(self.store, batch_tokens=self._batch_tokens, seed=self._seed, epoch=epoch)

    def batch(self, rows: np.ndarray) -> PairBatch:
        """Return the batch of these rows."""
        return make_batch(self.store, rows)

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where the rows were read, such as ``train.tsv:17``."""
        return [f"{self.name}:{self.store.line(int(row))}" for row in rows]


def pad_sources(sources: Sequence[Sequence[int]]) -> tuple[Int[Tensor, "batch src"], Bool[Tensor, "batch src"]]:
    """Return sources padded, each ending with EOS, and the mask of their real positions."""
    lengths = np.array([len(ids) for ids in sources], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = np.array([index for ids in sources for index in ids], dtype=np.int64)
    return _padded(flat, offsets, np.arange(len(sources)))


def make_batch(store: TokenStore, rows: np.ndarray) -> PairBatch:
    """Return the batch of some rows of a store."""
    source, source_mask = _padded(store.source_ids, store.source_offsets, rows)
    target_output, target_mask = _padded(store.target_ids, store.target_offsets, rows)
    begin = torch.full((len(rows), 1), BOS)
    target_input = torch.cat([begin, target_output[:, :-1]], dim=1)
    # EOS is the last output of a row, never an input
    target_input = target_input.masked_fill(~target_mask, PAD)
    return PairBatch(source, source_mask, target_input, target_output, target_mask, torch.as_tensor(rows))


def plan_epoch(store: TokenStore, *, batch_tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return batches of similar lengths in random order, every row in exactly one.

    Rows times the longest target with its EOS, and rows times the longest source with its EOS, are each at most
    `batch_tokens`; a longer pair is a batch of its own. The result depends on the data, `batch_tokens`, `seed` and
    `epoch` alone. Lengths are jittered before they are sorted, so that epochs differ in who meets whom.
    """
    random = np.random.default_rng(derive(seed, "data order", epoch))
    sources, targets = store.source_lengths + 1, store.target_lengths + 1
    # The length of targets decides first: the decoder's loop is the expensive one.
    coarse = np.floor(targets + _JITTER * random.random(len(store)))
    order = np.lexsort((sources + _JITTER * random.random(len(store)), coarse))
    batches = _cut(order, sources, targets, batch_tokens)
    return [batches[index] for index in random.permutation(len(batches))]


def plan_in_order(store: TokenStore, *, batch_tokens: int) -> list[np.ndarray]:
    """Return batches by increasing length, every row in exactly one, with the budget of :func:`plan_epoch`."""
    sources, targets = store.source_lengths + 1, store.target_lengths + 1
    return _cut(np.lexsort((sources, targets)), sources, targets, batch_tokens)


def _cut(order: np.ndarray, sources: np.ndarray, targets: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    longest_side = np.maximum(sources, targets)[order]
    batches, start = [], 0
    while start < len(order):
        # No batch that starts here can hold more rows than its first row alone would allow.
        widest = longest_side[start : start + max(1, batch_tokens // int(longest_side[start]))]
        padded = np.maximum.accumulate(widest) * np.arange(1, len(widest) + 1)
        end = start + max(1, int(np.searchsorted(padded, batch_tokens, side="right")))
        batches.append(order[start:end])
        start = end
    return batches


def _padded(flat: np.ndarray, offsets: np.ndarray, rows: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return the sequences of `rows`, each followed by EOS, padded, and their mask."""
    starts, lengths = offsets[rows], offsets[rows + 1] - offsets[rows]
    columns = np.arange(lengths.max(initial=0) + 1)
    ids = np.full((len(rows), len(columns)), PAD, dtype=np.int64)
    is_token = columns < lengths[:, None]
    ids[is_token] = flat[(starts[:, None] + columns)[is_token]]
    ids[np.arange(len(rows)), lengths] = EOS
    return torch.from_numpy(ids), torch.from_numpy(columns <= lengths[:, None])
