"""A text as a language model reads it: its tokens, and which characters of the text each of them stands for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from softsearch.data.running import RunningText
from softsearch.data.tokenizers import UNK, ByteTokenizer, Tokenizer, VerbatimTokenizer
from softsearch.errors import DataError

_MARKS = "▁￭"  # of pieces, for a space or for none


class TokenText(NamedTuple):
    """Some tokens of a text.

    Attributes
    ----------
    text
        Their characters.
    ids
        Those of the tokens, a line end before the first.
    ends
        For each token, how many characters of the text are read after it; white space before a word is the word's.
    by_line
        Whether each line is a text of its own, which is read without those before it.
    is_cut
        Whether there was more text.
    """

    text: str
    ids: list[int]
    ends: np.ndarray
    by_line: bool
    is_cut: bool

    @property
    def texts(self) -> list[list[int]]:
        """The ids of each text that is read by itself, from the line end before it to the one after it."""
        if not self.by_line:
            return [self.ids]
        begins = [place for place, token in enumerate(self.ids[:-1]) if token == self.ids[0]]
        return [self.ids[start : end + 1] for start, end in itertools.pairwise([*begins, len(self.ids) - 1])]

    @property
    def shown(self) -> list[str]:
        """The characters of each token; of a character in several tokens the last one has it, the others nothing."""
        return [self.text[start:end] for start, end in itertools.pairwise([0, *self.ends.tolist()])]

    @property
    def num_unknown(self) -> int:
        """How many tokens the model does not know."""
        return self.ids[1:].count(UNK)

    def projected(self, signal: np.ndarray) -> np.ndarray:
        """Return for each token what a signal, a number for each character, is when the token has been read."""
        return signal[np.maximum(self.ends, 1) - 1]


def of_lines(lines: Iterable[str], tokenizer: Tokenizer, *, most: int, by_line: bool) -> TokenText:
    """Return the first `most` tokens of a text of these lines, reading no more of them than that takes.

    Raises
    ------
    DataError
        There is no text, or the model knows none of its tokens.
    """
    return _joined(((line, tokenizer.encode(line)) for line in lines), tokenizer, most, by_line)


def of_stored(running: RunningText, tokenizer: Tokenizer, *, most: int) -> TokenText:
    """Return the first `most` tokens of a run's own text, with its characters as far as the tokens hold them.

    Raises
    ------
    DataError
        The model knows none of its tokens.
    """
    ids = running.ids[1 : most + 2].tolist()
    lines = ((tokenizer.decode(line), line) for line in _lines(ids, tokenizer.line_end))
    return _joined(lines, tokenizer, most, running.by_line)


def _lines(ids: Sequence[int], line_end: int) -> Iterator[list[int]]:
    line: list[int] = []
    for token in ids:
        if token == line_end:
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _joined(lines: Iterable[tuple[str, list[int]]], tokenizer: Tokenizer, most: int, by_line: bool) -> TokenText:
    text, ids, ends = "", [tokenizer.line_end], []
    for number, (line, own) in enumerate(lines):
        if number:
            text += "\n"
            ids.append(tokenizer.line_end)
            ends.append(len(text))
        ends += [len(text) + end for end in _ends(line, own, tokenizer)]
        text += line
        ids += own
        if len(ends) > most:
            break
    if not text.strip():
        fix = "look at more of it" if len(ends) > most else "give another text"
        raise DataError("there is no text to look at, only white space", fix=fix)
    if all(token in (UNK, tokenizer.line_end) for token in ids[1 : most + 1]):
        raise DataError("the model knows none of these tokens", value=text, fix="give a text like those trained on")
    kept = np.array(ends[:most])
    return TokenText(text[: kept[-1]], ids[: most + 1], kept, by_line, len(ends) > most)


def _ends(line: str, ids: Sequence[int], tokenizer: Tokenizer) -> list[int]:
    """Return for each token of a line how many characters of the line are read after it."""
    if isinstance(tokenizer, VerbatimTokenizer):
        return list(range(1, len(ids) + 1))
    if isinstance(tokenizer, ByteTokenizer):
        sizes = np.cumsum([len(character.encode("utf-8", "surrogatepass")) for character in line])
        return np.searchsorted(sizes, np.arange(1, len(ids) + 1), side="right").tolist()
    return _ends_in_words(line, tokenizer.word_ids(ids), tokenizer.pieces(ids))


def _ends_in_words(line: str, words: Sequence[int], pieces: Sequence[str]) -> list[int]:
    """Share each white-space word among its pieces by their lengths: a piece may be spelt otherwise than the text."""
    spans = [match.span() for match in re.finditer(r"\S+", line)]
    ends: list[int] = []
    for word, group in itertools.groupby(zip(words, pieces, strict=True), key=lambda pair: pair[0]):
        start, end = spans[min(word, len(spans) - 1)]
        sizes = np.cumsum([len(piece.strip(_MARKS)) for _, piece in group])
        ends += (start + np.round((end - start) * sizes / max(1, sizes[-1]))).astype(int).tolist()
    return ends
