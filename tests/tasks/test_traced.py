"""What is told and drawn of one episode."""

import dataclasses

import numpy as np
import pytest

from softsearch import pictures
from softsearch.tasks.traced import Trace, Uses

ASKED = np.array([False, True, True])


@pytest.fixture
def uses() -> Uses:
    even = np.full((3, 1, 4), 0.25)
    return Uses(np.zeros((3, 4, 2)), np.eye(4)[:3, None], even)


def trace(targets, written, *, is_bits, uses=None) -> Trace:
    columns = (np.array(each, dtype=float)[:, None] for each in ([0, 1, 0], targets, written))
    return Trace(*columns, ASKED, is_bits, uses)


def panels(found: Trace, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    drawn = {}
    monkeypatch.setattr(pictures, "step_sheet", lambda panels, heads, *, title: drawn.update({**panels, **heads}))
    found.plot()
    return drawn


def test_numbers_to_be_written_and_those_written_are_drawn_on_one_scale(monkeypatch):
    drawn = panels(trace([99, 0, 10], [-99, 500, 1000], is_bits=False), monkeypatch)
    np.testing.assert_allclose(drawn["to be written"][:, 0], [np.nan, 0, 0.01])
    np.testing.assert_allclose(drawn["written"][:, 0], [np.nan, 0.5, 1])


def test_each_number_that_is_read_is_drawn_on_a_scale_of_its_own(monkeypatch):
    found = trace([0, 1, 0], [0, 1, 0], is_bits=True)
    inputs = np.array([[1, -4], [0, 2], [0, 0.0]])  # bits, and a number
    drawn = panels(dataclasses.replace(found, inputs=inputs), monkeypatch)
    np.testing.assert_allclose(drawn["read"], [[1, -1], [0, 0.5], [0, 0]])


def test_bits_and_probabilities_are_drawn_as_they_are(monkeypatch):
    drawn = panels(trace([0, 1, 0], [0.5, 0.25, 0.75], is_bits=True), monkeypatch)
    np.testing.assert_allclose(drawn["written"][:, 0], [np.nan, 0.25, 0.75])
    np.testing.assert_allclose(drawn["wrong"][:, 0], [np.nan, 1, 1])


@pytest.mark.parametrize(("is_bits", "came"), [(True, "2 of 2 bits are wrong"), (False, "mean squared error 0.562")])
def test_where_heads_are_is_told_of_bits_and_of_numbers(uses, is_bits, came):
    found = trace([0, 1, 0], [0.5, 0.25, 0.75], is_bits=is_bits, uses=uses)
    assert found.told == f"3 steps; {came}; of 4 locations, at once: write head at 1.0, read head at 4.0"


def test_a_single_step_is_told_as_one():
    one = np.ones((1, 1))
    assert Trace(one, one, one, np.array([True]), False, None).told == "1 step; mean squared error 0"


def test_where_heads_are_is_drawn_beside_what_is_written(uses, monkeypatch):
    drawn = panels(trace([0, 1, 0], [0, 1, 0], is_bits=True, uses=uses), monkeypatch)
    assert drawn["write head"] is not None
    np.testing.assert_array_equal(drawn["read head"], np.full((3, 4), 0.25))


def test_the_steps_of_a_film_are_counted_from_1(uses, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(pictures, "save_film", lambda *_, captions: said.extend(captions))
    trace([0, 1, 0], [0, 1, 0], is_bits=True, uses=uses).save_film(tmp_path / "film.gif")
    assert said == ["step 1 of 3, told", "step 2 of 3, asked", "step 3 of 3, asked"]
