"""Data on the disk: how a store is opened, and arrays larger than memory, written bit by bit and mapped when read."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self, TypeVar

import numpy as np

from softsearch.errors import DataError

T = TypeVar("T")


class Store(ABC):
    """What one split of the data has become in a folder; ``write`` of each kind of store makes it.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    called: ClassVar[str]  # what is stored, and its parts, for messages
    parts: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        fix = "prepare the data again"
        try:
            fits = self._open(folder)
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            raise DataError(f"the stored {self.called} cannot be read: {error}", path=folder, fix=fix) from error
        if not fits:
            raise DataError(f"the stored {self.parts} do not fit together", path=folder, fix=fix)

    @abstractmethod
    def _open(self, folder: Path) -> bool:
        """Take in what is in the folder, and return whether its parts fit together."""


class Ragged:
    """Rows of different lengths, one after the other in `flat`: row r is ``flat[offsets[r] : offsets[r + 1]]``."""

    def __init__(self, flat: np.ndarray, offsets: np.ndarray) -> None:
        self.flat, self.offsets = flat, offsets

    @staticmethod
    def of(rows: Sequence[Sequence[int] | np.ndarray]) -> Ragged:
        """Return rows of whole numbers laid out in this way."""
        flat = np.fromiter(itertools.chain.from_iterable(rows), dtype=np.int64)
        return Ragged(flat, np.cumsum([0, *map(len, rows)]))

    @staticmethod
    def with_ends(flat: np.ndarray, ends: np.ndarray) -> Ragged:
        """Return the rows that end there."""
        return Ragged(flat, np.concatenate([[0], ends]))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.flat[self.offsets[row] : self.offsets[row + 1]]

    def __iter__(self) -> Iterator[np.ndarray]:
        return map(self.__getitem__, range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """How long each row is."""
        return np.diff(self.offsets)

    def is_whole(self, rows: int) -> bool:
        """Return whether there are so many rows, and nothing behind the last one."""
        return len(self) == rows and bool(self.offsets[-1] == len(self.flat))


def mapped(path: Path) -> np.ndarray:
    """Return the array of a .npy file, read where it is looked at.

    It is a plain array over the mapped file: each slice of a :class:`numpy.memmap` would be one, and costs ten
    times as much.
    """
    return np.asarray(np.load(path, mmap_mode="r"))


class Column:
    """A one-dimensional .npy file that grows, open until it is closed.

    Parameters
    ----------
    dtype
        Of each number.
    """

    def __init__(self, path: Path, dtype: type[np.generic]) -> None:
        self.count = 0
        self._dtype = np.dtype(dtype)
        self._file = path.open("wb")
        self._write_header()

    def append(self, values: Sequence[int] | np.ndarray) -> None:
        """Write more numbers."""
        self._file.write(np.asarray(values, dtype=self._dtype).tobytes())
        self.count += len(values)

    def close(self) -> None:
        """Write how many there are; now :func:`numpy.load` can read the file."""
        # numpy pads the header so that a longer shape fits in the same bytes
        with self._file:
            self._file.seek(0)
            self._write_header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _write_header(self) -> None:
        descr = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (self.count,)}
        np.lib.format.write_array_header_1_0(self._file, header)


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items in lists of that size, as they come; the last one may have fewer."""
    remaining = iter(items)
    while chunk := list(itertools.islice(remaining, size)):
        yield chunk
