"""Words with what they realise, and how they become a sentence with links."""

from __future__ import annotations

from typing import NamedTuple

from softsearch.data.grammar.lexicon import Part
from softsearch.data.grammar.tree import Adjunct, Tag


class Word(NamedTuple):
    """A word, what it realises, and its universal part of speech (NOUN, VERB, ...)."""

    text: str
    tags: tuple[Tag, ...]
    part: str


COMMA = Word(",", (), "PUNCT")


def words(text: str, part: str, *tags: Tag) -> list[Word]:
    """Return the words of `text`, each with the part of speech and all the tags."""
    if " " not in text:  # nearly always, and much faster
        return [Word(text, tags, part)] if text else []
    return [Word(word, tags, part) for word in text.split(" ")]


def noun_words(text: str, node: int, *, is_name: bool) -> list[Word]:
    """Return a noun; the words of a name such as "Mr Weber" correspond one by one."""
    if not is_name:
        return words(text, "NOUN", (node, "noun"))
    return [Word(word, ((node, f"noun {position}"),), "PROPN") for position, word in enumerate(text.split())]


def adjunct_words(adjunct: Adjunct, language: str) -> list[Word]:
    """Return the words of a fixed phrase, tagged with the parts of its meaning."""
    parts: tuple[Part, ...] = getattr(adjunct.adverbial, language)
    return [Word(part.text, tuple((adjunct.id, f"part {of}") for of in part.meaning), part.part) for part in parts]


def listed(said: list[list[Word]], joint: list[Word]) -> list[Word]:
    """Join phrases by commas and a last joint."""
    *first, last = said
    stream = [word for phrase in first for word in (*phrase, COMMA)]
    return [*stream[:-1], *joint, *last]


def finish(stream: list[Word], *, mark: str) -> list[Word]:
    """Attach commas to the word before (one where two meet, none at the end), capitalise, and add the final mark."""
    finished: list[Word] = []
    has_comma = False
    for word in stream:
        if word is COMMA:
            has_comma = True
            continue
        if has_comma:
            finished[-1] = _followed(finished[-1], ",")
            has_comma = False
        finished.append(word)
    text, tags, part = finished[0]
    finished[0] = Word(text[0].upper() + text[1:], tags, part)
    finished[-1] = _followed(finished[-1], mark)
    return finished


def _followed(word: Word, mark: str) -> Word:
    return Word(word.text + mark, word.tags, word.part)


def links(source: list[Word], target: list[Word]) -> frozenset[tuple[int, int]]:
    """Link the words that share a tag."""
    where: dict[Tag, list[int]] = {}
    for position, word in enumerate(target):
        for tag in word.tags:
            where.setdefault(tag, []).append(position)
    return frozenset([(i, j) for i, word in enumerate(source) for tag in word.tags for j in where.get(tag, ())])
