"""Words of a fixed list, with punctuation split off so that "dog." is no other word than "dog"."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from softsearch.data.tokenizers.base import (
    BOS,
    EOS,
    NUM_SPECIAL,
    PAD,
    SPECIAL,
    UNK,
    Tokenizer,
    most_frequent,
    without_control,
)

JOIN = "￭"
_STAND_IN = "■"  # for a join mark that the text itself holds


class WordTokenizer(Tokenizer):
    """White-space words of a fixed list; on request, with their punctuation as tokens of its own.

    A punctuation mark carries ``￭`` on the side where no space is: ``(dog).`` is ``(￭ dog ￭) ￭.``. Where one of these
    is not in the list, the whole white-space word is one token; so an unknown token never hides whether there was a
    space, and words can be counted.

    Parameters
    ----------
    words
        The words in the order of their ids, which begin after the special ones.
    lowercase
        Whether texts are lower-cased before they are looked up.
    split_punctuation
        Whether punctuation is split off.
    """

    def __init__(self, words: Sequence[str], *, lowercase: bool, split_punctuation: bool) -> None:
        self._lowercase = lowercase
        self._splits = split_punctuation
        super().__init__([*SPECIAL, *words])
        self._ids = {word: index for index, word in enumerate(words, start=NUM_SPECIAL)}
        if len(self._ids) != len(words):
            raise ValueError("a word occurs twice")

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text, without BOS and EOS."""
        return [[index for word in _words(text, self._lowercase) for index in self._parts(word)] for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; PAD, BOS and EOS are left out, UNK becomes ``⁇``."""
        text = " ".join(self._pieces[index] for index in without_control(ids))
        return re.sub(f" ?{JOIN} ?", "", text) if self._splits else text

    def word_ids(self, ids: Sequence[int]) -> list[int]:
        """Return for each id the index of its word among the white-space words of the text; -1 for PAD, BOS, EOS."""
        words, word, joins = [], -1, False
        for index in ids:
            if index in (PAD, BOS, EOS):
                words.append(-1)
                continue
            piece = self._pieces[index]
            is_joined = self._splits and (joins or piece.startswith(JOIN))
            word = max(0, word) if is_joined else word + 1
            joins = piece.endswith(JOIN)
            words.append(word)
        return words

    def to_bytes(self) -> bytes:
        """Return the list of words as JSON."""
        content = {"kind": "words", "lowercase": self._lowercase, "split_punctuation": self._splits}
        content |= {"words": self._pieces[NUM_SPECIAL:]}
        # Escaped, so that a lone surrogate from a damaged text is no obstacle.
        return json.dumps(content, indent=0).encode("ascii")

    def _parts(self, word: str) -> list[int]:
        parts = _split(word) if self._splits else [word]
        ids = [self._ids.get(part, UNK) for part in parts]
        lost = any(index == UNK and JOIN in part for index, part in zip(ids, parts, strict=True))
        return [self._ids.get(word, UNK)] if lost else ids


def train_words(texts: Iterable[str], *, size: int, lowercase: bool, split_punctuation: bool) -> WordTokenizer:
    """Keep the most frequent words of texts, as :func:`most_frequent` chooses them."""
    units = (
        itertools.chain.from_iterable(map(_split, words)) if split_punctuation else words
        for words in (_words(text, lowercase) for text in texts)
    )
    vocabulary = most_frequent(units, size=size)
    return WordTokenizer(vocabulary, lowercase=lowercase, split_punctuation=split_punctuation)


def _words(text: str, lowercase: bool) -> list[str]:
    return text.lower().split() if lowercase else text.split()


def _split(word: str) -> list[str]:
    """Return the runs of a word, and each punctuation mark with a join mark on the sides where a neighbour is."""
    if word.isalnum():
        return [word]
    parts: list[str] = []
    for is_mark, run in itertools.groupby(word.replace(JOIN, _STAND_IN), key=_is_mark):
        text = "".join(run)
        parts += text if is_mark else [text]
    # Between two marks the second one's join mark is enough.
    before_run = [not _is_mark(following[0]) for following in parts[1:]] + [False]
    return [
        JOIN * (place > 0) + part + JOIN * before_run[place] if _is_mark(part[0]) else part
        for place, part in enumerate(parts)
    ]


@cache
def _is_mark(character: str) -> bool:
    """Whether a character is punctuation or a symbol; a vowel sign or an accent belongs to its letter."""
    return unicodedata.category(character)[0] in "PS"
