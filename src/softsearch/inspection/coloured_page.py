"""A page, in one file, of texts on the colours of numbers: :mod:`softsearch.pictures.coloured_text` without an end."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import NamedTuple

from softsearch.inspection.html import escape, paragraph
from softsearch.pictures.coloured_text import colour

_WHITE_SPACE = {"\n": "<i>↵</i>\n", "\t": "<i>⇥</i>\t"}


class Coloured(NamedTuple):
    """A text: what its colours are, its tokens, and a number from -1 to 1 for each."""

    title: str
    tokens: Sequence[str]
    values: Sequence[float]


def coloured_page(title: str, texts: Sequence[Coloured], *, remark: str = "", before: str = "") -> str:
    """Return a page of texts; each token tells its number when it is pointed at.

    Parameters
    ----------
    remark
        A sentence below the title.
    before
        HTML to stand before the texts.
    """
    parts = [paragraph(remark) if remark else "", before]
    for text in texts:
        heading = f"<h2>{escape(text.title)}</h2>" if text.title else ""
        spans = "".join(_span(token, value) for token, value in zip(text.tokens, text.values, strict=True) if token)
        parts.append(f'{heading}<pre dir="auto">{spans}</pre>')
    scale = ", ".join(colour(step / 4 - 1) for step in range(9))
    page = resources.files("softsearch.inspection").joinpath("coloured.html.template").read_text(encoding="utf-8")
    return Template(page).substitute(title=escape(title), scale=scale, body="\n".join(filter(None, parts)))


def _span(token: str, value: float) -> str:
    shown = "".join(_WHITE_SPACE.get(character, escape(character)) for character in token)
    return f'<span style="background:{colour(value)}" title="{value:+.2f}">{shown}</span>'
