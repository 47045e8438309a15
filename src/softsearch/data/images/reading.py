"""Images with their class, read from the forms in which data sets are published; folders of them: `folders`.

a list    CSV with a header, or JSON lines, that name pictures and their classes; names are relative to the list
mosaics   all images of a class as tiles of one lossless picture, row after row
IDX       MNIST's: 2 zero bytes, 1 for the type (8: bytes), 1 for the number of axes, 4 (big-endian) for the size of
          each, then bytes; gzip or not
CIFAR     binary: 1 byte for the class, 3072 for red, green and blue, row after row; CIFAR-100 has two bytes of classes,
          the coarse one first; or pickled: ``data``, an array of N x 3072, and ``labels`` or ``fine_labels``

A pickle is a program: loading one from a stranger runs what the stranger likes. So it is read here by an unpickler that
knows only how numpy makes an array.
"""

from __future__ import annotations

import gzip
import io
import math
import pickle
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.data.images.decoding import read_picture
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.rows import read_rows
from softsearch.data.text import at_least_one, nearest_beside, read_bytes
from softsearch.errors import DataError

_BYTES = 8
_GZIP = b"\x1f\x8b"

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


def read_list(path: Path, *, image: str, label: str, channels: int) -> Iterator[LabelledImage]:
    """Yield the pictures of a list, in its order; which form it has, its name says (:mod:`softsearch.data.rows`).

    Parameters
    ----------
    image, label
        The columns, or keys, of the file and of the class.

    Raises
    ------
    DataError
        The list cannot be read, a line lacks one of the two, or there is no such picture.
    """
    return at_least_one(_listed(path, image, label, channels), "the list names no picture", path)


def _listed(path: Path, image: str, label: str, channels: int) -> Iterator[LabelledImage]:
    for row in read_rows(path):
        name, kind = row[image], row[label]
        file = path.parent / name
        if not file.exists():
            problem, fix = "there is no such picture", "write its name as it is seen from the folder of the list"
            raise DataError(problem, path=path, line=row.line, value=name, nearest=nearest_beside(file), fix=fix)
        yield LabelledImage(partial(read_picture, file, channels=channels), kind, row.place)


def read_mosaics(folder: Path, *, pattern: str, tile: int, channels: int) -> Iterator[LabelledImage]:
    """Yield the tiles of all mosaics of a folder, those of one class after those of another.

    Parameters
    ----------
    pattern
        The names of the files, in which ``{label}`` stands for that of the class: ``train_{label}.webp``; there may be
        a folder before it.
    tile
        Edge of a tile.

    Raises
    ------
    DataError
        No file has such a name, one cannot be read, or the tiles do not fill one.
    """
    folder, pattern = (folder / pattern).parent, Path(pattern).name
    if not folder.is_dir():
        raise DataError("there is no such folder", path=folder, fix="set data.folder to where the pictures are")
    before, _, after = pattern.partition("{label}")
    files = {
        each.name[len(before) : len(each.name) - len(after)]: each
        for each in sorted(folder.glob("*"))
        if each.name.startswith(before) and each.name.endswith(after) and len(each.name) > len(before) + len(after)
    }
    if not files:
        known = [each.name for each in sorted(folder.glob("*"))][:10]
        raise DataError("no file has such a name", path=folder, value=pattern, allowed=known)
    for label, path in files.items():
        mosaic = read_picture(path, channels=channels)
        height, width, _ = mosaic.shape
        if height % tile or width % tile:
            problem = f"tiles of {tile} do not fill a picture of {width} x {height}"
            raise DataError(problem, path=path, value=tile, fix="set data.tile to the edge of a tile")
        tiles = mosaic.reshape(height // tile, tile, width // tile, tile, channels).swapaxes(1, 2)
        for number, pixels in enumerate(tiles.reshape(-1, tile, tile, channels)):
            yield LabelledImage(pixels, label, f"{path.name}[{number}]")


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


def _unpacked(path: Path) -> bytes:
    raw = read_bytes(path)
    try:
        return gzip.decompress(raw) if raw[:2] == _GZIP else raw
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        problem = f"the gzip file is damaged or cut off ({error})"
        raise DataError(problem, path=path, fix="copy or download the file again") from error


def read_cifar_binary(path: Path, *, classes: Sequence[str], coarse: bool) -> Iterator[LabelledImage]:
    """Yield the images of a file of CIFAR's binary version.

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
    raw = np.frombuffer(read_bytes(path), dtype=np.uint8)
    length = 1 + coarse + _PIXELS
    if not len(raw) or len(raw) % length:
        problem = f"it has {len(raw):,} bytes, and each image takes {length:,}"
        raise DataError(problem, path=path, allowed=f"a multiple of {length:,}", fix="copy it again")
    rows = raw.reshape(-1, length)
    yield from _of_planes(rows[:, 1 + coarse :], rows[:, int(coarse)].tolist(), classes, path)


def read_cifar_pickled(path: Path, *, classes: Sequence[str]) -> Iterator[LabelledImage]:
    """Yield the images of a batch of CIFAR's Python version.

    Raises
    ------
    DataError
        The file cannot be read, holds anything but arrays and plain values, or is no such batch.
    """
    raw = read_bytes(path)
    try:
        batch = _Careful(io.BytesIO(raw), encoding="bytes").load()
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
    yield from _of_planes(data, labels, classes, path)


def _of_planes(rows: np.ndarray, labels: Sequence[int], classes: Sequence[str], path: Path) -> Iterator[LabelledImage]:
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
