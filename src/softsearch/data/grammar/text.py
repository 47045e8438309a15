"""Words with what they realise, and how they become a sentence with links."""

from __future__ import annotations

from collections.abc import Iterable

from softsearch.data.grammar.tree import Adjunct, Tag

Word = tuple[str, tuple[Tag, ...]]

COMMA: Word = (",", ())


def words(text: str, *tags: Tag) -> list[Word]:
    """Return the words of `text`, each with all the tags."""
    return [(word, tags) for word in text.split()]


def adjunct_words(adjunct: Adjunct, parts: Iterable[tuple[str, tuple[int, ...]]]) -> list[Word]:
    """Return the words of a fixed phrase, tagged with the parts of its meaning."""
    return [(text, tuple((adjunct.id, f"part {part}") for part in realised)) for text, realised in parts]


def finish(stream: list[Word], *, mark: str) -> list[Word]:
    """Attach commas to the word before (one where two meet, none at the end), capitalise, and add the final mark."""
    finished: list[Word] = []
    for position, (text, tags) in enumerate(stream):
        if text != ",":
            finished.append((text, tags))
        elif position + 1 < len(stream) and stream[position + 1][0] != ",":
            before, tags = finished[-1]
            finished[-1] = (before + ",", tags)
    first, tags = finished[0]
    finished[0] = (first[0].upper() + first[1:], tags)
    last, tags = finished[-1]
    finished[-1] = (last + mark, tags)
    return finished


def links(source: list[Word], target: list[Word]) -> frozenset[tuple[int, int]]:
    """Link the words that share a tag."""
    where: dict[Tag, list[int]] = {}
    for position, (_, tags) in enumerate(target):
        for tag in tags:
            where.setdefault(tag, []).append(position)
    return frozenset((i, j) for i, (_, tags) in enumerate(source) for tag in tags for j in where.get(tag, ()))
