"""Pictures that a list names with their class: CSV with a header, or JSON lines.

    image,label                      {"image": "pictures/1.jpg", "label": "cat"}
    pictures/1.jpg,cat

Names of files are relative to the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from softsearch.data.images.decoding import read_picture
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.rows import read_rows
from softsearch.errors import DataError, nearest_name

_FIX = "write its name as it is seen from the folder of the list"


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
    empty = True
    for row in read_rows(path):
        name, kind = row[image], row[label]
        file = path.parent / name
        if not file.exists():
            near = (
                nearest_name(file.name, (each.name for each in file.parent.iterdir())) if file.parent.is_dir() else None
            )
            raise DataError("there is no such picture", path=path, line=row.line, value=name, nearest=near, fix=_FIX)
        yield LabelledImage(partial(read_picture, file, channels=channels), kind, row.place)
        empty = False
    if empty:
        raise DataError("the list names no picture", path=path)
