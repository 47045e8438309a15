"""Lengths of time are told as a person would."""

from __future__ import annotations

import pytest

from softsearch.times import duration


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0 s"), (42.4, "42 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")])
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
