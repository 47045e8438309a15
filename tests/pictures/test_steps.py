"""Episodes are drawn step by step, and a memory as a film in which one can read what is what."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from softsearch.pictures import save_film, step_sheet


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 11, 41, 600])
def test_steps_are_counted_from_1_and_their_numbers_do_not_overlap(steps: int) -> None:
    figure = step_sheet({"read": np.ones((steps, 2)), "written": np.ones((steps, 1))}, {}, title="episode")
    FigureCanvasAgg(figure).draw()
    axis = figure.axes[-1].xaxis
    ticks = axis.get_ticklocs().tolist()
    assert ticks
    assert set(ticks) <= set(range(1, steps + 1))
    assert figure.axes[-1].images[0].get_extent()[:2] == [0.5, steps + 0.5]
    boxes = [label.get_window_extent() for label in axis.get_ticklabels()]
    assert not any(one.overlaps(other) for one, other in itertools.pairwise(boxes))


def test_the_first_and_the_last_location_of_a_head_are_numbered() -> None:
    figure = step_sheet({"read": np.ones((3, 2))}, {"write head": np.ones((3, 7))}, title="episode")
    read, head = figure.axes
    assert head.get_ylabel() == "write head\nlocation"
    assert [label.get_text() for label in head.get_yticklabels()] == ["1", "7"]
    assert head.images[0].get_extent()[2:] == [7.5, 0.5]
    assert not read.get_yticks().size


@pytest.mark.parametrize(("number", "is_white"), [(0.0, True), (-0.5, False), (0.5, False)])
def test_0_is_white_and_nothing_else_is(number: float, is_white: bool) -> None:
    image = step_sheet({"read": np.array([[number]])}, {}, title="episode").axes[0].images[0]
    assert (image.to_rgba(image.get_array()).min() == 1.0) == is_white


def film(out: Path, *, locations: int, word: int) -> list[Image.Image]:
    memory = np.linspace(-2, 1, 3 * locations * word).reshape(3, locations, word)
    heads = {"write head": np.eye(locations)[:3], "read head": np.eye(locations)[:3]}
    save_film(out, memory, heads, captions=["step 1 of 3", "step 2 of 3", "step 3 of 3"])
    with Image.open(out) as found:
        return [found.seek(number) or found.convert("RGB") for number in range(found.n_frames)]


@pytest.mark.parametrize(("locations", "word"), [(4, 2), (128, 20), (500, 300)])
def test_a_film_is_neither_tiny_nor_larger_than_a_screen(tmp_path: Path, locations: int, word: int) -> None:
    frames = film(tmp_path / "film.gif", locations=locations, word=word)
    assert len(frames) == 3
    assert 320 <= frames[0].width <= 1000
    assert frames[0].height <= 800


def test_the_columns_of_a_film_are_named_above_in_letters_that_can_be_read(tmp_path: Path) -> None:
    ink = np.array(film(tmp_path / "film.gif", locations=8, word=4)[0].convert("L")) < 128
    lines = np.flatnonzero(ink[:70].any(axis=1))
    caption, names = np.split(lines, np.flatnonzero(np.diff(lines) > 8) + 1)[:2]
    assert min(np.ptp(caption), np.ptp(names)) >= 10
    words = np.flatnonzero(ink[names[0] : names[-1]].any(axis=0))
    assert np.count_nonzero(np.diff(words) > 8) == 2
