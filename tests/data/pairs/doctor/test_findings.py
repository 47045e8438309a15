"""What is told of findings: how bad each kind is, what to do about it, and where it was found."""

from typing import get_args

from softsearch.data.pairs.doctor.findings import KINDS, Finding, Level, Place, shortened, together


def test_of_every_kind_it_is_known_how_bad_it_is_and_what_to_do():
    assert {kind.level for kind in KINDS.values()} == set(get_args(Level))
    assert all(kind.title and bool(kind.filter) != bool(kind.otherwise) for kind in KINDS.values())


def test_a_text_is_shown_short_and_with_its_invisible_characters_spelt_out():
    assert shortened("a\u200bb\x07") == "a\\u200bb\\x07"
    assert len(shortened("wort " * 100)) == 80


def test_findings_of_several_corpora_are_counted_together():
    here, there = Place("a:1", "x"), Place("b:2", "y")
    found = together(
        [([Finding("copy", 2, 1.0, (here,) * 3)], 2), ([Finding("copy", 1, 0.1, (there,) * 3)], 8), ([], 90)]
    )
    assert found == [Finding("copy", 3, 0.03, (here, here, here, there, there))]
