"""Running text on the disk, as one long memory-mapped row of token ids: a corpus larger than memory costs none.

A line end is a token like any other (``tokenizer.line_end``), and one stands before the first line: so every token of
the text has one before it from which it can be predicted.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from softsearch.data.tokenizers import UNK, Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically

_CHUNK = 4096  # lines encoded at a time


class TextFile(NamedTuple):
    """A file of running text, read line by line."""

    name: str
    lines: Iterable[str]


class RunningText:
    """The token ids of one split.

    Parameters
    ----------
    folder
        What :meth:`write` made.

    Attributes
    ----------
    ids
        Those of the text, a line end before the first.
    words, bytes
        White-space words and UTF-8 bytes of the text, line ends among the latter.
    unknown
        Tokens of the text that the tokenizer does not know.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self.ids = np.load(folder / "ids.npy", mmap_mode="r")
            self._starts = np.load(folder / "line_starts.npy", mmap_mode="r")
            about = json.loads((folder / "text.json").read_text(encoding="utf-8"))
            self._files: list[tuple[str, int]] = [(name, first) for name, first in about["files"]]
            self.words, self.bytes, self.unknown = (int(about[name]) for name in ("words", "bytes", "unknown"))
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            problem = f"the stored text cannot be read: {error}"
            raise DataError(problem, path=folder, fix="prepare the data again") from error

    def __len__(self) -> int:
        """Return the number of tokens to predict."""
        return len(self.ids) - 1

    def place(self, token: int) -> str:
        """Return the file and the line of a token: ``train.txt:17``."""
        line = int(np.searchsorted(self._starts, token, side="right")) - 1
        name, first = next(file for file in reversed(self._files) if file[1] <= max(0, line))
        return f"{name}:{max(0, line) - first + 1}"

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return len(self._starts)

    @staticmethod
    def write(folder: Path, files: Iterable[TextFile], tokenizer: Tokenizer) -> RunningText:
        """Encode files, one after the other, some thousand lines at a time, and open the result.

        Parameters
        ----------
        folder
            Where to; it appears when it is complete.

        Raises
        ------
        DataError
            There is no text.
        """
        dtype = np.uint16 if tokenizer.size <= 2**16 else np.uint32
        ids, starts = [np.array([tokenizer.line_end], dtype)], []
        begun: list[tuple[str, int]] = []
        total, lines_read, words, num_bytes, unknown = 1, 0, 0, 0, 0
        for file in files:
            begun.append((file.name, lines_read))
            lines = iter(file.lines)
            while some := list(itertools.islice(lines, _CHUNK)):
                encoded = [[*own, tokenizer.line_end] for own in tokenizer.encode_batch(some)]
                lengths = np.array([len(own) for own in encoded])
                starts.append(total + np.cumsum(lengths) - lengths)
                flat = np.fromiter(itertools.chain.from_iterable(encoded), dtype, count=int(lengths.sum()))
                ids.append(flat)
                total += len(flat)
                lines_read += len(some)
                words += sum(len(line.split()) for line in some)
                num_bytes += sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in some)
                unknown += int((flat == UNK).sum())
        if not words:
            raise DataError("there is no text", value=", ".join(name for name, _ in begun))
        with folder_written_atomically(folder) as temporary:
            np.save(temporary / "ids.npy", np.concatenate(ids))
            np.save(temporary / "line_starts.npy", np.concatenate(starts))
            about = {"files": begun, "words": words, "bytes": num_bytes, "unknown": unknown}
            (temporary / "text.json").write_text(json.dumps(about), encoding="utf-8")
        return RunningText(folder)
