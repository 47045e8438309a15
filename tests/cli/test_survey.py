from __future__ import annotations

import pytest

from softsearch.cli.survey import read_corpus, sentences
from softsearch.errors import SoftsearchError


def test_pairs_words_blanks_and_repetitions_are_counted(corpus):
    survey = read_corpus(list(corpus))
    assert (survey.pairs, survey.blank, survey.duplicates, survey.unequal, survey.links) == (39, 1, 1, 0, 0)
    assert (survey.source.words, survey.source.median, survey.source.longest) == (195, 5, 5)


def test_lengths_are_quantiles_over_words(tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{'a ' * length}\tb\n" for length in range(1, 101)))
    source = read_corpus([pairs]).source
    assert (source.mean, source.median, source.p99, source.longest) == (50.5, 50, 99, 100)


def test_sides_of_very_unequal_length_are_pointed_out(tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(f"kurz\t{'very ' * 20}long\nein Hund\ta dog\t0-0 1-1\n")
    survey = read_corpus([pairs])
    assert (survey.unequal, survey.links) == (1, 1)
    told = "\n".join(sentences(survey))
    assert "1 pairs have one side over 4 times as long" in told
    assert "1 pairs have gold word links" in told


def test_three_files_are_no_corpus(corpus):
    with pytest.raises(SoftsearchError, match="expected two files"):
        read_corpus([*corpus, corpus[0]])
