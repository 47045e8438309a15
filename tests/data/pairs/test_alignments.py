"""Gold links of other people: both conventions, told apart only where that is safe."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from softsearch.data.pairs.alignments import with_gold
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.errors import DataError

PAIRS = [Pair("das Haus", "the old house", 1), Pair("ja gut so", "yes fine", 3)]  # line 2 was blank


@pytest.fixture
def gold(tmp_path):
    def write(*lines: str) -> Path:
        path = tmp_path / "gold.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return write


def links(pairs):
    return [(set(pair.links), set(pair.possible_links)) for pair in pairs]


def test_a_word_past_the_last_index_tells_that_words_are_counted_from_one(gold):
    found = with_gold(PAIRS, gold("1-1 2-3", "", "1-1 2-1"), num_lines=3)
    assert links(found) == [({(0, 0), (1, 2)}, set()), ({(0, 0), (1, 0)}, set())]


def test_a_word_zero_tells_that_words_are_counted_from_zero(gold):
    found = with_gold(PAIRS, gold("0-0 1-2", "", "2-1"), num_lines=3)
    assert links(found) == [({(0, 0), (1, 2)}, set()), ({(2, 1)}, set())]


@pytest.mark.parametrize("mark", "p?")
def test_a_mark_of_possible_links_tells_that_words_are_counted_from_one(gold, mark):
    found = with_gold(PAIRS, gold(f"1-1 1{mark}2", "", ""), num_lines=3)
    assert links(found) == [({(0, 0)}, {(0, 1)}), (set(), set())]


def test_what_cannot_be_told_is_asked_and_the_answer_is_obeyed(gold):
    path = gold("1-1", "", "1-1 2-1")
    with pytest.raises(DataError, match=r"(?s)from 0 or from 1.*--gold-format naacl"):
        with_gold(PAIRS, path, num_lines=3)
    from_one = with_gold(PAIRS, path, num_lines=3, gold_format="naacl")
    assert links(from_one) == [({(0, 0)}, set()), ({(0, 0), (1, 0)}, set())]
    from_zero = with_gold(PAIRS, path, num_lines=3, gold_format="pharaoh")
    assert links(from_zero) == [({(1, 1)}, set()), ({(1, 1), (2, 1)}, set())]


@pytest.mark.parametrize(
    ("line", "gold_format", "allowed"),
    [
        ("3-1", "naacl", "source words 1 to 2, target words 1 to 3"),
        ("1-0", "naacl", "source words 1 to 2"),
        ("1-4", None, "source words 1 to 2, target words 1 to 3"),
        ("0-3", None, "source words 0 to 1, target words 0 to 2"),
    ],
)
def test_a_word_that_is_not_there_is_named(gold, line, gold_format, allowed):
    path = gold(f"1p1 {line}" if gold_format is None and line == "1-4" else line, "", "")
    with pytest.raises(DataError, match=rf"(?s)gold\.txt:1: .*{line}.*{allowed}"):
        with_gold(PAIRS, path, num_lines=3, gold_format=gold_format)


@pytest.mark.parametrize("word", ["1-", "a-1", "1_1", "-1-1", "١-1"])
def test_a_malformed_link_is_named(gold, word):
    with pytest.raises(DataError, match=r"gold\.txt:3: a link is malformed"):
        with_gold(PAIRS, gold("1-1", "", word), num_lines=3)


@pytest.mark.parametrize(("lines", "said"), [(["1-1"], "has 1 lines for 3"), (["1-1", "", "", ""], "has more lines")])
def test_another_number_of_lines_is_refused(gold, lines, said):
    with pytest.raises(DataError, match=said):
        with_gold(PAIRS, gold(*lines), num_lines=3)


@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="needs the corpora that SOFTSEARCH_DATA names")
@pytest.mark.parametrize(("name", "counts"), [("deen", (100, 1232, 0)), ("enfr", (447, 4038, 13400))])
def test_a_published_corpus_is_read_whole(name, counts):
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "word_alignment"
    report = PairReport()
    pairs = list(read_one_file(folder / f"{name}.src-tgt.gz", languages=("source", "target"), report=report))
    found = with_gold(pairs, folder / f"{name}.gold.gz", num_lines=report.read)
    num_links = [sum(len(pair.links) for pair in found), sum(len(pair.possible_links) for pair in found)]
    assert (len(found), *num_links) == counts
    with gzip.open(folder / f"{name}.gold.gz", "rt") as file:
        first = file.readline().split()
    assert f"{min(found[0].links)[0] + 1}-{min(found[0].links)[1] + 1}" in first
