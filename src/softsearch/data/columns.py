"""A one-dimensional .npy file that grows, so that an array larger than memory can be written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np


class Column:
    """A file of numbers, open until it is closed.

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

    def __enter__(self) -> Column:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _write_header(self) -> None:
        descr = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (self.count,)}
        np.lib.format.write_array_header_1_0(self._file, header)
