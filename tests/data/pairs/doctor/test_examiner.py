"""What the doctor finds in pairs, and what it leaves alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from softsearch.data.grammar import generate
from softsearch.data.pairs.doctor.examiner import Examiner
from softsearch.data.pairs.doctor.findings import (
    KINDS,
    MOST_PLACES,
    Finding,
    as_mapping,
)
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.two_files import read_two_files

CLEAN = list(generate(source="de", target="en", num_pairs=500, split="train", seed=1))
TEXTS = [(pair.source, pair.target) for pair in CLEAN]


def examined(texts: list[tuple[str, str]]) -> dict[str, Finding]:
    examiner = Examiner(names=("a.de", "a.en"))
    pairs = [Pair(source, target, line) for line, (source, target) in enumerate(texts, start=1)]
    assert list(examiner.watch(pairs)) == pairs
    return {finding.kind: finding for finding in examiner.findings()}


def with_pair(source: str, target: str) -> list[tuple[str, str]]:
    """Return clean pairs with this one in line 500."""
    return [*TEXTS[:499], (source, target), *TEXTS[499:]]


def test_clean_pairs_have_no_findings_but_repeated_sides():
    assert set(examined(TEXTS)) <= {"source_again", "target_again"}


@pytest.mark.parametrize(
    ("kind", "source", "target", "where"),
    [
        ("script", "Это очень хорошее предложение.", "This is a very good sentence.", "a.de:500"),
        ("script", "Das ist ein Satz.", "这是一个句子。", "a.en:500"),
        ("copy", "das hier ist kein Deutsch", "das hier ist kein Deutsch", "a.de:500"),
        ("same_name", "Angela Merkel 42", "Angela Merkel 42", "a.de:500"),
        ("unequal", "Ja.", "This goes on and on and is no translation at all of a word.", "a.de:500"),
        ("control", "ein\x07 Hund", "a dog", "a.de:500"),
        ("control", "ein Hund", "a\u2028dog", "a.en:500"),
        ("invisible", "ein Hund", "a\u200b dog", "a.en:500"),
        ("invisible", "Wasser\xadmelone", "water melon", "a.de:500"),
        ("replacement", "ein sch\ufffdner Hund", "a dog", "a.de:500"),
        ("mojibake", "ein schÃ¶ner Hund", "a dog", "a.de:500"),
        ("mojibake", "ein Hund", "itâ€™s a dog", "a.en:500"),
        ("mojibake", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "a dog", "a.de:500"),
        ("markup", "ein <b>Hund</b>", "a dog", "a.de:500"),
        ("markup", "Müller &amp; Sohn", "Müller and son", "a.de:500"),
        ("long", "ein Hund " * 200, "a small dog " * 200, "a.en:500"),
        ("duplicate", *TEXTS[7], "a.de:500"),
        ("source_again", TEXTS[7][0], "something else", "a.de:500"),
        ("target_again", "etwas anderes", TEXTS[7][1], "a.de:500"),
    ],
)
def test_a_bad_pair_is_found_with_its_file_and_line(kind, source, target, where):
    finding = examined(with_pair(source, target))[kind]
    assert where in [place.where for place in finding.places]
    assert finding.share == finding.count / 501


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Er sagt 「ja」 und π ≈ 3, 14 €.", "He says yes and π ≈ 3.14 €."),
        ("Ein Kuß – „so“ – für Zoë & Søren, 5 < 6.", "A kiss for Zoë & Søren, 5 < 6."),
        ("Ja.", "Yes, of course, at once."),
        ("São Paulo, Ångström, DÉJÀ", "São Paulo, Ångström, DÉJÀ VU"),
    ],
)
def test_what_is_only_unusual_is_left_alone(source, target):
    assert set(examined(with_pair(source, target))) <= {"source_again", "target_again"}


def test_a_script_that_a_tenth_of_the_texts_have_is_usual():
    both = [
        ("здравствуй, мир", target) if row % 3 == 0 else (source, target) for row, (source, target) in enumerate(TEXTS)
    ]
    assert "script" not in examined(both)


def test_japanese_is_one_script_and_chinese_lengths_are_compared_with_what_is_usual():
    texts = [
        (f"私はカメラを{number}台持っています。", f"I have bought {number} of these small cameras.")
        for number in range(99)
    ]
    assert set(examined(texts)) == set()


def test_sides_in_the_wrong_language_are_told_by_their_words():
    source, target = TEXTS[3]
    assert examined(with_pair(target, source))["swapped"].count == 1
    english = " ".join(text for _, text in TEXTS[10:13])
    assert examined(with_pair(english, TEXTS[9][1]))["language"].places[0].where == "a.de:500"


def test_a_repeated_pair_names_the_line_it_repeats_beyond_the_pairs_examined_together(monkeypatch):
    monkeypatch.setattr("softsearch.data.pairs.doctor.examiner.LEARNT_FROM", 100)
    finding = examined([*TEXTS, TEXTS[41], TEXTS[41]])["duplicate"]
    assert (finding.count, [place.note for place in finding.places]) == (2, ["as in line 42"] * 2)


def test_of_a_large_corpus_one_block_in_eight_is_examined_after_the_first_ones(monkeypatch):
    monkeypatch.setattr("softsearch.data.pairs.doctor.examiner.LEARNT_FROM", 10)
    examiner = Examiner(names=("a.de", "a.en"), whole_up_to=100)
    pairs = [Pair(f"Wort {line} &lt;", f"word {line}", line) for line in range(1, 401)]
    assert list(examiner.watch(pairs)) == pairs
    (markup,) = examiner.findings()
    assert markup.count == examiner.num_pairs == 100 + 10 * len([16, 24, 32, 40])
    assert markup.share == 1.0


def test_only_the_first_places_are_kept():
    finding = examined([*TEXTS, *[("ein &gt; Hund", f"a dog {number}") for number in range(50)]])["markup"]
    assert finding.count == 50
    assert [place.where for place in finding.places] == [f"a.de:{line}" for line in range(501, 501 + MOST_PLACES)]


def test_the_worst_comes_first_and_much_of_something_is_serious():
    few = examined(with_pair("ein <b>Hund</b>", "a dog"))["markup"]
    many = examined([(f"{source} <br>", target) for source, target in TEXTS])
    assert (few.level, many["markup"].level) == ("look", "serious")
    assert next(iter(many)) == "markup"


def test_findings_are_plain_values_for_json():
    found = as_mapping(examined(with_pair("ein <b>Hund</b>", "a dog")).values())
    assert json.loads(json.dumps(found)) == found
    place = {"where": "a.de:500", "text": "ein <b>Hund</b>", "note": ""}
    assert {"count": 1, "level": "look", "places": [place]}.items() <= found["markup"].items()
    assert found["markup"]["advice"] == KINDS["markup"].advice


def test_a_shift_is_reported_with_the_line_where_it_begins():
    targets = [target for _, target in TEXTS]
    texts = list(zip([source for source, _ in TEXTS], targets[:250] + targets[251:], strict=False))
    (place,) = examined(texts)["shift"].places
    assert abs(int(place.where.removeprefix("a.de:")) - 251) <= 20
    assert "fits line i - 1 of the target" in place.text


@pytest.mark.slow
@pytest.mark.skipif("SOFTSEARCH_DATA" not in os.environ, reason="SOFTSEARCH_DATA names no folder of corpora")
def test_multi30k_has_markup_and_nothing_serious():
    folder = Path(os.environ["SOFTSEARCH_DATA"]) / "multi30k"
    pairs = read_two_files(source=folder / "train.de.gz", target=folder / "train.en.gz", report=PairReport())
    examiner = Examiner(names=("train.de", "train.en"))
    assert sum(1 for _ in examiner.watch(pairs)) == 29_000
    found = {finding.kind: finding.count for finding in examiner.findings()}
    assert set(found) == {"unequal", "duplicate", "markup", "source_again", "target_again"}
    assert (found["unequal"], found["duplicate"], found["markup"]) == (2, 3, 17)
