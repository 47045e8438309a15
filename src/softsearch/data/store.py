"""Token ids of a split on the disk, memory-mapped: a corpus larger than memory costs none."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from softsearch.data.parallel import Pair, PairReport
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically

_CHUNK = 4096  # pairs encoded at a time
_ARRAYS = ("source_ids", "source_offsets", "target_ids", "target_offsets", "lines")


class TokenStore:
    """The token ids of the pairs of one split, without BOS and EOS.

    Parameters
    ----------
    folder
        What :meth:`write` made.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        fix = "prepare the data again"
        try:
            arrays = {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS}
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"the stored token ids cannot be read: {error}", path=folder, fix=fix) from error
        self.source_ids, self.source_offsets = arrays["source_ids"], arrays["source_offsets"]
        self.target_ids, self.target_offsets = arrays["target_ids"], arrays["target_offsets"]
        self._lines = arrays["lines"]
        for ids, offsets in ((self.source_ids, self.source_offsets), (self.target_ids, self.target_offsets)):
            if len(offsets) != len(self) + 1 or offsets[-1] != len(ids):
                raise DataError("the stored token ids do not fit together", path=folder, fix=fix)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def source_lengths(self) -> np.ndarray:
        """Tokens of each source."""
        return np.diff(self.source_offsets)

    @property
    def target_lengths(self) -> np.ndarray:
        """Tokens of each target."""
        return np.diff(self.target_offsets)

    def source(self, row: int) -> np.ndarray:
        """Return the ids of one source."""
        return self.source_ids[self.source_offsets[row] : self.source_offsets[row + 1]]

    def target(self, row: int) -> np.ndarray:
        """Return the ids of one target."""
        return self.target_ids[self.target_offsets[row] : self.target_offsets[row + 1]]

    def line(self, row: int) -> int:
        """Return the line from which a pair was read, counted from 1."""
        return int(self._lines[row])

    @staticmethod
    def write(
        folder: Path, pairs: Iterable[Pair], tokenizer: Tokenizer, *, max_tokens: int, report: PairReport
    ) -> TokenStore:
        """Encode pairs into a folder, some thousand at a time, and open it.

        Parameters
        ----------
        folder
            Where to; it appears when it is complete.
        pairs
            Read once, as they come.
        tokenizer
            Makes the ids.
        max_tokens
            A pair with more tokens on one side is left out.
        report
            Counts those in ``too_long``, and takes them off ``kept``.

        Raises
        ------
        DataError
            No pair is left.
        """
        dtype = np.uint16 if tokenizer.size <= 1 << 16 else np.int32
        with folder_written_atomically(folder) as partial, contextlib.ExitStack() as stack:
            source, target = (stack.enter_context(_Rows(partial, side, dtype)) for side in ("source", "target"))
            lines = stack.enter_context(_Column(partial / "lines.npy", np.int64))
            for chunk in _chunks(pairs):
                sources = tokenizer.encode_batch([pair.source for pair in chunk])
                targets = tokenizer.encode_batch([pair.target for pair in chunk])
                short = [max(len(a), len(b)) <= max_tokens for a, b in zip(sources, targets, strict=True)]
                source.append(list(itertools.compress(sources, short)))
                target.append(list(itertools.compress(targets, short)))
                lines.append([pair.line for pair in itertools.compress(chunk, short)])
                report.too_long += len(chunk) - sum(short)
                report.kept -= len(chunk) - sum(short)
            if lines.count == 0:
                raise DataError(
                    f"no pair is left: {report.too_long} have a side of more than {max_tokens} tokens",
                    fix="raise data.max_tokens",
                )
        return TokenStore(folder)


class _Column:
    """A one-dimensional .npy file that grows."""

    def __init__(self, path: Path, dtype: type[np.generic]) -> None:
        self.count = 0
        self._dtype = np.dtype(dtype)
        self._file = path.open("wb")
        self._write_header()

    def append(self, values: list[int]) -> None:
        self._file.write(np.asarray(values, dtype=self._dtype).tobytes())
        self.count += len(values)

    def __enter__(self) -> _Column:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # numpy pads the header so that a longer shape fits in the same bytes
        with self._file:
            self._file.seek(0)
            self._write_header()

    def _write_header(self) -> None:
        descr = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (self.count,)}
        np.lib.format.write_array_header_1_0(self._file, header)


class _Rows:
    """Sequences of ids, one after the other, and where each begins."""

    def __init__(self, folder: Path, side: str, dtype: type[np.generic]) -> None:
        self._ids = _Column(folder / f"{side}_ids.npy", dtype)
        self._offsets = _Column(folder / f"{side}_offsets.npy", np.int64)
        self._offsets.append([0])

    def append(self, rows: list[list[int]]) -> None:
        ends = itertools.accumulate((len(row) for row in rows), initial=self._ids.count)
        self._offsets.append(list(ends)[1:])
        self._ids.append(list(itertools.chain.from_iterable(rows)))

    def __enter__(self) -> _Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ids.__exit__(kind, error, at)
        self._offsets.__exit__(kind, error, at)


def _chunks(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    remaining = iter(pairs)
    while chunk := list(itertools.islice(remaining, _CHUNK)):
        yield chunk
