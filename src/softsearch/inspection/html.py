"""The few pieces of HTML a report is made of. Whatever a user or a corpus wrote passes :func:`escape` first."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.figure import Figure

from softsearch.pictures import to_data_uri

_PIXELS_PER_INCH = 96
_DOUBTFUL_BELOW = (0.8, 0.5, 0.2)  # confidence


def escape(value: object) -> str:
    """Return `value` as text that can stand in an element or a quoted attribute and in a UTF-8 file."""
    text = str(value).encode("utf-8", errors="replace").decode("utf-8")  # half a surrogate pair has no UTF-8
    return html.escape(text, quote=True)


def section(name: str, title: str, *parts: str) -> str:
    """Return a section with a heading that ``#name`` leads to."""
    return f'<section id="{escape(name)}"><h2>{escape(title)}</h2>\n' + "\n".join(parts) + "\n</section>"


def paragraph(text: str) -> str:
    """Return a sentence, for what is missing or needs a word."""
    return f'<p class="note">{escape(text)}</p>'


def mark(text: str) -> str:
    """Return a sentence that is not to be overlooked."""
    return f'<p class="mark">{escape(text)}</p>'


def sentence(name: str, text: str, confidence: Sequence[float] = ()) -> str:
    """Return a named sentence of either direction of writing, to stand in a ``<dl>``.

    With a `confidence` for each of its words, from 0 to 1, the less sure ones are underlined, the least sure most.
    """
    words = text.split()
    shown = escape(text) if words else '<span class="note">(nothing)</span>'
    if words and len(words) == len(confidence):
        shown = " ".join(underlined(word, sure) for word, sure in zip(words, confidence, strict=True))
    return f'<dt>{escape(name)}</dt><dd dir="auto">{shown}</dd>'


def underlined(word: str, sure: float) -> str:
    """Return a word, underlined the more, the less sure it is; it tells how sure when it is pointed at."""
    doubt = sum(sure < edge for edge in _DOUBTFUL_BELOW)
    return f'<span class="doubt-{doubt}" title="{sure:.2f}">{escape(word)}</span>' if doubt else escape(word)


def doubt_legend() -> str:
    """Return a sentence on what the lines below words say."""
    edges = enumerate(_DOUBTFUL_BELOW, start=1)
    legend = " ".join(f'<span class="doubt-{doubt}">below {edge}</span>' for doubt, edge in edges)
    return f'<p class="note">Underlined: words to which the model gave a probability {legend}</p>'


def picture(figure: Figure, *, alt: str, wide: bool = False) -> str:
    """Return `figure` as an image; a `wide` one fits the page, and scrolls where that is very narrow."""
    width, height = (round(inches * _PIXELS_PER_INCH) for inches in figure.get_size_inches())
    kind = "picture wide" if wide else "picture"
    image = f'<img src="{to_data_uri(figure)}" width="{width}" height="{height}" alt="{escape(alt)}">'
    return f'<div class="{kind}">{image}</div>'


def side_by_side(pictures: Iterable[str]) -> str:
    """Return pictures in one row, or below each other where the page is narrow."""
    return f'<div class="charts">{"".join(pictures)}</div>'


def listing(text: str) -> str:
    """Return text as it is, line by line."""
    return f"<pre>{escape(text)}</pre>"


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with a heading; one that is wider than the page scrolls."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="grid"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def facts(content: Mapping[str, object]) -> str:
    """Return a table of names and values, nested ones with their path: ``train · kept``."""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in _flat(content))
    return f'<table class="facts">{rows}</table>'


def _flat(content: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in content.items():
        path = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path} · ")
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, start=1):
                yield from _flat(item, f"{path} {number} · ")
        else:
            yield path, _shown(value)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value) or "none"
    return "–" if value is None else str(value)
