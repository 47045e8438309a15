"""The place in the data is a function of the step, whatever each epoch's number of batches."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from softsearch.errors import DataError
from softsearch.training.position import Position, count_steps


def test_a_step_takes_several_batches_of_one_epoch_and_leaves_none_out(toy: ModuleType) -> None:
    data = toy.Data()
    position, walked, sizes = Position(data, accumulate=2), [], []
    for _ in range(6):
        walked += [rows.tolist() for rows in position.batches]
        sizes.append(len(position.batches))
        position.advance()
    assert walked == [rows.tolist() for epoch in range(2) for rows in data.plan(epoch)]
    assert sizes == [2, 2, 1, 2, 2, 2]
    assert (position.epoch, position.index) == (2, 0)


def test_going_on_reads_no_earlier_plan(toy: ModuleType) -> None:
    data = toy.Data()
    asked = []
    plan = data.plan
    data.plan = lambda epoch: asked.append(epoch) or plan(epoch)
    (rows,) = Position(data, accumulate=1, epoch=5, index=2).batches
    assert rows.tolist() == plan(5)[2].tolist()
    assert asked == [5]


def test_steps_are_counted_over_epochs_up_to_a_limit(toy: ModuleType) -> None:
    assert count_steps(toy.Data(), epochs=3, accumulate=1, limit=None) == 5 + 6 + 5
    assert count_steps(toy.Data(), epochs=3, accumulate=1, limit=7) == 7
    assert count_steps(toy.Data(), epochs=3, accumulate=1, limit=99) == 16
    assert count_steps(toy.Data(), epochs=3, accumulate=2, limit=None) == 3 + 3 + 3


def test_data_without_a_batch_are_refused() -> None:
    class Empty:
        def plan(self, epoch: int) -> list[np.ndarray]:
            return []

    with pytest.raises(DataError, match="nothing to train on"):
        _ = Position(Empty(), accumulate=1).batches
