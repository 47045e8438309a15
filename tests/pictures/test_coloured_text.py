"""Every character stands in its place, on the colour of its token."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from softsearch.pictures import coloured_text, save_png
from softsearch.pictures.coloured_text import colour


def lines(figure) -> list[str]:
    """Return what is written, row by row."""
    found: dict[int, dict[float, str]] = {}
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        found.setdefault(row, {})[column] = text.get_text()
    return ["".join(found[row].get(column, " ") for column in range(int(max(found[row])) + 1)) for row in sorted(found)]


def ground(figure) -> np.ndarray:
    return figure.axes[0].images[0].get_array()


def test_a_text_stands_line_by_line_with_white_space_in_its_place() -> None:
    figure = coloured_text(["ab", " ", "c\n", "\n", " d\te"], [0.5] * 5, title="a unit")
    assert lines(figure) == ["ab c↵", "↵", " d⇥e"]
    assert figure.texts[0].get_text() == "a unit"


def test_each_character_has_the_value_of_its_token_and_nothing_else_has_any() -> None:
    figure = coloured_text(["ab", "\n", "", "c"], [0.5, -1.0, 0.9, 0.25], title="")
    values = ground(figure)
    assert values[0, :3].tolist() == [0.5, 0.5, -1.0]
    assert values[1, 0] == 0.25
    assert values.mask.sum() == values.size - 4
    assert figure.axes[0].images[0].get_clim() == (-1, 1)


def test_a_long_line_goes_on_below() -> None:
    figure = coloured_text(["x" * 230], [0.0], title="")
    assert [len(line) for line in lines(figure)] == [100, 100, 30]


def test_what_does_not_fit_is_counted() -> None:
    figure = coloured_text(["\n"] * 310, [0.0] * 310, title="")
    assert len(lines(figure)) == 300
    assert "10 more tokens" in figure.texts[-1].get_text()
    whole = coloured_text(["\n"] * 300, [0.0] * 300, title="")
    assert not any("more" in text.get_text() for text in whole.texts)


def test_a_wide_character_takes_two_places_an_accent_none_and_a_control_character_its_escape() -> None:
    figure = coloured_text(["你", "e\u0301", "\x00", "z"], [0.1, 0.2, 0.3, 0.4], title="")
    places = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    assert places == {"你": 0, "e\u0301": 2, "\\": 3, "x": 4, "0": 6, "z": 7}
    assert ground(figure)[0, :8].tolist() == [0.1, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.4]


def test_minus_one_is_red_zero_is_white_and_one_is_blue() -> None:
    red, green, blue = to_rgb(colour(-1))
    assert red > max(green, blue) + 0.4
    assert colour(0) == "#ffffff" or min(to_rgb(colour(0))) > 0.98
    red, green, blue = to_rgb(colour(1))
    assert blue > red + 0.4


def test_any_text_is_drawn_without_formula_or_warning(tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = coloured_text(["$x_1$", "\ud800", "\u202e", "<b>"], [0.0, 1.0, -1.0, np.nan], title="$a$")
        save_png(figure, tmp_path / "text.png")
    assert not any(text.get_parse_math() for text in [*figure.axes[0].texts, *figure.texts])


@pytest.mark.parametrize(("tokens", "values"), [([], []), (["", ""], [0, 0]), (["a"], [0, 1])])
def test_no_text_and_values_for_another_one_are_refused(tokens, values) -> None:
    with pytest.raises(ValueError, match="tokens of a text"):
        coloured_text(tokens, values, title="")
