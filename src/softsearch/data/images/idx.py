"""IDX files, the format of MNIST: a header of big-endian numbers, then bytes; gzip or not.

2 zero bytes, 1 byte for the type (8: bytes), 1 byte for the number of axes, 4 bytes for the size of each, numbers
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from softsearch.data.images.labelled import LabelledImage
from softsearch.errors import DataError

_BYTES = 8
_GZIP = b"\x1f\x8b"


def read_idx(path: Path, *, axes: int) -> np.ndarray:
    """Return the numbers of an IDX file of bytes.

    Raises
    ------
    DataError
        The file is missing, damaged, cut off, longer than its header says, or has other axes.
    """
    raw = _unpacked(path)
    if len(raw) < 4 or raw[:2] != b"\x00\x00" or raw[2] != _BYTES:
        problem = "this is no IDX file of bytes"
        raise DataError(problem, path=path, value=raw[:4].hex(" "), allowed="a file that begins with 00 00 08")
    if raw[3] != axes:
        kind = {1: "labels have one axis", 3: "images have three axes"}[axes]
        raise DataError(f"it has {raw[3]} axes, and {kind}", path=path, value=raw[3], allowed=str(axes))
    start = 4 + 4 * axes
    if len(raw) < start:
        raise DataError("it ends within its header", path=path, fix="copy it again")
    sizes = struct.unpack(f">{axes}I", raw[4:start])
    number = math.prod(sizes)
    if len(raw) - start != number or not all(sizes[1:]):
        promised = " x ".join(map(str, sizes))
        problem = f"its header promises {number:,} bytes ({promised}), and {len(raw) - start:,} follow"
        raise DataError(problem, path=path, fix="copy it again")
    return np.frombuffer(raw, dtype=np.uint8, offset=start).reshape(sizes)


def read_idx_pairs(images: Path, labels: Path) -> Iterator[LabelledImage]:
    """Yield the images of one IDX file with the labels of another, whose classes are named by their numbers.

    Raises
    ------
    DataError
        A file is wrong, see :func:`read_idx`, or there are not as many labels as images.
    """
    pictures, classes = read_idx(images, axes=3), read_idx(labels, axes=1)
    if len(pictures) != len(classes):
        problem = f"there are {len(pictures):,} images and {len(classes):,} labels"
        raise DataError(problem, path=images, value=str(labels), fix="give the file of labels that belongs to it")
    for number, (picture, label) in enumerate(zip(pictures, classes, strict=True)):
        yield LabelledImage(picture[:, :, None], str(label), f"{images.name}[{number}]")


def _unpacked(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == _GZIP else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        problem = f"the gzip file is damaged or cut off ({error})"
        raise DataError(problem, path=path, fix="copy or download the file again") from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error
