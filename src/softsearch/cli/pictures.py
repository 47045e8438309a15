"""Pictures named on a command line: files, or folders of them; those that cannot be read have a line of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from softsearch.cli.prediction_options import Format
from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    import numpy as np

_AT_ONCE = 64
_TOLD = 10  # of those that cannot be read

Answer = TypeVar("Answer")


def answer(
    files: Sequence[str] | None,
    run: Path,
    *,
    form: Format,
    read: Callable[[Path], np.ndarray],
    asked: Callable[[list[Path], list[np.ndarray]], list[Answer]],
    line: Callable[[Path, Answer], str],
) -> None:
    """Print a line for each picture, in their order; a picture that cannot be read has one that says why.

    Parameters
    ----------
    read
        Returns the pixels of a file, or raises a DataError.
    asked
        Returns an answer for each picture of a group.
    line
        Returns what is printed of an answer.

    Raises
    ------
    SoftsearchError
        There is no picture; or, in the end, some could not be read.
    """
    if not files:
        raise SoftsearchError("give pictures: files, or folders of them", fix=f"softsearch predict {run} cat.jpg")
    unread: list[DataError] = []
    for group in _groups(files):
        read_ones: dict[int, np.ndarray] = {}
        lines = [""] * len(group)
        for place, (path, problem) in enumerate(group):
            try:
                if problem is not None:
                    raise problem
                read_ones[place] = read(path)
            except DataError as error:
                unread.append(error)
                lines[place] = _line_of(path, error, form)
        paths = [group[place][0] for place in read_ones]
        found = asked(paths, list(read_ones.values())) if read_ones else []
        for place, path, each in zip(read_ones, paths, found, strict=True):
            lines[place] = line(path, each)
        sys.stdout.write("".join(f"{each}\n" for each in lines))
        sys.stdout.flush()
    if len(unread) > 1:
        told = "\n".join(map(str, unread[:_TOLD])) + ("\n…" if unread[_TOLD:] else "")
        raise DataError(f"{len(unread):,} pictures or folders cannot be read\n{told}")
    if unread:
        raise unread[0]


def _groups(files: Sequence[str]) -> Iterator[list[tuple[Path, DataError | None]]]:
    found: list[tuple[Path, DataError | None]] = []
    for name in files:
        try:
            found += [(path, None) for path in _pictures(Path(name))]
        except DataError as error:
            found.append((Path(name), error))
    return (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE))


def _pictures(path: Path) -> list[Path]:
    """Return a picture, or those in a folder."""
    from softsearch.data.images.decoding import no_picture_in, pictures_below

    if not path.exists():
        raise DataError("no such file", path=path, fix="give a picture, or a folder of pictures")
    if not path.is_dir():
        return [path]
    found = pictures_below(path)
    if not found:
        raise no_picture_in(path)
    return found


def _line_of(path: Path, error: DataError, form: Format) -> str:
    problem = " ".join(error.problem.split())
    if form is Format.jsonl:
        return json.dumps({"image": str(path), "error": problem}, ensure_ascii=False)
    return f"{path}\t({problem})"
