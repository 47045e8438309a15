"""A row's fields are had by name, and a name that is not there is told with the nearest."""

from __future__ import annotations

import gzip

import pytest

from softsearch.data.rows import read_rows, suffix_of
from softsearch.errors import DataError


def test_a_row_knows_its_place(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1, two \n"))
    (row,) = read_rows(path)
    assert (row["a"], row["b"], row.place) == ("1", "two", "t.csv.gz:2")
    assert suffix_of(path) == ".csv"
    with pytest.raises(DataError, match=r"t\.csv\.gz:1: there is no 'bb' here") as caught:
        row["bb"]
    assert caught.value.nearest == "b"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "a,b\n1,2\nHello, world,pos\n", ":3: the row has 3 fields, and the header 2"),
        ("t.tsv", "a\tb\n1\t2\t3\n", ":2: the row has 3 fields, and the header 2"),
        ("t.jsonl", '{"a": ["x"], "b": 1}\n', ":1: 'a' is neither a text nor a number"),
        ("t.jsonl", '{"a": true, "b": 1}\n', ":1: 'a' is neither a text nor a number"),
    ],
)
def test_what_does_not_fit_its_header_or_is_no_text_is_told(name, text, told, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=told):
        [row["a"] for row in read_rows(tmp_path / name)]


def test_json_lines_may_hold_numbers_and_tabs_part_whatever_stands_between(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"a": 3, "b": "x"}\n')
    assert [row["a"] for row in read_rows(tmp_path / "t.jsonl")] == ["3"]
    (tmp_path / "t.tsv").write_text('a\tb\n"x\ty,z\n')
    (row,) = read_rows(tmp_path / "t.tsv")
    assert (row["a"], row["b"]) == ('"x', "y,z")
