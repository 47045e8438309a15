"""Files of word alignments made by people, in two conventions.

``naacl``: words are counted from 1; ``3-4`` is a sure link, ``3p4`` and ``3?4`` are possible ones (Mihalcea & Pedersen
2003; Och & Ney 2003). ``pharaoh``: words are counted from 0; ``2-3`` is a link. Line i is about pair i in both.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from softsearch.data.pairs.pair import Pair
from softsearch.data.text import read_lines
from softsearch.errors import DataError

GoldFormat = Literal["naacl", "pharaoh"]
_FIRST_WORD = {"naacl": 1, "pharaoh": 0}
_LINK = re.compile(r"([0-9]+)([-p?])([0-9]+)")


class _Written(NamedTuple):
    """A link as it stands in the file, on a line that is about `pair`."""

    text: str
    source: int
    target: int
    is_sure: bool
    pair: Pair


def with_gold(
    pairs: Sequence[Pair], path: Path, *, num_lines: int, gold_format: GoldFormat | None = None
) -> list[Pair]:
    """Return the pairs with the links of a gold file instead of their own.

    Parameters
    ----------
    pairs
        Their `line` says which line of the gold file is about them.
    num_lines
        The number of lines that the pairs were read from, blank ones included.
    gold_format
        How the file counts words; by default it is told from the links where they can only mean one.

    Raises
    ------
    DataError
        The numbers of lines differ; a link is malformed or names a word that is not there; nothing tells whether
        words are counted from 0 or from 1.
    """
    lines = list(itertools.islice(read_lines(path), num_lines + 1))
    if len(lines) != num_lines:
        found = "more" if len(lines) > num_lines else str(len(lines))
        raise DataError(f"has {found} lines for {num_lines} of pairs", path=path, fix="line i must be about pair i")
    links = [_parsed(lines[pair.line - 1], pair, path) for pair in pairs]
    first = _FIRST_WORD[gold_format or _detected(links, path)]
    return [_linked(pair, own, first, path) for pair, own in zip(pairs, links, strict=True)]


def _parsed(text: str, pair: Pair, path: Path) -> list[_Written]:
    links = []
    for word in text.split():
        match = _LINK.fullmatch(word)
        if match is None:
            allowed = 'such as "1-1 2p3" (words counted from 1) or "0-0 1-2" (from 0)'
            raise DataError("a link is malformed", path=path, line=pair.line, value=word, allowed=allowed)
        links.append(_Written(word, int(match[1]), int(match[3]), match[2] == "-", pair))
    return links


def _detected(links: Sequence[Sequence[_Written]], path: Path) -> GoldFormat:
    """Tell the format: a word 0 or a word past the last but one leaves no choice, and only one marks possible links."""
    written = list(itertools.chain.from_iterable(links))
    if not written or any(0 in (link.source, link.target) for link in written):
        return "pharaoh"
    if any(_ends(link) or not link.is_sure for link in written):
        return "naacl"
    fix = "say which: --gold-format naacl (words counted from 1) or --gold-format pharaoh (from 0)"
    raise DataError("its links could count words from 0 or from 1", path=path, fix=fix)


def _ends(link: _Written) -> bool:
    return link.source == len(link.pair.source.split()) or link.target == len(link.pair.target.split())


def _linked(pair: Pair, written: Sequence[_Written], first: int, path: Path) -> Pair:
    lasts = [len(side.split()) + first - 1 for side in (pair.source, pair.target)]
    for link in written:
        if not (first <= link.source <= lasts[0] and first <= link.target <= lasts[1]):
            problem = f"a link names a word that is not there; words are counted from {first}"
            allowed = f"source words {first} to {lasts[0]}, target words {first} to {lasts[1]}"
            raise DataError(problem, path=path, line=pair.line, value=link.text, allowed=allowed)
    found = {is_sure: set[tuple[int, int]]() for is_sure in (True, False)}
    for link in written:
        found[link.is_sure].add((link.source - first, link.target - first))
    return dataclasses.replace(pair, links=frozenset(found[True]), possible_links=frozenset(found[False]))
