"""A box touches the cells that it overlaps and no others; the share of attention on them is held against chance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from softsearch.metrics.pointing import cells_of, pointed, pointing_statistics


def overlaps(box, shape) -> np.ndarray:
    """Return which cells share an area with a box, one cell after the other."""
    left, top, right, bottom = box
    found = np.zeros(shape, bool)
    for row, column in itertools.product(*map(range, shape)):
        down = min(bottom, (row + 1) / shape[0]) - max(top, row / shape[0])
        across = min(right, (column + 1) / shape[1]) - max(left, column / shape[1])
        found[row, column] = down > 1e-12 and across > 1e-12
    return found


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (7, 7), (2, 5)])
def test_a_box_touches_the_cells_that_it_overlaps(shape):
    random = np.random.default_rng(1)
    for _ in range(200):
        (left, right), (top, bottom) = np.sort(random.random((2, 2)), axis=1).tolist()
        assert np.array_equal(cells_of((left, top, right, bottom), shape), overlaps((left, top, right, bottom), shape))


@pytest.mark.parametrize("edge", [2, 3, 7, 14, 49])
def test_a_box_whose_edges_are_those_of_cells_touches_no_neighbour(edge):
    for first, last in itertools.combinations(range(edge + 1), 2):
        wanted = np.zeros((edge, edge), bool)
        wanted[:, first:last] = True
        assert np.array_equal(cells_of((first / edge, 0.0, last / edge, 1.0), (edge, edge)), wanted)
        assert np.array_equal(cells_of((0.0, first / edge, 1.0, last / edge), (edge, edge)), wanted.T)


def test_a_box_that_ends_by_rounding_where_a_cell_begins_does_not_touch_it():
    assert cells_of((0.0, 0.0, 0.1 + 0.2, 1.0), (10, 10)).sum(axis=1).tolist() == [3] * 10
    assert cells_of((0.0, 1 - 0.9, 1.0, 0.5), (10, 10)).sum(axis=0).tolist() == [4] * 10


def test_left_and_right_are_columns_and_top_and_bottom_rows():
    assert cells_of((0.5, 0.0, 1.0, 0.5), (2, 2)).tolist() == [[False, True], [False, False]]


def test_all_of_the_image_is_every_cell_and_a_tiny_box_is_one():
    assert cells_of((0.0, 0.0, 1.0, 1.0), (4, 5)).all()
    assert cells_of((-0.1, -0.1, 1.1, 1.2), (4, 5)).all()  # what reaches over the edge
    assert np.argwhere(cells_of((0.61, 0.31, 0.6101, 0.3101), (5, 5))).tolist() == [[1, 3]]


def test_the_share_of_attention_on_a_box_is_held_against_the_share_of_its_cells():
    weights = np.array([[0.5, 0.1, 0.0], [0.2, 0.1, 0.1]])
    share, chance = pointed(weights, (0.0, 0.0, 0.5, 1.0))
    assert share == pytest.approx(0.9)
    assert chance == pytest.approx(4 / 6)
    assert pointed(7 * weights, (0.0, 0.0, 0.5, 1.0)) == pytest.approx((share, chance))
    even = np.full((4, 4), 1 / 16)
    for box in ((0.1, 0.2, 0.3, 0.9), (0.0, 0.0, 1.0, 1.0), (0.4, 0.4, 0.41, 0.41)):
        assert pointed(even, box)[0] == pytest.approx(pointed(even, box)[1])


def test_each_word_counts_alike_and_images_without_any_do_not_count():
    found = pointing_statistics([[1.0, 0.5, 0.0], [], [0.9]])
    assert found.value == pytest.approx((1.5 + 0.9) / 4)
    assert found.counts.tolist() == [[1.5, 3], [0.9, 1]]
    score = pointing_statistics([[0.1, 0.3], [0.5], [0.8, 0.2, 0.6]]).estimate(resamples=100)
    assert score.low <= score.value <= score.high
