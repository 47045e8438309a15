"""What every tokenizer has: the special ids, and how the rest of the package speaks to it."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

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


class MarkedTokenizer(Tokenizer):
    """A tokenizer whose pieces have ``▁`` for a space: the first piece of a word begins with it."""

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        return "".join(self._pieces[index] for index in without_control(ids)).replace(MARK, " ").strip()

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""
        words, word, begun = [], 0, False
        for index in ids:
            if index in (PAD, BOS, EOS):
                words.append(-1)
                continue
            piece = self._pieces[index]
            # What a model has written may hold "▁" twice in a row, or at its end; neither makes a word.
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


def no_text() -> DataError:
    """Return what is raised where a vocabulary is to be learnt from nothing."""
    return DataError("there is no text to learn a vocabulary from")


def most_frequent(units: Iterable[Iterable[str]], *, size: int, first: Sequence[str] = ()) -> list[str]:
    """Return a vocabulary: the words or characters that occur most often, those of equal frequency in order of Unicode.

    Parameters
    ----------
    units
        Those of each text.
    size
        Number of ids at most, the special ones included, which are not returned.
    first
        What is in it, before all others, whatever its frequency.

    Raises
    ------
    DataError
        There is no text, or `size` has no room for anything but the special ones and those that are first.
    """
    require_room(size - len(first))
    counts = Counter(itertools.chain.from_iterable(units))
    if not counts:
        raise no_text()
    ranked = sorted(counts.keys() - set(first), key=lambda unit: (-counts[unit], unit))
    return [*first, *ranked][: size - NUM_SPECIAL]
