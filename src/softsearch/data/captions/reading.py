"""Images and what is said of them, read from the forms in which they are published.

.csv, .tsv    a row for each caption under a header; an image has as many captions as rows name it
.jsonl        {"image": "1.jpg", "caption": "a dog"}, or "captions": ["a dog", "a brown dog"]
.json         COCO: one object with "images" (id, file_name) and "annotations" (image_id, caption)
others        Flickr: 1000268201_693b08cb0e.jpg#0, a tab, A child in a pink dress …; the number counts the captions

The pictures lie in a folder or in a zip file; a list of names, one in each line, may say which of them to take. A
picture is known by its path below the folder, or by its name alone where there is no other of that name.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.images.decoding import SUFFIXES, no_picture_in, pictures_below, read_picture
from softsearch.data.images.folders import picture_in_zip, told_of_zip
from softsearch.data.images.labelled import Pixels
from softsearch.data.labels import readable
from softsearch.data.rows import SUFFIXES as TABLES
from softsearch.data.rows import Row, read_table_rows, suffix_of
from softsearch.data.text import read_lines
from softsearch.errors import DataError, nearest_name

Captions = Mapping[str, list[str]]
"""By the name of an image, in the order of the file."""


class Matched(NamedTuple):
    """Images with captions, and the names of those that lack one or the other."""

    images: list[CaptionedImage]
    without_captions: list[str]
    without_images: list[str]


def read_captions(path: Path, *, image: str = "image", caption: str = "caption") -> Captions:
    """Return the captions of a file; which form it has, its name says.

    Parameters
    ----------
    image, caption
        The columns, or keys, of a table.

    Raises
    ------
    DataError
        The file cannot be read, is of another form, or has no caption.
    """
    suffix = suffix_of(path)
    read = _of_table if suffix in TABLES else _of_coco if suffix == ".json" else _of_flickr
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in read(path, image, caption):
        found[name].append(readable(" ".join(text.split())))
    if not found:
        raise DataError("the file has no caption", path=path)
    return dict(found)


def match(pictures: Path, captions: Captions, *, names: Path | None, channels: int) -> Matched:
    """Return images with their captions, in the order of their names or of the list; none is decoded yet.

    Parameters
    ----------
    pictures
        A folder, or a zip file.
    names
        A list of those to take; None: all that are there.
    channels
        1 for grey, 3 for red, green and blue.

    Raises
    ------
    DataError
        Pictures or list cannot be read, the list names one that is not there, or no picture has a caption.
    """
    there = _pictures(pictures, channels=channels)
    alone = Counter(PurePosixPath(path).name for path in there)
    paths = {PurePosixPath(path).name: path for path in there if alone[PurePosixPath(path).name] == 1} | {
        path: path for path in there
    }
    said: dict[str, list[str]] = defaultdict(list)
    for name, texts in captions.items():  # one picture may be called by its path and by its name alone
        said[paths.get(name, name)] += texts
    wanted = sorted(there) if names is None else list(dict.fromkeys(_listed(names, paths)))
    images = [CaptionedImage(there[path], tuple(said[path]), path) for path in wanted if path in said]
    if not images:
        problem = "none of the pictures has a caption"
        few = f"captions of {', '.join(list(captions)[:3])}, …"
        raise DataError(problem, path=pictures, value=wanted[:3], allowed=few, fix="call them alike in both")
    return Matched(
        images,
        [path for path in wanted if path not in said],
        [name for name in said if name not in there],
    )


def _listed(names: Path, paths: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of the pictures that a list names."""
    for number, line in enumerate(read_lines(names), start=1):
        name = line.strip()
        if not name:
            continue
        if name not in paths:
            near = nearest_name(name, paths)
            raise DataError("there is no such picture", path=names, line=number, value=name, nearest=near)
        yield paths[name]


def _pictures(path: Path, *, channels: int) -> dict[str, Callable[[], Pixels]]:
    """Return what reads each picture of a folder or a zip file, by its path in it."""
    if path.is_dir():
        found: dict[str, Callable[[], Pixels]] = {
            readable(each.relative_to(path).as_posix()): partial(read_picture, each, channels=channels)
            for each in pictures_below(path)
        }
    elif not path.exists():
        raise DataError("there are no such pictures", path=path, allowed="a folder, or a zip file")
    else:
        with told_of_zip(path):
            archive = zipfile.ZipFile(path)  # stays open as long as one of its pictures may be looked at
            members = [each.filename for each in archive.infolist()]
        inside = [name for name in members if PurePosixPath(name).suffix.lower() in SUFFIXES and "__MACOSX" not in name]
        found = {name: partial(picture_in_zip, archive, path, name, channels) for name in inside}
    if not found:
        raise no_picture_in(path)
    return found


def _of_table(path: Path, image: str, caption: str) -> Iterator[tuple[str, str]]:
    for row in read_table_rows(path):
        several = row.fields.get(f"{caption}s")
        if isinstance(several, list) and caption not in row.fields:
            for text in several:
                yield row[image], Row({caption: text}, path, row.line, row.header)[caption]
        else:
            yield row[image], row[caption]


def _of_coco(path: Path, _image: str, _caption: str) -> Iterator[tuple[str, str]]:
    problem = 'this is no list of captions as COCO has them: {"images": […], "annotations": […]}'
    try:
        content = json.loads("\n".join(read_lines(path)))
        files = {each["id"]: str(each["file_name"]) for each in content["images"]}
        pairs = [(each["image_id"], each["caption"]) for each in content["annotations"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{problem} ({error!r})", path=path) from error
    for number, text in pairs:
        if number not in files:
            raise DataError("a caption is of an image that the file does not name", path=path, value=number)
        if not isinstance(text, str):
            raise DataError("a caption is no text", path=path, value=text, allowed="a text")
        if text.strip():
            yield files[number], text


def _of_flickr(path: Path, _image: str, _caption: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        key, tab, text = line.partition("\t")
        name, mark, count = key.rpartition("#")
        if not tab or not mark or not count.strip().isdecimal() or not text.strip():
            problem, allowed = "this is no caption", "NAME.jpg#0, a tab, the caption"
            raise DataError(problem, path=path, line=number, value=line, allowed=allowed)
        yield name, text
