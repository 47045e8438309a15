"""What the report says of programs can be read without knowing how it was made."""

from __future__ import annotations

import re
from typing import Any

import pytest

from softsearch.inspection.programs import program_scores_part, worst_programs_part


def evaluation(*, lengths: int = 2, **changes: Any) -> dict[str, Any]:
    share = {"value": 0.4, "low": 0.3, "high": 0.5, "signature": "x"}
    level = {"nesting": 1, "count": 20, "accuracy": 0.5, "exact": 0.25}
    return {
        "kind": "programs", "data": "test", "count": 20, "length": lengths, "nesting": 1, "blind": 0.1,
        "metrics": {"accuracy": share, "exact": share}, "worst": [],
        "levels": [{**level, "length": length} for length in range(1, lengths + 1)], **changes,
    }  # fmt: skip


@pytest.mark.parametrize(("lengths", "beside"), [(4, True), (18, False)])
def test_maps_of_many_lengths_stand_below_one_another_in_the_width_of_the_page(lengths: int, beside: bool) -> None:
    page = "".join(program_scores_part({"test": evaluation(lengths=lengths)}, in_use=[]))
    assert page.count("<img") == 2
    assert page.count('class="charts"') == beside
    assert page.count('class="picture wide"') == (0 if beside else 2)
    widest = max(int(width) for width in re.findall(r'width="(\d+)"', page))
    assert widest * 0.7 < (430 if beside else 890)


def test_where_intervals_come_from_is_said_of_each_score() -> None:
    page = "".join(program_scores_part({"test": evaluation()}, in_use=[]))
    assert "that of answers is Wilson&#x27;s" in page
    assert "In brackets" not in page


def test_wrong_answers_have_column_heads_and_how_many_there_are_is_said() -> None:
    worst = [{"program": "a=1\nprint(a)", "answer": "123", "written": "92", "wrong": [0]}]
    page = "".join(worst_programs_part({"test": evaluation(worst=worst)}))
    assert "<th>program</th><th>answer</th><th>written</th>" in page
    assert "<td>123</td><td><mark>9</mark>2<mark>…</mark></td>" in page
    assert "1 of 12 wrong answers" in page
    assert "… stands for those that are missing" in page


def test_that_no_answer_is_wrong_is_said() -> None:
    assert "No answer is wrong." in "".join(worst_programs_part({"test": evaluation()}))
