"""The page is one file, holds the text as it is, and each token's number."""

from __future__ import annotations

import html
import re

from softsearch.inspection.coloured_page import Coloured, coloured_page
from softsearch.pictures.coloured_text import colour

TOKENS = ["<b>", "&", "\n", "\t", "", '"x"', "\ud800"]
VALUES = [-1.0, 0.5, 0.0, 1.0, 0.3, 0.25, 0.1]


def page() -> str:
    return coloured_page("a <unit>", [Coloured("part & part", TOKENS, VALUES)], remark="what", before="<table></table>")


def test_the_text_is_there_as_it_is_with_white_space_marked() -> None:
    (text,) = re.findall(r"<pre[^>]*>(.*)</pre>", page(), re.DOTALL)
    plain = html.unescape(re.sub("<[^>]*>", "", text))
    assert plain == '<b>&↵\n⇥\t"x"?'


def test_each_token_has_its_colour_and_tells_its_number() -> None:
    spans = re.findall(r'<span style="background:(#\w+)" title="([^"]*)">', page())
    wanted = [(colour(value), f"{value:+.2f}") for token, value in zip(TOKENS, VALUES, strict=True) if token]
    assert spans == wanted


def test_nothing_is_loaded_from_elsewhere_and_all_is_escaped() -> None:
    found = page()
    assert not re.search(r"https?:|src=|<script|<link", found)
    assert "a &lt;unit&gt;" in found
    assert "part &amp; part" in found
    assert found.index("what") < found.index("<table></table>") < found.index("<pre")
