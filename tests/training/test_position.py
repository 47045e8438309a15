"""The place in the data is a function of the step, whatever each epoch's number of batches."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from softsearch.errors import DataError
from softsearch.training.position import Position, count_steps


def test_it_walks_every_batch_of_every_epoch_in_order(toy: ModuleType) -> None:
    data = toy.Data()
    position, walked = Position(data), []
    for _ in range(16):
        walked.append(position.rows.tolist())
        position.advance()
    assert walked == [rows.tolist() for epoch in range(3) for rows in data.plan(epoch)]
    assert (position.epoch, position.index) == (3, 0)


def test_going_on_reads_no_earlier_plan(toy: ModuleType) -> None:
    data = toy.Data()
    asked = []
    plan = data.plan
    data.plan = lambda epoch: asked.append(epoch) or plan(epoch)
    assert Position(data, epoch=5, index=2).rows.tolist() == plan(5)[2].tolist()
    assert asked == [5]


def test_steps_are_counted_over_epochs_up_to_a_limit(toy: ModuleType) -> None:
    assert count_steps(toy.Data(), epochs=3, limit=None) == 5 + 6 + 5
    assert count_steps(toy.Data(), epochs=3, limit=7) == 7
    assert count_steps(toy.Data(), epochs=3, limit=99) == 16


def test_data_without_a_batch_are_refused() -> None:
    class Empty:
        def plan(self, epoch: int) -> list[np.ndarray]:
            return []

    with pytest.raises(DataError, match="nothing to train on"):
        _ = Position(Empty()).rows
