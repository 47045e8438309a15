"""Pictures in folders that are named by their class, on the disk or in a zip file.

train/cat/1.jpg        train/cat/more/2.png        train/dog/1.jpg
"""

from __future__ import annotations

import contextlib
import lzma
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from softsearch.data.images.decoding import SUFFIXES, decode, pictures_below, read_picture
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.text import readable
from softsearch.errors import DataError

_LAYOUT = "a folder for each class, with pictures in it"


def read_folders(folder: Path, *, channels: int) -> Iterator[LabelledImage]:
    """Yield the pictures of each class, in the order of their names; other files are passed over.

    Raises
    ------
    DataError
        There is no such folder, no folder in it, or one without pictures.
    """
    if not folder.is_dir():
        problem = "there is no such folder" if not folder.exists() else "this is no folder"
        raise DataError(problem, path=folder, allowed=_LAYOUT)
    classes = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    if not classes:
        raise DataError("no folder in it names a class", path=folder, allowed=_LAYOUT)
    for kind in classes:
        pictures = pictures_below(kind)
        if not pictures:
            raise _empty(str(kind))
        for picture in pictures:
            yield LabelledImage(partial(read_picture, picture, channels=channels), readable(kind.name), str(picture))


def read_zip(path: Path, *, channels: int) -> Iterator[LabelledImage]:
    """Yield the pictures of each class in a zip file, in the order of their names, without unpacking it.

    A folder around those of the classes, as there is where a folder was packed, is passed over.

    Raises
    ------
    DataError
        The zip file cannot be read or is damaged, it has no folders for classes, or a class has no picture.
    """
    with told_of_zip(path):
        archive = zipfile.ZipFile(path)  # stays open as long as one of its pictures may be looked at
        members = _members(archive, path)
    for name, label in members:
        yield LabelledImage(partial(picture_in_zip, archive, path, name, channels), label, f"{path.name}/{name}")


def picture_in_zip(archive: zipfile.ZipFile, path: Path, name: str, channels: int) -> np.ndarray:
    """Return the pixels of a picture in an open zip file; `path` is that of the zip file, for messages."""
    with told_of_zip(path):
        raw = archive.read(name)
    return decode(raw, channels=channels, place=f"{path}/{name}")


@contextlib.contextmanager
def told_of_zip(path: Path) -> Iterator[None]:
    """Turn what a damaged zip file, or another file in its place, leads to into a DataError."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError,
    ) as error:  # fmt: skip
        if path.suffix.lower() != ".zip" and not zipfile.is_zipfile(path):
            raise DataError("this is no zip file", path=path, fix="give a folder or a zip file") from error
        fix = "copy it again; it must not be encrypted"
        raise DataError(f"the zip file cannot be read ({error})", path=path, fix=fix) from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=path) from error


def _members(archive: zipfile.ZipFile, path: Path) -> list[tuple[str, str]]:
    """Return the names of all pictures with that of their class."""
    inside = {info.filename: PurePosixPath(info.filename).parts for info in archive.infolist()}
    inside = {name: parts for name, parts in inside.items() if parts and "__MACOSX" not in parts}
    folders = {name for name in inside if name.endswith("/")}
    while _wraps(inside, folders):
        inside = {name: parts[1:] for name, parts in inside.items() if len(parts) > 1}
    classes = {parts[0] for name, parts in inside.items() if len(parts) > 1 or name in folders}
    if not classes:
        tops = sorted({parts[0] for parts in inside.values()})
        raise DataError("it has no folder that names a class", path=path, allowed=_LAYOUT, value=tops[:5])
    pictures = [
        (name, parts[0])
        for name, parts in inside.items()
        if len(parts) > 1 and name not in folders and PurePosixPath(name).suffix.lower() in SUFFIXES
    ]
    for empty in sorted(classes - {label for _, label in pictures}):
        raise _empty(f"{path}/{empty}")
    return sorted(pictures, key=lambda each: (each[1], each[0]))


def _wraps(inside: Mapping[str, tuple[str, ...]], folders: Collection[str]) -> bool:
    """Whether everything lies in one folder, which itself holds folders and no picture."""
    files = [parts for name, parts in inside.items() if name not in folders]
    one = len({parts[0] for parts in inside.values()}) == 1
    pictures = [parts for parts in files if PurePosixPath(parts[-1]).suffix.lower() in SUFFIXES]
    return one and bool(pictures) and all(len(parts) > 2 for parts in pictures)


def _empty(place: str) -> DataError:
    kinds = ", ".join(sorted(SUFFIXES))
    return DataError("the class has no pictures", path=place, allowed=kinds, fix="put some in, or take the folder out")
