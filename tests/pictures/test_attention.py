"""The heat map shows every token as it is, in its place, whatever it is."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from softsearch.pictures import attention_map, save_png
from softsearch.pictures.style import ACCENT

HOSTILE = ["$x_1$", "a$", "\x00", "\u202eabc", "\ud800", "你好", "", "Ä" * 400, "<b>", "\\frac{"]


def labels(figure: Figure) -> tuple[list[str], list[str]]:
    axes = figure.axes[0]
    return [tick.get_text() for tick in axes.get_xticklabels()], [tick.get_text() for tick in axes.get_yticklabels()]


def test_source_is_along_the_top_and_target_down_the_side() -> None:
    weights = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    figure = attention_map(["Grüße", "und", "Küsse"], ["love", "kisses"], weights)
    assert labels(figure) == (["Grüße", "und", "Küsse"], ["love", "kisses"])
    assert figure.axes[0].xaxis.get_ticks_position() == "top"
    (image,) = figure.axes[0].images
    np.testing.assert_array_equal(image.get_array(), weights)
    assert image.get_clim() == (0.0, 1.0)
    assert figure.axes[0].yaxis_inverted()  # the first target word is at the top


def test_gold_links_are_outlined_at_source_and_target() -> None:
    figure = attention_map(["a", "b", "c"], ["x", "y"], np.full((2, 3), 1 / 3), gold=[(2, 1), (0, 0)])
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    centres = {(box.get_x() + box.get_width() / 2, box.get_y() + box.get_height() / 2) for box in boxes}
    assert centres == {(2.0, 1.0), (0.0, 0.0)}
    assert all(not box.get_fill() for box in boxes)
    assert any(text.get_color() == ACCENT for text in figure.axes[0].texts)  # the legend


def test_single_characters_are_not_turned_beside_a_longer_token() -> None:
    figure = attention_map([*"print(1)", "</s>"], ["1"], np.full((1, 9), 1 / 9))
    assert [label.get_rotation() for label in figure.axes[0].get_xticklabels()] == [0.0] * 8 + [90.0]


@pytest.mark.parametrize("num_tokens", [1, 3, 50])
def test_no_label_is_cut_off_or_overlaps_its_neighbour(num_tokens: int) -> None:
    tokens = [("Donaudampfschifffahrtsgesellschaft", "über", "a")[number % 3] for number in range(num_tokens)]
    figure = attention_map(
        tokens, tokens, np.eye(num_tokens), gold=[(0, 0)], title="A title, longer than the map is wide"
    )
    figure.draw_without_rendering()
    frame = figure.bbox
    for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
        boxes = [tick.get_window_extent() for tick in axis.get_ticklabels()]
        assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
        assert all(frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
        assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
    title = figure.texts[0].get_window_extent()
    assert title.x1 <= frame.x1
    assert title.y0 >= max(tick.get_window_extent().y1 for tick in figure.axes[0].get_xticklabels())


def test_long_tokens_stand_upright_and_short_ones_do_not() -> None:
    long = attention_map(["Straße", "b"], ["x", "y"], np.eye(2))
    short = attention_map(["a", "b"], ["Straße", "y"], np.eye(2))
    assert {tick.get_rotation() for tick in long.axes[0].get_xticklabels()} == {90.0}
    assert {tick.get_rotation() for tick in short.axes[0].get_xticklabels()} == {0.0}


def test_any_text_is_drawn_without_formula_or_warning(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = attention_map(HOSTILE, HOSTILE, np.eye(len(HOSTILE)), title="$a$ $b", gold=[])
        save_png(figure, tmp_path / "new" / "map.png")
    across, _ = labels(figure)
    assert across[:5] == ["$x_1$", "a$", "\\x00", "\\u202eabc", "\\ud800"]
    assert across[7].endswith("Ä…")
    assert len(across[7]) < 40
    assert not any(tick.get_parse_math() for tick in figure.axes[0].get_xticklabels())
    with Image.open(tmp_path / "new" / "map.png") as image:
        assert image.format == "PNG"
        assert min(image.size) > 300


@pytest.mark.parametrize("shape", [(3, 2), (2, 2), (2, 3, 1)])
def test_weights_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="2 target and 3 source tokens"):
        attention_map(["a", "b", "c"], ["x", "y"], np.zeros(shape))


def test_an_empty_side_and_a_gold_link_outside_the_map_are_refused() -> None:
    with pytest.raises(ValueError, match="0 target and 1 source"):
        attention_map(["a"], [], np.zeros((0, 1)))
    with pytest.raises(ValueError, match="gold link 1-0"):
        attention_map(["a"], ["x"], np.ones((1, 1)), gold=[(1, 0)])


def test_weights_that_are_not_a_number_are_left_blank() -> None:
    figure = attention_map(["a", "b"], ["x"], np.array([[np.nan, 1.0]]))
    assert figure.axes[0].images[0].get_array().mask.tolist() == [[True, False]]


def test_a_mark_that_the_font_lacks_is_drawn_as_one_that_it_has() -> None:
    figure = attention_map(["Hund", "￭."], ["x"], np.ones((1, 2)))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["Hund", "▪."]


def test_where_words_are_in_pieces_those_that_go_on_with_a_word_have_a_dot() -> None:
    figure = attention_map(["▁th", "ough", "▁", "x", "</s>"], ["▁ab", "⁇"], np.ones((2, 5)))
    assert labels(figure) == (["th", "·ough", "␣", "·x", "</s>"], ["ab", "⁇"])


def test_words_and_characters_have_no_dot() -> None:
    assert labels(attention_map(["▁", "a", "b"], ["a", "tree"], np.ones((2, 3)))) == (["␣", "a", "b"], ["a", "tree"])


@pytest.mark.parametrize("num_tokens", [10, 35])
def test_a_map_of_a_usual_sentence_is_narrow_enough_for_a_page(num_tokens: int) -> None:
    figure = attention_map(["▁token"] * num_tokens, ["▁token"] * num_tokens, np.eye(num_tokens))
    assert figure.get_size_inches()[0] < 9.75
    assert figure.axes[0].get_xticklabels()[0].get_fontsize() > 8
