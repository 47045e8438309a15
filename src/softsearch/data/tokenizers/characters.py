"""Characters as tokens: no word is unknown, and sequences are long."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

from softsearch.data.tokenizers.base import MARK, NUM_SPECIAL, SPECIAL, UNK, MarkedTokenizer, most_frequent


class CharacterTokenizer(MarkedTokenizer):
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

    def to_bytes(self) -> bytes:
        """Return the list of characters as JSON."""
        content = {"kind": "characters", "lowercase": self._lowercase, "characters": self._pieces[NUM_SPECIAL:]}
        return json.dumps(content, indent=0).encode("ascii")


def train_characters(texts: Iterable[str], *, size: int, lowercase: bool) -> CharacterTokenizer:
    """Keep the space and the most frequent characters of texts, as :func:`most_frequent` chooses them."""
    characters = (_characters(text, lowercase) for text in texts)
    return CharacterTokenizer(most_frequent(characters, size=size, first=[MARK]), lowercase=lowercase)


def _characters(text: str, lowercase: bool) -> str:
    """Return the text, composed, with ``▁`` before each word; an underscore stands in for the mark itself."""
    text = unicodedata.normalize("NFC", text.lower() if lowercase else text)
    return "".join(MARK + word for word in text.replace(MARK, "_").split())
