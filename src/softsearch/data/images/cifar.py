"""CIFAR's files: the binary version, and the pickled one, of which nothing but arrays and plain values is made.

Binary, CIFAR-10: 1 byte for the class, 3072 for red, green and blue, row after row. CIFAR-100 has two bytes of classes,
the coarse one first. Pickled: a dictionary with ``data``, an array of N x 3072, and ``labels`` or ``fine_labels``.

A pickle is a program: loading one from a stranger runs what the stranger likes. So it is read here by an unpickler that
knows only how numpy makes an array.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.data.images.labelled import LabelledImage
from softsearch.errors import DataError

_EDGE = 32
_PIXELS = 3 * _EDGE**2

_HARMLESS = frozenset(
    {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("_codecs", "encode"),
    }
)


def read_binary(path: Path, *, classes: Sequence[str], coarse: bool) -> Iterator[LabelledImage]:
    """Yield the images of a file of the binary version.

    Parameters
    ----------
    classes
        Their names.
    coarse
        Whether a coarse class, which is skipped, stands before the class: in CIFAR-100.

    Raises
    ------
    DataError
        The file cannot be read, is no whole number of images long, or has a class without a name.
    """
    try:
        raw = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error
    length = 1 + coarse + _PIXELS
    if not len(raw) or len(raw) % length:
        problem = f"it has {len(raw):,} bytes, and each image takes {length:,}"
        raise DataError(problem, path=path, allowed=f"a multiple of {length:,}", fix="copy it again")
    rows = raw.reshape(-1, length)
    yield from _images(rows[:, 1 + coarse :], rows[:, int(coarse)].tolist(), classes, path)


def read_pickled(path: Path, *, classes: Sequence[str]) -> Iterator[LabelledImage]:
    """Yield the images of a batch of the Python version.

    Raises
    ------
    DataError
        The file cannot be read, holds anything but arrays and plain values, or is no such batch.
    """
    try:
        batch = _Careful(io.BytesIO(path.read_bytes()), encoding="bytes").load()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error
    except pickle.UnpicklingError as error:
        raise DataError(f"the pickle is not read: {error}", path=path, fix="take the binary version") from error
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise DataError(f"the pickle is damaged ({error!r})", path=path, fix="copy it again") from error
    fields = batch if isinstance(batch, dict) else {}
    data, labels = fields.get(b"data"), fields.get(b"fine_labels", fields.get(b"labels"))
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != _PIXELS:
        problem, allowed = "it has no images", "a dictionary whose b'data' is an array of N x 3072 bytes"
        raise DataError(problem, path=path, allowed=allowed)
    if not isinstance(labels, list) or len(labels) != len(data) or not all(isinstance(each, int) for each in labels):
        raise DataError(f"it has no label for each of its {len(data):,} images", path=path)
    yield from _images(data, labels, classes, path)


def _images(rows: np.ndarray, labels: Sequence[int], classes: Sequence[str], path: Path) -> Iterator[LabelledImage]:
    for number, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if not 0 <= label < len(classes):
            problem, allowed = f"image {number} has a class without a name", f"0 to {len(classes) - 1}"
            raise DataError(problem, path=path, value=label, allowed=allowed)
        pixels = row.reshape(3, _EDGE, _EDGE).transpose(1, 2, 0)
        yield LabelledImage(np.ascontiguousarray(pixels), classes[label], f"{path.name}[{number}]")


class _Careful(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not needed for images")
        return super().find_class(module, name)
