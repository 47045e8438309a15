from __future__ import annotations

import pytest

from softsearch.cli.survey import languages_in, part_of, sentences, survey


def test_lengths_are_quantiles_over_words_and_characters(tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{'a ' * length}\tb\n" for length in range(1, 101)))
    source = survey([part_of([pairs])]).source
    assert (source.mean, source.median, source.p99, source.longest, source.p99_characters) == (50.5, 50, 99, 100, 198)


def test_different_characters_and_words_are_counted_the_words_only_up_to_many(tmp_path, monkeypatch):
    monkeypatch.setattr("softsearch.cli.survey.MANY_WORDS", 100)
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"a b a\tw{number}\n" for number in range(150)))
    found = survey([part_of([pairs])])
    assert (found.source.different_words, found.target.different_words) == (2, 100)
    assert (found.source.different_characters, found.target.different_characters) == (3, 11)


def test_gold_links_are_told(tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("ein Hund\ta dog\t0-0 1-1\nzwei\ttwo\n")
    assert "1 pair with gold word links" in "\n".join(sentences(survey([part_of([pairs])])))


def test_several_corpora_are_one_survey(corpus, tmp_path):
    more = tmp_path / "more.tsv"
    more.write_text("neu\tnew <b>\n" * 2)
    found = survey([part_of(corpus), part_of([more])])
    assert (found.pairs, len(found.files), found.source.words) == (41, 3, 197)
    places = {finding.kind: [place.where for place in finding.places] for finding in found.findings}
    assert places == {"markup": ["more.tsv:1", "more.tsv:2"], "duplicate": ["train.de:39", "more.tsv:2"]}
    assert {finding.kind: finding.share for finding in found.findings}["duplicate"] == 2 / 41


@pytest.mark.parametrize(
    ("line", "languages"),
    [
        ('{"translation": {"de": "a", "en": "b"}}', ("de", "en")),
        ('{"source": "a", "target": "b"}', None),
        ('{"translation": {"de": "a", "en": "b", "fr": "c"}}', None),
        ("ein Hund\ta dog", None),
        ("[1]", None),
        ("", None),
    ],
)
def test_json_lines_may_tell_their_languages(line, languages, tmp_path):
    (tmp_path / "pairs").write_text(line)
    assert languages_in(tmp_path / "pairs") == languages
