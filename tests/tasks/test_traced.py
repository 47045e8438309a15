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
    monkeypatch.setattr(pictures, "step_sheet", lambda panels, *, title: drawn.update(panels))
    found.plot()
    return drawn


def test_numbers_to_be_written_and_those_written_are_drawn_on_one_scale(monkeypatch):
    drawn = panels(trace([99, 0, 10], [-99, 500, 1000], is_bits=False), monkeypatch)
    np.testing.assert_allclose(drawn["to be written"][:, 0], [np.nan, 0, 0.01])
    np.testing.assert_allclose(drawn["written"][:, 0], [np.nan, 0.5, 1])


def test_each_number_that_is_read_is_drawn_on_a_scale_of_its_own(monkeypatch):
    found = trace([0, 1, 0], [0, 1, 0], is_bits=True)
    inputs = np.array([[1, -0.5], [0, 0.5], [0, 0.0]])  # bits, and a priority
    drawn = panels(dataclasses.replace(found, inputs=inputs), monkeypatch)
    np.testing.assert_allclose(drawn["read"], [[1, 0], [0, 2 / 3], [0, 1 / 3]], atol=1e-12)


def test_bits_and_probabilities_are_drawn_as_they_are(monkeypatch):
    drawn = panels(trace([0, 1, 0], [0.5, 0.25, 0.75], is_bits=True), monkeypatch)
    np.testing.assert_allclose(drawn["written"][:, 0], [np.nan, 0.25, 0.75])
    np.testing.assert_allclose(drawn["wrong"][:, 0], [np.nan, 1, 1])


@pytest.mark.parametrize(("is_bits", "came"), [(True, "2 of 2 bits are wrong"), (False, "mean squared error 0.562")])
def test_where_heads_are_is_told_of_bits_and_of_numbers(uses, is_bits, came):
    found = trace([0, 1, 0], [0.5, 0.25, 0.75], is_bits=is_bits, uses=uses)
    assert found.told == f"3 steps; {came}; of 4 locations, at once: write head at 1.0, read head at 4.0"
