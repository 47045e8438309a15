"""What a cell may follow, character by character, on texts where anyone can tell."""

from __future__ import annotations

import pytest

from softsearch.inspection.signals import SIGNALS


def drawn(name: str, text: str) -> str:
    return "".join(f"{number:.0f}" for number in SIGNALS[name](text))


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("inside quotes", 'a "b c" d', "001111000"),
        ("inside quotes", "“a” 'b' don't", "1100110000000"),
        ("inside quotes", 'x = """a\n\n"b" c""" d', "000000" + "111111111" + "00000"),
        ("inside quotes", 'left "open\n\nhere', "0000000000000000"),
        ("inside quotes", 'two "li\nnes" go', "0000" + "1111111" + "0000"),
        ("bracket depth", "f(a[1], {})", "01122111210"),
        ("bracket depth", ")a(\n\nb", "0011" + "00"),
        ("indentation", "  a\n\tb\nc", "1222" + "888" + "0"),
        ("indentation", "    \n a", "12344" + "11"),
        ("position in line", "ab\n\nc", "12311"),
        ("position in word", "ab, c\nd", "1230101"),
        ("capitalised word", "Ab cD, É1", "110000011"),
        ("line end near", "abcdefg\nh\n", "0011111010"),
        ("line end near", "a\nabcdefgh", "1000000000"),
    ],
)
def test_signals(name: str, text: str, wanted: str) -> None:
    assert drawn(name, text) == wanted


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_has_a_number_for_each_character(name: str) -> None:
    for text in ("x", "\n", 'A "b\tc" (d\n\n\n  e', "\n\n", " "):
        assert len(SIGNALS[name](text)) == len(text)
