"""Mosaics: all images of a class as tiles of one lossless picture, row after row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from softsearch.data.images.decoding import read_picture
from softsearch.data.images.labelled import LabelledImage
from softsearch.errors import DataError


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
        pixels = read_picture(path, channels=channels)
        height, width, _ = pixels.shape
        if height % tile or width % tile:
            problem = f"tiles of {tile} do not fill a picture of {width} x {height}"
            raise DataError(problem, path=path, value=tile, fix="set data.tile to the edge of a tile")
        tiles = pixels.reshape(height // tile, tile, width // tile, tile, channels).swapaxes(1, 2)
        for number, pixels in enumerate(tiles.reshape(-1, tile, tile, channels)):
            yield LabelledImage(pixels, label, f"{path.name}[{number}]")
