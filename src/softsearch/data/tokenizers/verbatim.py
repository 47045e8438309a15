"""Text as it stands, white space and line ends included: characters and bytes, for models of running text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from softsearch.data.tokenizers.base import NUM_SPECIAL, SPECIAL, UNK, Tokenizer, most_frequent, without_control

_PRINTED = {"\n": "↵", "\t": "⇥", " ": "␣"}


class VerbatimTokenizer(Tokenizer):
    """The characters of a fixed list, each as it stands; the line feed, which is always among them, ends a line.

    Parameters
    ----------
    characters
        The characters in the order of their ids, which begin after the special ones.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        super().__init__([*SPECIAL, *(_PRINTED.get(character, character) for character in characters)])
        self._characters = list(characters)
        self._ids = {character: index for index, character in enumerate(characters, start=NUM_SPECIAL)}
        if len(self._ids) != len(characters) or "\n" not in self._ids:
            raise ValueError("a character occurs twice, or there is no line feed")

    @property
    def line_end(self) -> int:
        """The id of the line feed."""
        return self._ids["\n"]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""
        return [[self._ids.get(character, UNK) for character in text] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        return "".join(
            SPECIAL[UNK] if index == UNK else self._characters[index - NUM_SPECIAL] for index in without_control(ids)
        )

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the number of white-space words begun before it; -1 for PAD, BOS, EOS."""
        return _words(ids, [self.decode([index]).isspace() for index in ids])

    def to_bytes(self) -> bytes:
        """Return the list of characters as JSON."""
        return json.dumps({"kind": "verbatim", "characters": self._characters}, indent=0).encode("ascii")


class ByteTokenizer(Tokenizer):
    """The 256 bytes of UTF-8: no text is unknown to it, and no vocabulary is learnt."""

    def __init__(self) -> None:
        printed = [chr(byte) if 0x20 < byte < 0x7F else f"{byte:02x}" for byte in range(256)]
        super().__init__([*SPECIAL, *(_PRINTED.get(chr(byte), printed[byte]) for byte in range(256))])

    @property
    def line_end(self) -> int:
        """The id of the line feed."""
        return NUM_SPECIAL + ord("\n")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""
        return [[NUM_SPECIAL + byte for byte in text.encode("utf-8", "surrogatepass")] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; what is no UTF-8 becomes ``\ufffd``."""
        return self.to_utf8(ids).decode("utf-8", "replace")

    def to_utf8(self, ids: Sequence[int]) -> bytes:
        """Return the bytes that ids stand for, half a character at the end included."""
        return bytes(index - NUM_SPECIAL for index in ids if index >= NUM_SPECIAL)

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the number of white-space words begun before it; -1 for PAD, BOS, EOS."""
        return _words(ids, [self.to_utf8([index]).isspace() for index in ids])

    def to_bytes(self) -> bytes:
        """Return its kind as JSON."""
        return json.dumps({"kind": "bytes"}).encode("ascii")


def train_verbatim(lines: Iterable[str], *, size: int) -> VerbatimTokenizer:
    """Keep the line feed and the most frequent characters of lines, as :func:`most_frequent` chooses them."""
    return VerbatimTokenizer(most_frequent(lines, size=size, first=["\n"]))


def _words(ids: Sequence[int], is_space: Sequence[bool]) -> list[int]:
    words, word, inside = [], 0, False
    for index, space in zip(ids, is_space, strict=True):
        if index < NUM_SPECIAL and index != UNK:
            words.append(-1)
            continue
        word += inside and space
        inside = not space
        words.append(word)
    return words
