"""Images and what is said of them, read from the forms in which they are published.

.csv, .tsv    a row for each caption under a header; an image has as many captions as rows name it
.jsonl        {"image": "1.jpg", "caption": "a dog"}, or "captions": ["a dog", "a brown dog"]
.json         COCO: one object with "images" (id, file_name) and "annotations" (image_id, caption)
others        Flickr: 1000268201_693b08cb0e.jpg#0, a tab, A child in a pink dress …; the number counts the captions

The pictures lie in a folder or in a zip file; a list of names, one in each line, may say which of them to take. A
picture is known by its path below the folder, or by its name alone where there is no other of that name; an accent may
be composed with its letter or not. What has no letter and no figure in it is no caption.
"""

from __future__ import annotations

import json
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.images.decoding import SUFFIXES, no_picture_in, pictures_below, read_picture
from softsearch.data.images.folders import picture_in_zip, told_of_zip
from softsearch.data.images.labelled import Pixels
from softsearch.data.rows import SUFFIXES as TABLES
from softsearch.data.rows import Row, read_rows, suffix_of
from softsearch.data.text import numbered_lines, read_lines, readable
from softsearch.errors import DataError, nearest_name, the_first

Captions = Mapping[str, list[str]]
"""By the name of an image, in the order of the file."""

_composed = partial(unicodedata.normalize, "NFC")


class Matched(NamedTuple):
    """Images with captions, and the names of those that lack one or the other.

    `unmatched` has, for each name that is no picture's, what to tell of it: where several have it, their paths, too.
    """

    images: list[CaptionedImage]
    without_captions: list[str]
    unmatched: dict[str, str]

    @property
    def without_images(self) -> list[str]:
        """What is told of the names that are no picture's."""
        return list(self.unmatched.values())


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
        if any(map(str.isalnum, text)):
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
        Pictures or list cannot be read, the list names none or one that is not there, or no picture has a caption.
    """
    there = _pictures(pictures, channels=channels)
    called = _called(there)
    said: dict[str, list[str]] = defaultdict(list)
    unmatched: dict[str, str] = {}
    for name, texts in captions.items():  # one picture may be called by its path and by its name alone
        paths = called.get(_composed(name), [])
        if len(paths) == 1:
            said[paths[0]] += texts
        else:
            unmatched[name] = f"{name} (several: {the_first(paths)})" if paths else name
    wanted = sorted(there) if names is None else list(dict.fromkeys(_listed(names, called)))
    if not wanted:
        raise DataError("the list is empty", path=names, fix="name a picture in each line")
    images = [CaptionedImage(there[path], tuple(said[path]), path) for path in wanted if path in said]
    if not images:
        problem = "none of the pictures has a caption"
        few = f"captions of {', '.join([*unmatched.values(), *said][:3])}, …"
        fix = "call them alike in both, by their paths where several have one name"
        raise DataError(problem, path=pictures, value=wanted[:3], allowed=few, fix=fix)
    return Matched(images, [path for path in wanted if path not in said], unmatched)


def _called(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the paths of the pictures that each name may mean: several where only the path tells them apart."""
    called: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        called[_composed(PurePosixPath(path).name)].append(path)
    return dict(called) | {_composed(path): [path] for path in paths}


def _listed(names: Path, called: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the paths of the pictures that a list names."""
    for number, line in numbered_lines(names):
        name = line.strip()
        paths = called.get(_composed(name), [])
        if not paths:
            near = nearest_name(name, called)
            raise DataError("there is no such picture", path=names, line=number, value=name, nearest=near)
        if len(paths) > 1:
            problem = "several pictures have this name: give the path"
            raise DataError(problem, path=names, line=number, value=name, allowed=the_first(paths))
        yield paths[0]


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
    for row in read_rows(path):
        key = f"{caption}s"
        if caption in row.fields or key not in row.fields or suffix_of(path) != ".jsonl":
            yield row[image], row[caption]
            continue
        several = row.fields[key]
        if not isinstance(several, list):
            problem, allowed = f"{key!r} must be a list of texts", f'{{"{key}": ["a dog", "a brown dog"]}}'
            raise DataError(problem, path=path, line=row.line, value=several, allowed=allowed)
        for text in several:
            yield row[image], Row({caption: text}, path, row.line, row.header)[caption]


def _of_coco(path: Path, _image: str, _caption: str) -> Iterator[tuple[str, str]]:
    try:
        content = json.loads("\n".join(read_lines(path)))
    except (ValueError, RecursionError) as error:
        raise _no_coco(f"it is no JSON ({error})", path) from error
    files = {number: str(name) for number, name in _entries(content, "images", "id", "file_name", path=path)}
    for number, text in _entries(content, "annotations", "image_id", "caption", path=path):
        if number not in files:
            raise DataError("a caption is of an image that the file does not name", path=path, value=number)
        if not isinstance(text, str):
            raise DataError("a caption is no text", path=path, value=text, allowed="a text")
        yield files[number], text


def _entries(content: object, part: str, number: str, text: str, *, path: Path) -> Iterator[tuple[int | str, Any]]:
    """Yield what each entry of a part of a COCO file has under two keys, the first of them that of a number."""
    entries = content.get(part) if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise _no_coco(f'it has no list "{part}"', path)
    for place, entry in enumerate(entries, start=1):
        lacking = [key for key in (number, text) if not isinstance(entry, dict) or key not in entry]
        if lacking:
            raise _no_coco(f'entry {place} of "{part}" has no "{lacking[0]}"', path)
        if not isinstance(entry[number], int | float | str):
            raise _no_coco(f'"{number}" in entry {place} of "{part}" is no number', path)
        yield entry[number], entry[text]


def _no_coco(problem: str, path: Path) -> DataError:
    allowed = (
        '{"images": [{"id": 7, "file_name": "7.jpg"}, …], "annotations": [{"image_id": 7, "caption": "a dog"}, …]}'
    )
    return DataError(f"this is no list of captions as COCO has them: {problem}", path=path, allowed=allowed)


def _of_flickr(path: Path, _image: str, _caption: str) -> Iterator[tuple[str, str]]:
    for number, line in numbered_lines(path):
        key, tab, text = line.partition("\t")
        name, mark, count = key.rpartition("#")
        if not tab or not mark or not count.strip().isdecimal() or not text.strip():
            problem, allowed = "this is no caption", "NAME.jpg#0, a tab, the caption"
            raise DataError(problem, path=path, line=number, value=line, allowed=allowed)
        yield name, text
