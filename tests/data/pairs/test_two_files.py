import gzip
import os
from pathlib import Path

import pytest

from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.two_files import read_two_files
from softsearch.errors import DataError


@pytest.fixture
def two_files(tmp_path):
    def write(source: str | bytes, target: str | bytes) -> dict[str, Path]:
        paths = {"source": tmp_path / "train.de", "target": tmp_path / "train.en"}
        for path, content in zip(paths.values(), (source, target), strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return paths

    return write


def pairs_of(files) -> list[Pair]:
    return list(read_two_files(**files, report=PairReport()))


def test_line_i_of_one_file_meets_line_i_of_the_other(two_files):
    files = two_files("Guten Tag\nein Haus\n", gzip.compress(b"good day\na house"))
    assert pairs_of(files) == [Pair("Guten Tag", "good day", 1), Pair("ein Haus", "a house", 2)]


def test_a_line_separator_inside_a_sentence_moves_no_later_pair(two_files):
    files = two_files("a\u2028b\nc\x85d\ne\x0bf\n", "A B\nC D\nE F\n")
    assert [(pair.target, pair.line) for pair in pairs_of(files)] == [("A B", 1), ("C D", 2), ("E F", 3)]


def test_a_pair_with_a_blank_side_is_dropped_as_a_pair_and_counted(two_files):
    files = two_files("a\n\nc\n \t\ne\n", "A\nB\n\u3000\n\nE\n")
    report = PairReport()
    assert list(read_two_files(**files, report=report)) == [Pair("a", "A", 1), Pair("e", "E", 5)]
    assert (report.read, report.kept, report.blank) == (5, 2, 3)
    assert report.files == [str(files["source"]), str(files["target"])]
    assert report.to_dict()["blank"] == 3


@pytest.mark.parametrize(("source", "target"), [("a\nb\nc\n", "A\n"), ("a\n", "A\nB\nC\n")])
def test_different_line_counts_are_refused_with_both_counts(two_files, source, target):
    files = two_files(source, target)
    with pytest.raises(DataError) as caught:
        pairs_of(files)
    counts = [f"{path} has {text.count(chr(10))}" for path, text in zip(files.values(), (source, target), strict=True)]
    assert all(count in caught.value.problem for count in counts)
    assert caught.value.line == 2


def test_a_difference_of_one_line_is_seen_on_either_side(two_files):
    with pytest.raises(DataError, match=r"has 2 lines, .* has 1"):
        pairs_of(two_files("a\nb\n", "A\n"))
    with pytest.raises(DataError, match=r"has 1 lines, .* has 2"):
        pairs_of(two_files("a\n", "A\n\n"))


@pytest.mark.parametrize(("source", "target"), [("", ""), ("\n\n", "A\nB\n"), (" \n", "\t\n")])
def test_no_pair_left_is_refused(two_files, source, target):
    with pytest.raises(DataError, match="no pair"):
        pairs_of(two_files(source, target))


def test_a_defect_in_the_second_file_names_that_file(two_files):
    files = two_files("a\nb\n", b"A\n\xff\n")
    with pytest.raises(DataError) as caught:
        pairs_of(files)
    assert (caught.value.path, caught.value.line) == (files["target"], 2)


@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="SOFTSEARCH_DATA names no folder of corpora")
def test_multi30k_has_29000_pairs():
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "multi30k"
    report = PairReport()
    files = {"source": folder / "train.de.gz", "target": folder / "train.en.gz"}
    *_, last = read_two_files(**files, report=report)
    assert (report.kept, report.blank, last.line) == (29_000, 0, 29_000)
