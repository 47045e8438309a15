"""Where a run folder may be written."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from softsearch.errors import RunError


def unused_folder(path: Path) -> Path:
    """Return `path`, or the first of ``PATH-2``, ``PATH-3``, … that is not there yet."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([path], numbered) if not each.exists())


def make_parent(path: Path) -> None:
    """Make the folder that a run is to lie in, and see that it can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        fix = "choose another folder with --out"
        raise RunError(f"cannot be written: {error.strerror}", path=path, fix=fix) from error


def real(path: Path) -> Path:
    """Return the folder itself where `path` is a link or a dot: a run takes its place by a rename."""
    return path.resolve() if path.is_symlink() or path.name in ("", "..") else path
