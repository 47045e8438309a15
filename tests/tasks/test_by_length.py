"""Rows of similar length together, and what was found in the order of the rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsearch.tasks.by_length import by_length


@given(st.lists(st.integers(0, 9)), st.integers(1, 5))
def test_what_is_found_comes_in_the_order_of_the_rows_from_groups_of_similar_length(lengths, most):
    groups = []

    def work(rows):
        groups.append(rows)
        return [(row, lengths[row]) for row in rows]

    assert by_length(lengths, most, work) == list(enumerate(lengths))
    order = [row for rows in groups for row in rows]
    assert order == sorted(range(len(lengths)), key=lambda row: -lengths[row])
    assert all(len(rows) == most for rows in groups[:-1])


def test_each_row_has_to_be_answered():
    with pytest.raises(ValueError, match="shorter"):
        by_length([1, 2], 2, lambda rows: rows[:1])
