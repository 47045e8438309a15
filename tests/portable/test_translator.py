"""Lines in, translations out."""

from __future__ import annotations

import pytest

from softsearch.errors import SoftsearchError
from softsearch.portable.translator import Translator
from tests.export.networks import SEARCH, WORDS


class Reversing:
    """An engine that writes what it reads, the last token first, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def search(self, sources, *, search, limits):
        self.asked.append((search, sources, list(limits)))
        return [source[::-1] for source in sources]


@pytest.fixture
def engine():
    return Reversing()


@pytest.fixture
def translator(engine):
    return Translator(engine, WORDS, search=SEARCH, max_tokens=4)


def test_lines_come_in_their_order_and_an_empty_one_stays_empty(translator):
    assert translator.translate(["a b c", "", "d", "  "]) == ["c b a", "", "d", ""]
    assert translator.translate("a b") == ["b a"]
    assert translator.translate([]) == []


def test_a_line_longer_than_any_trained_on_is_translated_in_parts(translator, engine):
    assert translator.translate("a b c d e f") == ["d c b a f e"]
    assert engine.asked[0][1:] == ([[4, 5, 6, 7], [8, 9]], [14, 12])  # as many tokens again, and ten more


def test_any_number_of_lines_is_read_some_at_a_time(translator, engine):
    lines = (f"{letter} b" for letter in "abcdefghij" * 200)
    stream = translator.stream(lines)
    assert next(stream) == "b a"
    assert len(engine.asked) == 1
    assert sum(1 for _ in stream) == 1_999


def test_another_beam_is_asked_for_and_checked(translator, engine):
    translator.translate("a", beam=7)
    assert [search.beam for search, *_ in engine.asked] == [7]
    with pytest.raises(SoftsearchError, match="beam is out of range"):
        translator.translate("a", beam=0)
