"""What the documentation shows: its commands, its blocks of code, its links and its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
PROGRAMS = ("softsearch", "make", "pip", "python", "tensorboard")
"""What a command of the documentation may begin with; others are a mistake."""

_FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


class Shown(NamedTuple):
    """Something that a page shows."""

    page: str
    text: str


def _read(page: Path) -> tuple[str, str]:
    return str(page.relative_to(PROJECT)), page.read_text(encoding="utf-8")


def blocks(language: str) -> Iterator[Shown]:
    """Yield every fenced block of a language, page by page."""
    for page in PAGES:
        name, text = _read(page)
        for found in _FENCED.finditer(text):
            if found[1] == language:
                yield Shown(name, found[2])


def prose() -> Iterator[Shown]:
    """Yield each page without its fenced blocks."""
    for page in PAGES:
        name, text = _read(page)
        yield Shown(name, _FENCED.sub("", text))


def commands() -> dict[str, str]:
    """Return every command that a console shows, with the first page that shows it."""
    found: dict[str, str] = {}
    for page, text in blocks("console"):
        for line in text.splitlines():
            if line.startswith("$ "):
                found.setdefault(re.sub(r"\s+#\s.*", "", line[2:]).strip(), page)
    return found


def mentions() -> dict[str, str]:
    """Return every command that is named within a sentence, with the first page that names it."""
    found: dict[str, str] = {}
    for page, text in prose():
        for code in _INLINE.findall(text):
            words = " ".join(code.replace("\\|", "|").split())
            if words.partition(" ")[0] in PROGRAMS and " " in words:
                found.setdefault(words, page)
    return found
