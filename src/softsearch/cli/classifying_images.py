"""`softsearch predict` with a classifier of images: files in, their likeliest classes out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from softsearch.cli.classified import line_of, refuse_unlike
from softsearch.cli.given import Given
from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

TAKES = frozenset({"nbest", "flips"})
"""The options that a classifier of images has a use for."""

_AT_ONCE = 64
_TOLD = 10  # of those that cannot be read


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print the classes of images; those that cannot be read are told in the end."""
    from softsearch import runs

    how = f"softsearch evaluate {run} --on FOLDER"
    refuse_unlike(form, score, scored_on="a folder for each class", how=how)
    pictures = [Path(name) for name in files or ()]
    if not pictures:
        raise SoftsearchError("give pictures: files, or folders of them", fix=f"softsearch predict {run} cat.jpg")
    found: list[Path] = []
    unread: list[DataError] = []
    for path in pictures:
        try:
            found += _pictures(path)
        except DataError as error:
            unread.append(error)
    classifier, top = runs.load(run), options.get("nbest", 1)
    for start in range(0, len(found), _AT_ONCE):
        read = []
        for path in found[start : start + _AT_ONCE]:
            try:
                read.append((path, classifier.pixels(path)))
            except DataError as error:
                unread.append(error)
        classified = classifier.classify([pixels for _, pixels in read], top=top, flips="flips" in options)
        for (path, _), each in zip(read, classified, strict=True):
            sys.stdout.write(line_of(each, form, {"image": str(path)}, before=f"{path}\t") + "\n")
        sys.stdout.flush()
    if len(unread) > 1:
        told = "\n".join(map(str, unread[:_TOLD])) + ("\n…" if unread[_TOLD:] else "")
        raise DataError(f"{len(unread):,} pictures or folders cannot be read\n{told}")
    if unread:
        raise unread[0]


def _pictures(path: Path) -> list[Path]:
    """Return a picture, or those in a folder."""
    from softsearch.data.images.decoding import SUFFIXES

    if not path.exists():
        raise DataError("no such file", path=path, fix="give a picture, or a folder of pictures")
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
    if not found:
        raise DataError("there is no picture in it", path=path, allowed=", ".join(sorted(SUFFIXES)))
    return found
