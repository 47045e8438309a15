"""Batches of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import PAD
from softsearch.seeding import derive
from softsearch.shapes import Bool, Int, Tensor

_POOL = 20  # batches whose sentences are sorted by length together


@dataclass(frozen=True)
class SentenceBatch:
    """Sentences, padded at the end, which of their positions are real, and the number of each one's class."""

    tokens: Int[Tensor, "batch src"]
    mask: Bool[Tensor, "batch src"]
    labels: Int[Tensor, " batch"]

    @property
    def num_items(self) -> int:
        """How many sentences there are."""
        return len(self.labels)

    def to(self, device: torch.device | str) -> SentenceBatch:
        """Return the batch on another device."""
        return SentenceBatch(self.tokens.to(device), self.mask.to(device), self.labels.to(device))


def padded(
    sentences: Sequence[Sequence[int] | np.ndarray],
) -> tuple[Int[Tensor, "batch src"], Bool[Tensor, "batch src"]]:
    """Return the ids of sentences, padded to the longest, at least one place, and which places are real."""
    lengths = np.array([len(each) for each in sentences])
    tokens = np.full((len(sentences), max(1, lengths.max())), PAD, dtype=np.int64)
    for row, ids in zip(tokens, sentences, strict=True):
        row[: len(ids)] = ids
    mask = np.arange(tokens.shape[1]) < lengths[:, None]
    return torch.from_numpy(tokens), torch.from_numpy(mask)


class SentenceData:
    """The sentences of a store in random order, those of similar length in one batch.

    Parameters
    ----------
    batch
        Sentences in each; the last one of an epoch may have fewer.
    seed
        The recipe's seed.
    """

    unit = "sentences"
    typical_epoch = 0

    def __init__(self, store: SentenceStore, *, batch: int, seed: int) -> None:
        self.store = store
        self._batch, self._seed = batch, seed

    def __len__(self) -> int:
        return len(self.store)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch, a function of the seed and the epoch alone."""
        random = np.random.default_rng(derive(self._seed, "data order", epoch))
        order = random.permutation(len(self))
        batches: list[np.ndarray] = []
        for start in range(0, len(order), _POOL * self._batch):
            pool = order[start : start + _POOL * self._batch]
            pool = pool[np.argsort(self.store.lengths[pool], kind="stable")]
            batches += np.array_split(pool, range(self._batch, len(pool), self._batch))
        return [batches[index] for index in random.permutation(len(batches))]

    def batch(self, rows: np.ndarray) -> SentenceBatch:
        """Read one batch."""
        tokens, mask = padded([self.store[row] for row in rows.tolist()])
        return SentenceBatch(tokens, mask, torch.from_numpy(self.store.labels[rows].astype(np.int64)))

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each sentence."""
        return self.store.lengths[rows]

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where each sentence was read."""
        return [self.store.places[int(row)] for row in rows]
