"""What every tokenizer has: the special ids, and how the rest of the package speaks to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from softsearch.errors import DataError

PAD, UNK, BOS, EOS = range(4)
NUM_SPECIAL = 4
UNKNOWN = "⁇"
"""How an unknown token is printed."""
SPECIAL = ("<pad>", UNKNOWN, "<s>", "</s>")
"""How the special ids are printed."""
MARK = "▁"
"""How the space before a word is printed."""


class Tokenizer(ABC):
    """What the rest of the package knows of a tokeniser.

    Parameters
    ----------
    pieces
        What is printed for each id, the four special ones first.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces

    @property
    def size(self) -> int:
        """Number of ids, the four special ones included."""
        return len(self._pieces)

    @property
    def line_end(self) -> int:
        """The id that stands between the lines of running text."""
        return EOS

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text, without BOS and EOS. Of words, or parts of them, white space gives none."""
        return self.encode_batch([text])[0]

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Return what to print for each id, for example on the axis of a picture."""
        return [self._pieces[index] for index in ids]

    def pieces_of_text(self, ids: Sequence[int]) -> list[str]:
        """Return what to print for each id of running text: a line end is ``↵``, whatever the tokenizer."""
        return ["↵" if index == self.line_end else self._pieces[index] for index in ids]

    @abstractmethod
    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""

    @abstractmethod
    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Return the content of a file for :func:`load_tokenizer`."""


def without_control(ids: Sequence[int]) -> Iterator[int]:
    """Yield the ids that stand for text."""
    return (index for index in ids if index not in (PAD, BOS, EOS))


def text_of_marked(ids: Sequence[int], pieces: Sequence[str]) -> str:
    """Return the text of ids whose pieces have ``▁`` for a space."""
    return "".join(pieces[index] for index in without_control(ids)).replace(MARK, " ").strip()


def words_of_marked(ids: Sequence[int], pieces: Sequence[str]) -> list[int]:
    """Return the word of each id where a word's first piece begins with ``▁``; -1 for PAD, BOS, EOS.

    Parameters
    ----------
    ids
        Of a text, or any that a model has written.
    pieces
        What is printed for each id there is.
    """
    words, word, begun = [], 0, False
    for index in ids:
        if index in (PAD, BOS, EOS):
            words.append(-1)
            continue
        piece = pieces[index]
        # A translation may hold "▁" twice in a row, or at its end; neither makes a word.
        if piece.startswith(MARK) and begun:
            word, begun = word + 1, False
        begun = begun or piece != MARK
        words.append(word)
    last = word if begun else max(0, word - 1)
    return [min(word, last) for word in words]


def require_room(size: int) -> None:
    """Raise a DataError where a vocabulary of `size` ids has no room for anything but the special ones."""
    if size <= NUM_SPECIAL:
        raise DataError("the vocabulary has no room for a word", value=size, allowed=f"more than {NUM_SPECIAL}")
