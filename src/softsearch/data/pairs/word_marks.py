"""Word links and parts of speech as they are written in files: ``0-0 1-2`` and ``NOUN VERB``."""

from __future__ import annotations

import re
from pathlib import Path

from softsearch.errors import DataError

NOT_ANNOTATED = "_"
"""Stands where links or tags would be, as in CoNLL-U."""

_LINK = re.compile(r"([0-9]+)-([0-9]+)")

Links = frozenset[tuple[int, int]]
Tags = tuple[str, ...]


def parse_links(text: str, *, source: str, target: str, path: Path, line: int) -> Links | None:
    """Return the word links that a text holds, counted from 0; None where it says that nobody has annotated them.

    Raises
    ------
    DataError
        A link is malformed, or names a word that is not there.
    """
    if text.strip() == NOT_ANNOTATED:
        return None
    links = set()
    num_source, num_target = len(source.split()), len(target.split())
    for word in text.split():
        match = _LINK.fullmatch(word)
        if match is None:
            raise DataError("a link is malformed", path=path, line=line, value=word, allowed='such as "0-0 1-2"')
        link = int(match[1]), int(match[2])
        if link[0] >= num_source or link[1] >= num_target:
            problem = "a link names a word that is not there; words are counted from 0"
            allowed = f"source words 0 to {num_source - 1}, target words 0 to {num_target - 1}"
            raise DataError(problem, path=path, line=line, value=word, allowed=allowed)
        links.add(link)
    return frozenset(links)


def parse_tags(text: str, *, words: str, path: Path, line: int) -> Tags | None:
    """Return the tags that a text holds, one for each word of `words`; None where it says that nobody has tagged them.

    Raises
    ------
    DataError
        There are more or fewer tags than words.
    """
    if text.strip() == NOT_ANNOTATED:
        return None
    tags = tuple(text.split())
    if len(tags) != len(words.split()):
        problem = f"the sentence has {len(words.split())} words and {len(tags)} tags"
        allowed = "one tag for each word separated by white space"
        raise DataError(problem, path=path, line=line, value=text, allowed=allowed)
    return tags


def format_links(links: Links | None) -> str:
    """Return what :func:`parse_links` reads back."""
    if links is None:
        return NOT_ANNOTATED
    return " ".join(f"{source}-{target}" for source, target in sorted(links))


def format_tags(tags: Tags | None) -> str:
    """Return what :func:`parse_tags` reads back."""
    return NOT_ANNOTATED if tags is None else " ".join(tags)
