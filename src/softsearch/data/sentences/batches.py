"""Batches of sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.batches import Batch, StoredData, pad_rows
from softsearch.data.sentences.store import SentenceStore
from softsearch.seeding import derive
from softsearch.shapes import Bool, Int, Tensor

_POOL = 20  # batches whose sentences are sorted by length together


@dataclass(frozen=True)
class SentenceBatch(Batch):
    """Sentences, padded at the end, which of their positions are real, and the number of each one's class."""

    tokens: Int[Tensor, "batch src"]
    mask: Bool[Tensor, "batch src"]
    labels: Int[Tensor, " batch"]

    @property
    def num_items(self) -> int:
        """How many sentences there are."""
        return len(self.labels)


class SentenceData(StoredData[SentenceStore]):
    """The sentences of a store in random order, those of similar length in one batch; visits are rows."""

    unit = "sentences"

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
        tokens, mask = pad_rows(self.store.sentences, rows, end=False)
        return SentenceBatch(tokens, mask, torch.from_numpy(self.store.labels[rows].astype(np.int64)))

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each sentence."""
        return self.store.lengths[rows]
