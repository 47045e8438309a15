"""Each epoch has every image once, in another order and augmented anew."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from softsearch.data.images.augmentation import Augmentation
from softsearch.data.images.batches import ImageData
from tests.data.images.made import NOTHING, SOMETHING


def test_rows_count_on_so_that_each_epoch_is_another_order_and_another_augmentation(store):
    data = ImageData(store, batch=10, seed=1, augment=Augmentation(**NOTHING | {"noise": 0.1}))
    plans = [data.plan(epoch) for epoch in (0, 1)]
    assert [len(rows) for rows in plans[0]] == [10, 10, 5]
    for epoch, plan in enumerate(plans):
        assert sorted(np.concatenate(plan) - 25 * epoch) == list(range(25))
    assert not np.array_equal(plans[0][0], plans[1][0] - 25)
    rows = plans[0][0]
    assert torch.equal(data.batch(rows).images, data.batch(rows).images)
    assert not torch.equal(data.batch(rows).images, data.batch(rows + 25).images)
    assert data.describe(rows + 25) == data.describe(rows) == [store.places[row] for row in rows]


def test_a_batch_has_the_images_between_0_and_1_with_their_classes(store):
    data = ImageData(store, batch=10, seed=1, augment=None)
    rows = np.array([24, 3])
    batch = data.batch(rows)
    assert batch.images.shape == (2, 3, 6, 6)
    assert batch.images[0, 0, 0, 0] == pytest.approx(24 / 255)
    assert batch.targets.argmax(1).tolist() == store.labels[rows].tolist()
    assert batch.num_items == 2


def test_augmenting_leaves_the_callers_randomness_alone(store):
    data = ImageData(store, batch=10, seed=1, augment=Augmentation(**SOMETHING))
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    data.batch(data.plan(0)[0])
    assert torch.equal(torch.rand(3), expected)
