"""The run folder: everything about one training, self-contained, each file guarded by a checksum.

``run.json`` is the folder's index. It is replaced in one move, last of all, so what it names is already on the disk.
Of weights it names the `last` checkpoint, to go on from; the `best`, by validation; others that are `kept`; and the
steps that are `averaged`, if the mean of their weights, in a folder of its own, is better still. `in_use` is what a
trained network is made of: the mean, or else the best checkpoint, or else the last.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from softsearch.errors import RunError, nearest_name
from softsearch.files import folder_written_atomically, sha256, write_text_atomically
from softsearch.training.sealing import FORMAT_VERSION, seal, unseal

_INDEX = "run.json"
_DATA = "data"
_NO_SPACE = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def refuse_taken(path: Path, *, fix: str) -> None:
    """Raise a RunError where something is there already."""
    if path.exists() and not path.is_dir():
        raise RunError("this is a file, and a folder is to be written", path=path, fix="choose another name")
    if path.exists() and any(path.iterdir()):
        raise RunError("is there already and not empty", path=path, fix=fix)


class RunFolder:
    """One training's folder. Make one with :meth:`create` or :meth:`open`."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self._content = content

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        files: Mapping[str, str | bytes],
        about: Mapping[str, Any],
        data: Path | None = None,
        editable: Collection[str] = (),
    ) -> RunFolder:
        """Make a new run folder that holds `files` (name to content) and, in run.json, the facts `about` it.

        Parameters
        ----------
        data
            A folder on the same disk, which becomes the run's ``data``.
        editable
            Names of files that a user may change: they get no checksum.

        Raises
        ------
        RunError
            `path` is there already and not empty, or cannot be written.
        """
        refuse_taken(path, fix="choose another folder, or resume that run")
        checksums: dict[str, str] = {}
        content = {"format_version": FORMAT_VERSION, "about": dict(about), "files": checksums, "checkpoints": {}}
        with _writing(path, last=None, resume=None), folder_written_atomically(path) as temporary:
            for name, text in files.items():
                target = temporary / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text if isinstance(text, bytes) else text.encode())
            if data is not None:
                data.rename(temporary / _DATA)
            for file in sorted(temporary.rglob("*")):
                name = file.relative_to(temporary).as_posix()
                if file.is_file() and name not in editable:
                    checksums[name] = sha256(file)
            (temporary / _INDEX).write_text(seal(content), encoding="utf-8")
        return cls(path, content)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open a run folder after checking run.json and the files that it lists.

        Its data and its checkpoints, which may be large, are checked when they are read.

        Raises
        ------
        RunError
            Not a run folder, damaged, altered, or written by a newer softsearch.
        """
        if not path.is_dir():
            siblings = [entry.name for entry in path.parent.iterdir() if entry.is_dir()] if path.parent.is_dir() else []
            problem = "a run is a folder, and this is a file" if path.exists() else "there is no such run folder"
            match = nearest_name(path.name, siblings)
            near = None if match is None else str(path.parent / match)
            if near is None and (Path("runs") / path.name).is_dir():
                near = str(Path("runs") / path.name)
            raise RunError(problem, path=path, nearest=near, fix="give the folder that softsearch train wrote")
        if not (path / _INDEX).exists():
            raise RunError("not a run folder: it has no run.json", path=path, fix="give the folder that train wrote")
        folder = cls(path, _index_of(path))
        folder.check_files(data=False)
        return folder

    @property
    def data(self) -> Path:
        """The folder of the data to train on and to be scored on, after a check of its files."""
        self.check_files(data=True)
        return self.path / _DATA

    @property
    def about(self) -> dict[str, Any]:
        """The facts in run.json, a copy; change them with :meth:`update`."""
        return json.loads(json.dumps(self._content["about"]))

    @property
    def checkpoints(self) -> list[int]:
        """The steps of the checkpoints that are there, in order."""
        steps = {*self._content["checkpoints"].values(), *self._content.get("kept", [])} - {None}
        return sorted(step for step in steps if self.checkpoint_path(step).is_dir())

    @property
    def best(self) -> int | None:
        """The step of the checkpoint that validated best, if it is there."""
        step = self._content["checkpoints"].get("best")
        return step if step in self.checkpoints else None

    @property
    def last(self) -> int | None:
        """The step to go on from: the newest checkpoint that is there (a damaged one may be deleted to go back)."""
        return max(self.checkpoints, default=None)

    def refuse_lost(self) -> None:
        """Raise a RunError where there were checkpoints and none of them is there any more."""
        if self._content["checkpoints"] and self.last is None:
            fix = "copy them again from where the run came from, or train anew into another folder"
            raise RunError("all checkpoints of this run are missing", path=self.path / "checkpoints", fix=fix)

    @property
    def averaged(self) -> list[int]:
        """The steps whose mean weights are better than the best checkpoint's; none where they are not."""
        return list(self._content.get("averaged", [])) if self.average_path.is_dir() else []

    @property
    def in_use(self) -> list[int]:
        """The step of the best weights, the last ones where none is best; several where they are the mean of those."""
        single = self.last if self.best is None else self.best
        return self.averaged or ([] if single is None else [single])

    @property
    def average_path(self) -> Path:
        """The folder of the mean weights."""
        return self.path / "checkpoints" / "average"

    def checkpoint_path(self, step: int) -> Path:
        """Return the folder of one checkpoint."""
        return self.path / "checkpoints" / f"step-{step:08d}"

    def update(self, **fields: Any) -> None:
        """Set facts in run.json, in one move."""
        self._replace({**self._content, "about": {**self._content["about"], **fields}})

    def release(self, name: str, **about: Any) -> None:
        """Let a user change a file from now on, by forgetting its checksum, and set facts, in one move."""
        files = {key: checksum for key, checksum in self._content["files"].items() if key != name}
        self._replace({**self._content, "files": files, "about": {**self._content["about"], **about}})

    def point_to(
        self, *, last: int, best: int | None, kept: Sequence[int], averaged: Sequence[int], **about: Any
    ) -> None:
        """Name the checkpoints that are needed, and set facts, in one move; then delete all else among them.

        Parameters
        ----------
        last, best, kept
            The step to go on from, the one that validated best, and further ones.
        averaged
            As the property; none: the mean weights go.
        """
        named = {"checkpoints": {"last": last, "best": best}, "kept": list(kept), "averaged": list(averaged)}
        self._replace({**self._content, **named, "about": {**self._content["about"], **about}})
        self.prune()

    def prune(self) -> None:
        """Delete what an interrupted or superseded save left behind."""
        keep = {self.checkpoint_path(step) for step in self.checkpoints}
        keep |= {self.average_path} if self.averaged else set()
        for pattern in ("*step-*", "*average*"):
            for path in (self.path / "checkpoints").glob(pattern):
                if path not in keep:
                    shutil.rmtree(path, ignore_errors=True)
        for path in self.path.glob(".*.tmp"):
            path.unlink(missing_ok=True)

    def check_files(self, *, data: bool) -> None:
        """Check the files among the run's data, or all others of those that run.json lists; checkpoints are not."""
        for name, checksum in self._content["files"].items():
            if name.startswith(f"{_DATA}/") is not data:
                continue
            path = self.path / name
            if not path.is_file():
                fix = "copy it again from where it came from"
                raise RunError("this file of the run is missing", path=path, fix=fix)
            if sha256(path) != checksum:
                fix = "put the original back; to train with other settings, start a new run"
                raise RunError("damaged or altered since the run began: its checksum does not fit", path=path, fix=fix)

    def writing(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Return a context in which a failure to write, such as a full disk, is told in words that name `name`."""
        return _writing(self.path / name, last=self.last, resume=self.path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep any other training out of this folder, and know what the last one wrote; it dies with its process."""
        try:
            import fcntl
        except ImportError:  # Windows has no such lock
            yield
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise
            raise RunError("another process is training in this folder", path=self.path, fix="wait for it") from error
        try:
            self._content = _index_of(self.path)  # whoever held the lock has saved since this folder was opened
            yield
        finally:
            os.close(descriptor)

    def _replace(self, content: dict[str, Any]) -> None:
        with self.writing(_INDEX):
            write_text_atomically(self.path / _INDEX, seal(content))
        self._content = content


def _index_of(path: Path) -> dict[str, Any]:
    return unseal(path / _INDEX, fix="copy the file, or the whole folder, again from where it came from")


@contextlib.contextmanager
def _writing(path: Path, *, last: int | None, resume: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in _NO_SPACE
        problem = "no space left to write this" if full else f"cannot be written: {error.strerror or error}"
        if last is not None:
            problem += f"; the checkpoint of step {last} is intact"
        cure = "free some space" if full else "see to the disk and its permissions"
        fix = cure + ("" if resume is None else f", then go on with: softsearch resume {resume}")
        raise RunError(problem, path=path, fix=fix) from error
