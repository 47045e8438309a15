"""What batches of all kinds of data share."""

import numpy as np
import torch

from softsearch.data.batches import cut, pad
from softsearch.data.images.batches import ImageBatch
from softsearch.data.windows import WindowBatch


def test_padding_ends_each_sequence_or_does_not():
    ids, mask = pad([[5, 6], [], [7]])
    assert ids.tolist() == [[5, 6, 3], [3, 0, 0], [7, 3, 0]]
    assert mask.tolist() == [[True, True, True], [True, False, False], [True, True, False]]
    ids, mask = pad([[5, 6], [], [7]], end=False)
    assert ids.tolist() == [[5, 6], [0, 0], [7, 0]]
    assert mask.tolist() == [[True, True], [False, False], [True, False]]
    assert pad([[]], end=False)[0].shape == (1, 1)


def test_a_batch_is_filled_to_the_last_token():
    batches = cut(np.arange(6), np.array([2, 2, 2, 3, 9, 1]), 6)
    assert [batch.tolist() for batch in batches] == [[0, 1, 2], [3], [4], [5]]


def test_a_batch_moves_with_all_its_tensors_and_keeps_the_rest():
    moved = WindowBatch(torch.zeros(1, 2).long(), torch.zeros(1, 2).long(), torch.zeros(1).long(), True).to("meta")
    assert (moved.inputs.device.type, moved.streams.device.type) == ("meta", "meta")
    assert (moved.begins, moved.mask) == (True, None)
    assert isinstance(ImageBatch(torch.zeros(1, 1, 2, 2), torch.ones(1, 1)).to("meta"), ImageBatch)
