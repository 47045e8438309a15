"""Pairs in one file: which form it has, and every defect by file and line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.errors import DataError

LANGUAGES = ("de", "en")


@pytest.fixture
def lines(tmp_path):
    def write(*objects: object, name: str = "train.jsonl") -> Path:
        path = tmp_path / name
        texts = [each if isinstance(each, str) else json.dumps(each) for each in objects]
        path.write_text("".join(text + "\n" for text in texts))
        return path

    return write


def read(path: Path) -> list[Pair]:
    return list(read_one_file(path, languages=LANGUAGES, report=PairReport()))


def error_of(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path)
    return caught.value


def test_objects_with_source_and_target_are_pairs(lines):
    path = lines({"source": "ein Haus", "target": "a house", "id": 7}, {"target": "yes", "source": "ja"})
    assert read(path) == [Pair("ein Haus", "a house", 1), Pair("ja", "yes", 2)]


def test_translations_are_found_by_the_languages_of_the_recipe(lines):
    path = lines({"translation": {"en": "a house", "de": "ein Haus", "fr": "une maison"}})
    assert read(path) == [Pair("ein Haus", "a house", 1)]
    assert next(read_one_file(path, languages=("en", "fr"), report=PairReport())).target == "une maison"


def test_links_and_tags_are_written_as_in_columns(lines):
    marks = {"links": "1-0", "source_tags": "DET NOUN", "target_tags": None}
    (pair,) = read(lines({"source": "ein Haus", "target": "house", **marks}))
    assert pair == Pair("ein Haus", "house", 1, frozenset({(1, 0)}), ("DET", "NOUN"), None)


def test_blank_sides_and_blank_lines_are_left_out_and_counted(lines):
    path = lines({"source": " ", "target": "a"}, "", {"source": "ja", "target": "yes"})
    report = PairReport()
    (pair,) = read_one_file(path, languages=LANGUAGES, report=report)
    assert pair.line == 3
    assert (report.read, report.kept, report.blank, report.files) == (3, 1, 2, [str(path)])


def test_a_line_feed_inside_a_text_becomes_a_space(lines):
    assert read(lines({"source": "a\nb", "target": "c"})) == [Pair("a b", "c", 1)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("ja\tyes", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5_000, "not JSON"),
        ("[]", "no object"),
        ("3", "no object"),
        ({"target": "a"}, "`source` is missing"),
        ({"source": "a", "traget": "b"}, "`target` is missing"),
        ({"source": "a", "target": 3}, "`target` is no text"),
        ({"source": "a", "target": None}, "`target` is no text"),
        ({"source": "a", "target": "\ud800"}, "half a surrogate"),
        ({"source": "a\0", "target": "b"}, "NUL"),
        ({"translation": "a"}, "`translation` is no object"),
        ({"translation": {"de": "a", "fr": "b"}}, "`translation.en` is missing"),
        ({"source": "a", "target": "b", "links": [[0, 0]]}, "`links` is no text"),
        ({"source": "a", "target": "b", "links": "0-1"}, "not there"),
        ({"source": "a", "target": "b", "source_tags": "X Y"}, "1 words and 2 tags"),
    ],
)
def test_every_defect_is_named_by_file_and_line(lines, line, told):
    path = lines({"source": "ja", "target": "yes"}, line)
    error = error_of(path)
    assert (error.path, error.line) == (path, 2)
    assert told in error.problem


def test_a_key_that_is_missing_has_a_nearest(lines):
    assert error_of(lines({"source": "a", "traget": "b"})).nearest == "traget"


def test_a_file_without_a_pair_is_refused(lines):
    assert "no pair" in error_of(lines()).problem


@given(st.text())
def test_no_line_raises_anything_but_a_data_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    path.write_bytes(text.encode())
    with pytest.raises(DataError):
        read(path)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines_are_known_by_their_name(tmp_path, name):
    content = b'{"source": "ja", "target": "yes"}\n'
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert list(read_one_file(tmp_path / name, languages=LANGUAGES, report=PairReport())) == [Pair("ja", "yes", 1)]


@pytest.mark.parametrize("text", ["ja\tyes", "ja ||| yes", "ja |||\tyes"])
def test_tabs_and_bars_are_told_apart_by_the_first_line(tmp_path, text):
    path = tmp_path / "pairs.txt"
    path.write_text(f"{text}\n{text}\n")
    first, second = read_one_file(path, languages=LANGUAGES, report=PairReport())
    assert (first.target, second.target, second.line) == ("yes", "yes", 2)


def test_bars_in_a_later_line_of_columns_are_a_defect(tmp_path):
    (tmp_path / "pairs.tsv").write_text("ja\tyes\nnein ||| no\n")
    with pytest.raises(DataError, match="1 column"):
        list(read_one_file(tmp_path / "pairs.tsv", languages=LANGUAGES, report=PairReport()))


def test_bars_part_the_sides_as_for_word_aligners(tmp_path):
    path = tmp_path / "de-en.txt.gz"
    path.write_bytes(gzip.compress(b"ein Haus ||| a house\n\nja |||\nnein ||| no ||| 0-0\n"))
    report = PairReport()
    assert list(read_one_file(path, languages=LANGUAGES, report=report)) == [
        Pair("ein Haus", "a house", 1),
        Pair("nein", "no", 4, frozenset({(0, 0)})),
    ]
    assert report.blank == 2
