"""Characters as tokens: no word is unknown, and sequences are long."""

from __future__ import annotations

import collections
import json
import unicodedata
from collections.abc import Iterable, Sequence

from softsearch.data.tokenizers.base import (
    MARK,
    NUM_SPECIAL,
    SPECIAL,
    UNK,
    Tokenizer,
    require_room,
    text_of_marked,
    words_of_marked,
)
from softsearch.errors import DataError


class CharacterTokenizer(Tokenizer):
    """The characters of a fixed list, composed by NFC. A space goes before each word, the first one too.

    Parameters
    ----------
    characters
        The characters in the order of their ids, which begin after the special ones; the space is ``▁``.
    lowercase
        Whether texts are lower-cased before they are looked up.
    """

    def __init__(self, characters: Sequence[str], *, lowercase: bool) -> None:
        self._lowercase = lowercase
        super().__init__([*SPECIAL, *characters])
        self._ids = {character: index for index, character in enumerate(characters, start=NUM_SPECIAL)}
        if len(self._ids) != len(characters) or MARK not in self._ids:
            raise ValueError("a character occurs twice, or there is no space")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""
        return [[self._ids.get(character, UNK) for character in _characters(text, self._lowercase)] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        return text_of_marked(ids, self._pieces)

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""
        return words_of_marked(ids, self._pieces)

    def to_bytes(self) -> bytes:
        """Return the list of characters as JSON."""
        content = {"kind": "characters", "lowercase": self._lowercase, "characters": self._pieces[NUM_SPECIAL:]}
        return json.dumps(content, indent=0).encode("ascii")


def train_characters(texts: Iterable[str], *, size: int, lowercase: bool) -> CharacterTokenizer:
    """Keep the space and the most frequent characters; those of equal frequency in the order of Unicode.

    Parameters
    ----------
    texts
        Sentences of both languages.
    size
        Number of ids at most, the four special ones included.
    lowercase
        Whether characters are lower-cased, here and in `encode`.

    Raises
    ------
    DataError
        There is no text, or `size` has no room for a character beside the space.
    """
    require_room(size - 1)
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        counts.update(_characters(text, lowercase))
    if not counts:
        raise DataError("there is no text to learn a vocabulary from")
    del counts[MARK]
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    return CharacterTokenizer([MARK, *ranked[: size - NUM_SPECIAL - 1]], lowercase=lowercase)


def _characters(text: str, lowercase: bool) -> str:
    """Return the text, composed, with ``▁`` before each word; an underscore stands in for the mark itself."""
    text = unicodedata.normalize("NFC", text.lower() if lowercase else text)
    return "".join(MARK + word for word in text.replace(MARK, "_").split())
