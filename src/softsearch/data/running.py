"""Running text on the disk, as one long memory-mapped row of token ids: a corpus larger than memory costs none.

A line end is a token like any other (``tokenizer.line_end``), and one stands before the first line: so every token of
the text has one before it from which it can be predicted.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from softsearch.data.stored import Column, Store, mapped
from softsearch.data.tokenizers import UNK, Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically

_CHUNK = 200_000  # characters encoded at a time


class TextFile(NamedTuple):
    """A file of running text, read line by line."""

    name: str
    lines: Iterable[str]


class RunningText(Store):
    """The token ids of one split."""

    called = parts = "text"

    ids: np.ndarray  # those of the text, a line end before the first
    line_starts: np.ndarray  # where in `ids` each line begins; the token before it is a line end
    by_line: bool  # whether each line is a text of its own, which is read without those before it
    words: int  # that white space parts
    bytes: int  # of UTF-8, line ends among them
    unknown: int  # tokens that the tokenizer does not know

    def _open(self, folder: Path) -> bool:
        self.ids, self.line_starts = mapped(folder / "ids.npy"), mapped(folder / "line_starts.npy")
        about = json.loads((folder / "text.json").read_text(encoding="utf-8"))
        self._files: list[tuple[str, int]] = [(name, first) for name, first in about["files"]]
        self.by_line = bool(about.get("by_line", False))
        self.words, self.bytes, self.unknown = (int(about[name]) for name in ("words", "bytes", "unknown"))
        return True

    def __len__(self) -> int:
        """Return the number of tokens to predict."""
        return len(self.ids) - 1

    def place(self, token: int) -> str:
        """Return the file and the line of a token: ``train.txt:17``."""
        line = int(np.searchsorted(self.line_starts, token, side="right")) - 1
        name, first = next(file for file in reversed(self._files) if file[1] <= max(0, line))
        return f"{name}:{max(0, line) - first + 1}"

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return len(self.line_starts)

    @property
    def line_lengths(self) -> np.ndarray:
        """Tokens of each line, its end counted."""
        return np.diff(self.line_starts, append=len(self.ids))

    @staticmethod
    def write(folder: Path, files: Iterable[TextFile], tokenizer: Tokenizer, *, by_line: bool = False) -> RunningText:
        """Encode files, one after the other, some lines at a time, and open the result.

        Parameters
        ----------
        folder
            Where to; it appears when it is complete.
        by_line
            Each line is a text of its own.

        Raises
        ------
        DataError
            There is no text.
        """
        dtype = np.uint16 if tokenizer.size <= 2**16 else np.uint32
        begun: list[tuple[str, int]] = []
        counted: Counter[str] = Counter()
        with folder_written_atomically(folder) as temporary:
            with Column(temporary / "ids.npy", dtype) as ids, Column(temporary / "line_starts.npy", np.int64) as starts:
                ids.append([tokenizer.line_end])
                for file in files:
                    begun.append((file.name, starts.count))
                    for lines in _chunks(file.lines):
                        encoded = [[*own, tokenizer.line_end] for own in tokenizer.encode_batch(lines)]
                        ends = itertools.accumulate(map(len, encoded), initial=ids.count)
                        starts.append(list(ends)[:-1])
                        flat = np.fromiter(itertools.chain.from_iterable(encoded), dtype)
                        ids.append(flat)
                        counted["unknown"] += int((flat == UNK).sum())
                        counted["words"] += sum(len(line.split()) for line in lines)
                        counted["bytes"] += sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines)
            if not counted["words"]:
                raise DataError("there is no text", value=", ".join(name for name, _ in begun))
            about = {"files": begun, "by_line": by_line, **counted}
            (temporary / "text.json").write_text(json.dumps(about), encoding="utf-8")
        return RunningText(folder)


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield lines, so many together that their ids take little memory; a line longer than that is alone."""
    chunk: list[str] = []
    room = _CHUNK
    for line in lines:
        chunk.append(line)
        room -= len(line) + 1
        if room <= 0:
            yield chunk
            chunk, room = [], _CHUNK
    if chunk:
        yield chunk
