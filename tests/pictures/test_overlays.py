"""A sheet shows for each word where in the image it looked, and a veil darkens the rest of an image in a page."""

from __future__ import annotations

import base64
import io
import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from softsearch.pictures import save_png
from softsearch.pictures.overlays import overlay_sheet, veil
from softsearch.pictures.style import glyphs_may_lack

GREY = np.full((40, 60, 3), 128, dtype=np.uint8)


def looking_at(*places: tuple[int, int], rows: int = 4, columns: int = 5) -> np.ndarray:
    """Return weights of a word for each place, which has all of its attention."""
    weights = np.zeros((len(places), rows, columns))
    for word, place in enumerate(places):
        weights[word][place] = 1.0
    return weights


def shown(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_each_word_has_the_image_and_is_brightest_in_the_place_it_looked_at() -> None:
    words, places = ["a", "dog", "runs"], [(0, 0), (2, 3), (3, 4)]
    figure = overlay_sheet(GREY, words, looking_at(*places))
    assert [axes.get_title() for axes in figure.axes] == ["", *words]
    first, *panels = shown(figure)
    np.testing.assert_array_equal(first, GREY)
    for panel, (row, column) in zip(panels, places, strict=True):
        light = panel.sum(axis=2, dtype=int)
        y, x = np.unravel_index(light.argmax(), light.shape)
        assert (y // 10, x // 12) == (row, column)
        assert light.max() > 3 * 128 > 2 * light.min()


def test_a_dark_image_is_lit_where_it_was_looked_at() -> None:
    black = np.zeros((20, 20, 1), dtype=np.uint8)
    panel = shown(overlay_sheet(black, ["night"], looking_at((1, 0), rows=2, columns=2)))[1]
    assert panel[15, 5].min() > 50
    assert panel[5, 15].max() < 5


def test_each_word_is_as_bright_where_it_looked_most_however_it_spread_its_attention() -> None:
    even = np.full((1, 4, 5), 0.05)
    sharp, spread = shown(overlay_sheet(GREY, ["sharp", "even"], np.concatenate([looking_at((1, 1)), even])))[1:]
    assert sharp.max() == spread.max()
    assert spread.min() == spread.max()


def test_without_attention_the_image_is_drawn_once_with_the_caption() -> None:
    words = ["one", "of", "many", "long", "words"] * 6
    figure = overlay_sheet(GREY[..., :1], words, None, title="1.jpg")
    assert len(figure.axes) == 1
    title, *caption = (text.get_text() for text in figure.texts)
    assert title == "1.jpg"
    assert len(caption) > 2
    assert " ".join(caption) == " ".join(words)
    assert [text.get_text() for text in overlay_sheet(GREY, [], None).texts] == ["(nothing)"]


def test_nothing_is_cut_off_and_panels_do_not_touch(tmp_path) -> None:
    words = ["Donaudampfschifffahrtsgesellschaftskapitän", "$x$", "走る犬" * 12, "كلب", "\x00\n", *"abcd"]
    figure = overlay_sheet(GREY, words, looking_at(*[(0, 0)] * len(words)), title="the title says much " * 20)
    with glyphs_may_lack():
        figure.draw_without_rendering()
    texts = [*figure.texts, *(axes.title for axes in figure.axes)]
    for box in (text.get_window_extent() for text in texts if text.get_text()):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1
    rows = itertools.groupby((axes.get_position() for axes in figure.axes), key=lambda box: round(box.y0, 6))
    for row in (list(boxes) for _, boxes in rows):
        assert all(one.x1 < other.x0 for one, other in itertools.pairwise(row))
    titles = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(titles, 2))
    save_png(figure, tmp_path / "sheet.png")


def test_many_words_wrap_into_rows_of_six() -> None:
    figure = overlay_sheet(GREY, ["a"] * 12, looking_at(*[(0, 0)] * 12))
    heights = [round(axes.get_position().y0, 6) for axes in figure.axes]
    assert [len(list(row)) for _, row in itertools.groupby(heights)] == [6, 6, 1]
    assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("size", [(60, 40), (1, 200), (200, 1)])
def test_panels_have_the_proportions_of_the_image(size: tuple[int, int]) -> None:
    figure = overlay_sheet(np.zeros((*size, 3), dtype=np.uint8), ["a"], looking_at((0, 0)))
    for axes in figure.axes:
        box = axes.get_window_extent()
        assert box.height / box.width == pytest.approx(size[0] / size[1])


@pytest.mark.parametrize(
    ("image", "weights"),
    [
        (GREY, np.ones((2, 3, 3))),
        (GREY, np.ones((1, 9))),
        (GREY, np.ones((1, 0, 3))),
        (GREY[..., :2], np.ones((1, 3, 3))),
        (GREY[..., 0], np.ones((1, 3, 3))),
        (GREY[:0], None),
    ],
)
def test_what_does_not_fit_is_refused(image: np.ndarray, weights: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match="shape"):
        overlay_sheet(image, ["dog"], weights)


def test_a_veil_over_an_image_is_what_the_sheet_shows() -> None:
    weights = np.array([[0.0, 0.2], [0.1, 0.4]])
    start, content = veil(weights).split(",")
    assert start == "data:image/png;base64"
    over = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))), dtype=float)
    assert over.shape == (2, 2, 2)
    light, opacity = over[..., 0], over[..., 1] / 255
    panel = shown(overlay_sheet(GREY[:2, :2], ["dog"], weights[None]))[1]
    np.testing.assert_allclose(panel[..., 0], 128 * (1 - opacity) + light * opacity, atol=1)
