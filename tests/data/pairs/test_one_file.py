"""Pairs in one file: which form it has, and every defect by file and line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.data.pairs.one_file import read_one_file, write_pairs
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


@pytest.fixture
def tsv(tmp_path):
    def write(content: str) -> Path:
        path = tmp_path / "pairs.tsv"
        path.write_bytes(content.encode())
        return path

    return write


def test_columns_are_source_target_and_links(tsv):
    path = tsv("ein Haus\ta house\t0-0 1-1\r\nja\tyes\n\nnein\tno\t")
    report = PairReport()
    assert list(read_one_file(path, report=report)) == [
        Pair("ein Haus", "a house", 1, frozenset({(0, 0), (1, 1)})),
        Pair("ja", "yes", 2),
        Pair("nein", "no", 4, frozenset()),
    ]
    assert (report.read, report.kept, report.blank) == (4, 3, 1)


@pytest.mark.parametrize("line", ["\tyes", "ja\t ", "\t", "\t\t0-0", "\tyes\t0-0"])
def test_a_row_with_a_blank_column_is_dropped(tsv, line):
    report = PairReport()
    assert [pair.source for pair in read_one_file(tsv(f"ja\tyes\n{line}\n"), report=report)] == ["ja"]
    assert report.blank == 1


@pytest.mark.parametrize(("line", "count"), [("ein Haus", 1), ("a\tb\t0-0\tX\tY\tc", 6)])
def test_another_number_of_columns_is_refused_with_its_line(tsv, line, count):
    error = error_of(tsv(f"ja\tyes\n{line}\n"))
    assert error.line == 2
    assert f"{count} column" in error.problem


@pytest.mark.parametrize("links", ["0-0 1", "0:0", "a-b", "-1-0", "0-0,1-1", "٠-٠"])
def test_a_malformed_link_is_refused_with_its_line(tsv, links):
    error = error_of(tsv(f"ja\tyes\na b\tc d\t{links}\n"))
    assert error.line == 2
    assert "malformed" in error.problem


@pytest.mark.parametrize("link", ["2-0", "0-2"])
def test_a_link_to_a_word_that_is_not_there_is_refused(tsv, link):
    error = error_of(tsv(f"a b\tc d\t0-0 {link}\n"))
    assert (error.line, error.value) == (1, link)
    assert "0 to 1" in error.allowed


def test_the_fourth_and_fifth_columns_are_tags(tsv):
    path = tsv("ein Haus\ta house\t0-0 1-1\tDET NOUN\tDET NOUN\nja\tyes\t_\tINTJ\nnein\tno\t\t_\tINTJ\n")
    first, second, third = read_one_file(path, report=PairReport())
    assert (first.source_tags, first.target_tags) == (("DET", "NOUN"), ("DET", "NOUN"))
    assert (second.links, second.source_tags, second.target_tags) == (None, ("INTJ",), None)
    assert (third.links, third.source_tags, third.target_tags) == (frozenset(), None, ("INTJ",))


@pytest.mark.parametrize("tags", ["DET\tDET NOUN", "DET NOUN\tDET NOUN PUNCT", "\tDET NOUN"])
def test_as_many_tags_as_words_are_needed(tsv, tags):
    error = error_of(tsv(f"ja\tyes\nein Haus\ta house\t0-0\t{tags}\n"))
    assert error.line == 2
    assert "2 words and" in error.problem


def test_an_empty_file_of_columns_is_refused(tsv):
    assert "no pair" in error_of(tsv("")).problem


texts = st.text(st.characters(exclude_characters="\n\r\t\0", exclude_categories=["Cs"])).filter(str.strip)


@settings(max_examples=25)
@given(st.lists(st.tuples(texts, texts, st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_written_pairs_are_read_back(tmp_path_factory, contents):
    pairs = [
        Pair(
            source,
            target,
            line,
            frozenset({(0, 0)}) if linked else None,
            ("NOUN",) * len(source.split()) if tagged else None,
        )
        for line, (source, target, linked, tagged) in enumerate(contents, start=1)
    ]
    path = tmp_path_factory.mktemp("written") / "pairs.tsv"
    # At the start of a file this character is a byte order mark.
    if not pairs[0].source.startswith("\ufeff"):
        write_pairs(path, pairs)
        assert list(read_one_file(path, report=PairReport())) == pairs


def test_a_tab_inside_a_text_becomes_a_space(tmp_path):
    write_pairs(tmp_path / "pairs.tsv", [Pair("a\tb", "c", 1)])
    assert list(read_one_file(tmp_path / "pairs.tsv", report=PairReport())) == [Pair("a b", "c", 1)]


def test_a_line_feed_inside_a_text_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(DataError, match="line feed"):
        write_pairs(tmp_path / "pairs.tsv", [Pair("a\nb", "c", 1)])
    assert list(tmp_path.iterdir()) == []
