"""Word vectors as text, as GloVe (Pennington et al. 2014) and word2vec (Mikolov et al. 2013) write them.

Each line is a word and its numbers, with a space between them. A first line of two numbers, as word2vec writes it, says
how many words there are and how wide their vectors are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from softsearch.data.text import at_least_one, numbered_lines
from softsearch.data.tokenizers import UNK, Tokenizer
from softsearch.data.tokenizers.base import MARK
from softsearch.data.tokenizers.words import JOIN
from softsearch.errors import DataError


class Found(NamedTuple):
    """The vectors of some tokens, and of how many of these the word is in the file in lower case only."""

    ids: np.ndarray
    vectors: np.ndarray
    lowered: int

    def to_dict(self) -> dict[str, Any]:
        """Return what a report says of them."""
        return {"found": len(self.ids), "in_lower_case": self.lowered}


def read_vectors(path: Path, tokenizer: Tokenizer, *, width: int) -> Found:
    """Return the vectors of the tokens that a file has, each as it is written or else in lower case.

    Parameters
    ----------
    width
        Of the embeddings.

    Raises
    ------
    DataError
        The file cannot be read; its vectors have another width; a line is malformed; it has none of the tokens.
    """
    exact, lower = _wanted(tokenizer)
    vectors: dict[int, np.ndarray] = {}
    lowered: dict[int, np.ndarray] = {}
    for number, word, numbers in _entries(path, width):
        if word in exact or word in lower:
            vector = _vector(numbers, path=path, number=number)
            for wanted, found in ((exact, vectors), (lower, lowered)):
                for token in wanted.get(word, ()):
                    found.setdefault(token, vector)
    together = {**lowered, **vectors}
    if not together:
        problem = "none of the vocabulary's tokens has a vector in this file"
        raise DataError(problem, path=path, fix="use tokenizer.kind: words, or vectors of this language")
    ids = sorted(together)
    vectors_of = np.stack([together[token] for token in ids])
    return Found(np.array(ids), vectors_of, lowered=len(lowered.keys() - vectors.keys()))


def _wanted(tokenizer: Tokenizer) -> tuple[Mapping[str, list[int]], Mapping[str, list[int]]]:
    """Return the tokens of each word, and those of each word in lower case that are written otherwise."""
    exact: dict[str, list[int]] = {}
    lower: dict[str, list[int]] = {}
    for token, piece in enumerate(tokenizer.pieces(range(tokenizer.size))):
        word = "<unk>" if token == UNK else piece.strip(MARK + JOIN) or piece
        exact.setdefault(word, []).append(token)
        if word.lower() != word:
            lower.setdefault(word.lower(), []).append(token)
    return exact, lower


def _entries(path: Path, width: int) -> Iterator[tuple[int, str, Sequence[str]]]:
    """Yield the number of each line, its word, which may have spaces in it, and its numbers."""
    is_first = True
    for number, line in at_least_one(numbered_lines(path), "the file has no vectors", path):
        if is_first:
            parts = line.split()
            is_first, is_header = False, len(parts) == 2 and all(map(str.isdecimal, parts))
            own = int(parts[1]) if is_header else len(parts) - 1
            if own != width:
                problem = f"the vectors have {own} numbers, and the embeddings {width}"
                fix = f"set the model's embeddings to {own} numbers, or use vectors of {width}"
                raise DataError(problem, path=path, value=own, allowed=str(width), fix=fix)
            if is_header:
                continue
        word, *numbers = line.rstrip().rsplit(" ", width)
        if len(numbers) != width:
            value = f"{len(line.split()) - 1} numbers"
            raise DataError("not a word and its vector", path=path, line=number, value=value, allowed=f"{width}")
        yield number, word, numbers


def _vector(numbers: Sequence[str], *, path: Path, number: int) -> np.ndarray:
    try:
        vector = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"not a word and its vector: {error}", path=path, line=number) from error
    if not np.isfinite(vector).all():
        raise DataError("a vector has numbers that are not finite", path=path, line=number)
    return vector
