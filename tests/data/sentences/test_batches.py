"""Sentences are stored as tokens with their classes, and cut into batches that a seed and an epoch decide."""

from __future__ import annotations

import numpy as np
import torch

from softsearch.data.sentences.batches import SentenceData


def test_each_epoch_has_every_sentence_once_in_an_order_of_its_own(store):
    data = SentenceData(store, batch=8, seed=3)
    first, second = data.plan(0), data.plan(1)
    assert sorted(np.concatenate(first).tolist()) == list(range(90))
    assert {len(rows) for rows in first} <= {8, 2}
    assert [rows.tolist() for rows in first] == [rows.tolist() for rows in SentenceData(store, batch=8, seed=3).plan(0)]
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in second]
    spread = [np.ptp(store.lengths[rows]) for rows in first]
    assert np.mean(spread) < 2  # lengths from 1 to 7: those of a batch are alike


def test_a_batch_has_tokens_and_labels(store):
    data = SentenceData(store, batch=4, seed=1)
    batch = data.batch(np.array([0, 3]))
    assert batch.tokens.shape == (2, 4)
    assert batch.labels.tolist() == [0, 1]
    assert batch.num_items == 2
    assert data.describe(np.array([3])) == ["t:3"]
    assert batch.to("cpu").mask.dtype is torch.bool
