"""Below each token stands what was likely in its place, the darker the likelier."""

from __future__ import annotations

import warnings

import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from softsearch.pictures import Expected, next_token_strips, save_png, style

PLACES = [
    Expected("a", 0.7, 1, [("a", 0.7), ("b", 0.2)]),
    Expected("↵", 0.2, 2, [("x", 0.6), ("↵", 0.2)]),
    Expected("$z$", 0.004, 1234, [("y", 0.9), ("z", 0.05)]),
]


def columns(figure) -> list[list[str]]:
    """Return what is written, column by column, without title and names of rows."""
    found: dict[float, dict[float, str]] = {}
    for text in figure.axes[0].texts:
        left, low = text.get_position()
        found.setdefault(left, {})[low] = text.get_text()
    return [list(dict(sorted(found[left].items())).values()) for left in sorted(found)][-len(PLACES) :]


def rectangles(figure, *, filled: bool) -> list[Rectangle]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle) and patch.get_fill() is filled]


def test_each_column_has_the_token_the_likeliest_its_probability_and_its_rank() -> None:
    assert columns(next_token_strips(PLACES, title="t")) == [
        ["a", "a", "b", "70", "1"],
        ["↵", "x", "↵", "20", "2"],
        ["$z$", "y", "z", "0.4", "1,234"],
    ]


def test_the_likelier_the_darker() -> None:
    grounds = [patch.get_facecolor() for patch in rectangles(next_token_strips(PLACES, title=""), filled=True)]
    assert grounds == [to_rgba(style.WEIGHTS(share)) for place in PLACES for _, share in place.likeliest]


def test_the_right_one_is_outlined_where_it_is_among_them() -> None:
    figure = next_token_strips(PLACES, title="")
    outlined, cells = rectangles(figure, filled=False), rectangles(figure, filled=True)
    assert len(outlined) == 2
    for outline, cell in zip(outlined, (cells[0], cells[3]), strict=True):
        assert cell.get_bbox().contains(*outline.get_bbox().min)
        assert cell.get_bbox().contains(*outline.get_bbox().max)


def test_a_long_text_goes_on_in_strips_below_and_nothing_is_cut_off() -> None:
    figure = next_token_strips([Expected("Donaudampfschifffahrt", 0.5, 1, [("neighbourhood", 0.5)])] * 30, title="t")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert all(figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert len({text.get_position()[1] for text in figure.axes[0].texts if text.get_text() == "text"}) > 1


def test_any_text_is_drawn_without_formula_or_warning(tmp_path) -> None:
    hostile = ["$x_1$", "\x00", "\u202eabc", "\ud800", "你好", "", "Ä" * 400, "\\frac{"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        places = [Expected(token, 0.5, 1, [(token, 0.5)]) for token in hostile]
        save_png(next_token_strips(places, title="$a$"), tmp_path / "strips.png")
    assert (tmp_path / "strips.png").exists()


@pytest.mark.parametrize("places", [[], [PLACES[0], Expected("a", 0.5, 1, [])]])
def test_nothing_to_draw_and_columns_of_different_heights_are_refused(places) -> None:
    with pytest.raises(ValueError, match="places of a text"):
        next_token_strips(places, title="")
