from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.data.pairs.one_file import read_one_file, write_pairs
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.errors import DataError


@pytest.fixture
def tsv(tmp_path):
    def write(content: str) -> Path:
        path = tmp_path / "pairs.tsv"
        path.write_bytes(content.encode())
        return path

    return write


def tsv_error(path) -> DataError:
    with pytest.raises(DataError) as caught:
        list(read_one_file(path, report=PairReport()))
    return caught.value


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
    error = tsv_error(tsv(f"ja\tyes\n{line}\n"))
    assert error.line == 2
    assert f"{count} column" in error.problem


@pytest.mark.parametrize("links", ["0-0 1", "0:0", "a-b", "-1-0", "0-0,1-1", "٠-٠"])
def test_a_malformed_link_is_refused_with_its_line(tsv, links):
    error = tsv_error(tsv(f"ja\tyes\na b\tc d\t{links}\n"))
    assert error.line == 2
    assert "malformed" in error.problem


@pytest.mark.parametrize("link", ["2-0", "0-2"])
def test_a_link_to_a_word_that_is_not_there_is_refused(tsv, link):
    error = tsv_error(tsv(f"a b\tc d\t0-0 {link}\n"))
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
    error = tsv_error(tsv(f"ja\tyes\nein Haus\ta house\t0-0\t{tags}\n"))
    assert error.line == 2
    assert "2 words and" in error.problem


def test_the_counts_of_two_reports_add_up():
    one = PairReport(["a"], read=5, kept=2, blank=1, too_long=1, filtered={"copy": 1}, blank_lines=[3])
    other = PairReport(["b"], read=3, kept=1, filtered={"copy": 1, "script": 1}, blank_lines=[2])
    filtered = {"copy": 2, "script": 1}
    assert one + other == PairReport(
        ["a", "b"], read=8, kept=3, blank=1, too_long=1, filtered=filtered, blank_lines=[3, 2]
    )
    assert sum([one], PairReport()) == one


def test_an_empty_file_of_columns_is_refused(tsv):
    assert "no pair" in tsv_error(tsv("")).problem


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
