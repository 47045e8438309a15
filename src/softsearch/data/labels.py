"""The names of classes, and of where their examples were found."""

from __future__ import annotations

from collections.abc import Iterable


def in_order(names: Iterable[str]) -> list[str]:
    """Return names in their order: numbers by size, before words."""
    return sorted(names, key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name))


def readable(text: str) -> str:
    """Return a text as UTF-8 can hold it: names of files, and JSON, may have halves of characters in them."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
