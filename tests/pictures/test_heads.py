"""A small map for each layer and head, all on one scale, with tokens named where there is room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from softsearch.pictures import head_grid, save_png

ACROSS, DOWN = ["Grüße", "$x$", "</s>"], ["love", "kisses"]
WEIGHTS = np.random.default_rng(1).dirichlet(np.ones(3), (2, 4, 2))


def names(axes) -> tuple[list[str], list[str]]:
    return [tick.get_text() for tick in axes.get_xticklabels()], [tick.get_text() for tick in axes.get_yticklabels()]


def test_layers_are_below_each_other_and_heads_side_by_side() -> None:
    figure = head_grid(ACROSS, DOWN, WEIGHTS, title="t")
    assert len(figure.axes) == 8
    for number, axes in enumerate(figure.axes):
        np.testing.assert_array_equal(axes.images[0].get_array(), WEIGHTS[number // 4, number % 4])
        assert axes.images[0].get_clim() == (0, 1)
    boxes = [axes.get_position() for axes in figure.axes]
    assert all(one.x1 < other.x0 and one.y0 == other.y0 for one, other in itertools.pairwise(boxes[:4]))
    assert boxes[4].y1 < boxes[0].y0


def test_tokens_are_named_at_the_outer_maps_and_nothing_is_cut_off(tmp_path) -> None:
    figure = head_grid(ACROSS, DOWN, WEIGHTS, title="t")
    assert names(figure.axes[0]) == (ACROSS, DOWN)
    assert names(figure.axes[1]) == (ACROSS, [])
    assert names(figure.axes[4]) == ([], DOWN)
    figure.draw_without_rendering()
    texts = [
        *figure.texts,
        *(tick for axes in figure.axes for tick in (*axes.get_xticklabels(), *axes.get_yticklabels())),
    ]
    for box in (text.get_window_extent() for text in texts if text.get_text()):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0
        assert box.y1 <= figure.bbox.y1
    save_png(figure, tmp_path / "heads.png")


def test_pieces_are_named_as_in_a_map_of_attention() -> None:
    figure = head_grid(["▁th", "ough", "</s>"], ["↵", "▁a", "▁"], np.zeros((1, 1, 3, 3)), title="")
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["th", "·ough", "</s>"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["↵", "a", "␣"]


def test_many_tokens_are_drawn_without_their_names_in_no_more_room() -> None:
    small, large = (
        head_grid(["a"] * number, ["a"] * number, np.full((1, 2, number, number), 0.1), title="")
        for number in (60, 600)
    )
    assert names(large.axes[0]) == ([], [])
    assert large.get_size_inches().tolist() == pytest.approx(small.get_size_inches().tolist())


def test_single_characters_stand_upright() -> None:
    figure = head_grid(["a", "b"], ["c"], np.ones((1, 1, 1, 2)), title="")
    assert {tick.get_rotation() for tick in figure.axes[0].get_xticklabels()} == {0.0}


@pytest.mark.parametrize("shape", [(2, 4, 3, 2), (4, 2, 3), (0, 4, 2, 3)])
def test_weights_of_another_shape_are_refused(shape) -> None:
    with pytest.raises(ValueError, match="2 by 3 tokens"):
        head_grid(ACROSS, DOWN, np.zeros(shape), title="")
