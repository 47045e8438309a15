import numpy as np
import pytest

from softsearch.data.stored import Ragged, chunks, mapped

ROWS = [[5, 6], [], [7]]


@pytest.mark.parametrize("laid_out", [Ragged.of(ROWS), Ragged.with_ends(np.array([5, 6, 7]), np.array([2, 2, 3]))])
def test_rows_of_different_lengths_are_had_one_by_one(laid_out):
    assert [row.tolist() for row in laid_out] == ROWS
    assert laid_out[2].tolist() == [7]
    assert laid_out.lengths.tolist() == [2, 0, 1]
    assert laid_out.is_whole(3)
    assert not laid_out.is_whole(2)


def test_numbers_behind_the_last_row_are_seen():
    assert not Ragged(np.arange(4), np.array([0, 3])).is_whole(1)


def test_a_mapped_array_is_a_plain_one_over_its_file(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    found = mapped(tmp_path / "a.npy")
    assert type(found) is np.ndarray
    assert isinstance(found.base, np.memmap)


def test_items_come_in_lists_of_one_size_and_are_not_drawn_before():
    drawn = []
    lists = chunks((drawn.append(number) or number for number in range(5)), 2)
    assert next(lists) == [0, 1]
    assert drawn == [0, 1]
    assert list(lists) == [[2, 3], [4]]
