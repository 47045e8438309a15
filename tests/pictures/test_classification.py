"""What is drawn of a classifier: every count in its cell, every bin at its place, every kernel with its map."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.pictures.classification import confusion_matrix, reliability_chart
from softsearch.pictures.kernels import kernel_sheet


def test_each_cell_has_the_share_of_its_row_and_its_count_if_any():
    figure = confusion_matrix([[6, 2], [0, 5]], ["a $x", "b"])
    (axes,) = figure.axes
    assert axes.images[0].get_array().tolist() == [[0.75, 0.25], [0, 1]]
    assert {(text.get_position(), text.get_text()) for text in axes.texts} == {
        ((0, 0), "6"),
        ((1, 0), "2"),
        ((1, 1), "5"),
    }
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a $x", "b"]
    with pytest.raises(ValueError, match="a row and a column"):
        confusion_matrix([[1]], ["a", "b"])


def test_many_classes_have_neither_numbers_nor_names():
    (axes,) = confusion_matrix(np.eye(70, dtype=int), [str(each) for each in range(70)]).axes
    assert not axes.texts
    assert len(axes.get_yticks()) < 70


def test_each_bin_stands_where_its_confidence_and_its_share_meet():
    (axes,) = reliability_chart([(0.3, 0.2, 10), (0.9, 0.8, 40)]).axes
    assert axes.lines[1].get_xydata().tolist() == [[0.3, 0.2], [0.9, 0.8]]
    sizes = axes.collections[0].get_sizes()
    assert sizes[1] > sizes[0]
    with pytest.raises(ValueError, match="nothing to draw"):
        reliability_chart([])


def test_each_kernel_stands_above_its_map():
    kernels, maps = (
        np.random.default_rng(1).standard_normal((2, 3, 3, 1)),
        np.random.default_rng(2).standard_normal((2, 8, 8)),
    )
    figure = kernel_sheet(np.zeros((8, 8, 1), np.uint8), kernels, maps)
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert [each.shape[:2] for each in drawn] == [(8, 8), (3, 3), (8, 8), (3, 3), (8, 8)]
    assert np.array_equal(np.asarray(drawn[2]), maps[0])
    with pytest.raises(ValueError, match="2 kernels and 1 maps"):
        kernel_sheet(np.zeros((8, 8, 1), np.uint8), kernels, maps[:1])
