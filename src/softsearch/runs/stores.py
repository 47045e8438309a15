"""What is to be scored, as a user names it, becomes a store: one of the run, or a new one while it is needed."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from softsearch.build.scored import OWN, digest
from softsearch.data.text import readable
from softsearch.errors import RunError
from softsearch.training.folder import RunFolder


class _Stored(Protocol):
    def fingerprints(self) -> Sequence[object]: ...


StoreT = TypeVar("StoreT", bound=_Stored)


class Chosen(NamedTuple, Generic[StoreT]):
    """What a user calls the data, the data, and what the file of their scores is called."""

    name: str
    store: StoreT
    file: str


@contextlib.contextmanager
def to_score(
    folder: RunFolder,
    on: str | Path | None,
    *,
    kind: str,
    opened: Callable[[Path], StoreT],
    written: Callable[[Path, Path], StoreT],
) -> Iterator[Chosen[StoreT]]:
    """Yield what a user names to be scored.

    Parameters
    ----------
    on
        "test", "valid", "train", of the run itself; None: "test", or where it has none "valid". Or where others lie.
    kind
        What they are.
    opened
        Opens a store of the run.
    written
        Reads what lies there, and writes it as a store.

    Raises
    ------
    RunError
        The run has none of that name; besides, whatever the two raise.
    """
    on = on or ("test" if (folder.data / "test").is_dir() else "valid")
    if str(on) in (*OWN, "train"):
        if not (folder.data / str(on)).is_dir():
            own = [name for name in (*OWN, "train") if (folder.data / name).is_dir()]
            problem = f"this run has no {on} {kind}"
            raise RunError(problem, path=folder.path, allowed=own, fix="name these or others with --on")
        yield Chosen(str(on), opened(folder.data / str(on)), str(on))
        return
    path, name = Path(on), readable(str(on))
    with tempfile.TemporaryDirectory() as temporary:
        store = written(path, Path(temporary) / kind)
        if (folder.data / "train").is_dir():
            _warn_of_trained_on(name, store.fingerprints(), opened(folder.data / "train").fingerprints())
        # two folders may each hold something of this name, and it may be called as what is the run's own
        yield Chosen(name, store, f"{Path(name).stem}-{digest(path.absolute())}")


def _warn_of_trained_on(name: str, found: Sequence[object], trained_on: Sequence[object]) -> None:
    """Warn where some of what is to be scored was trained on, by the fingerprints of both."""
    known = set(trained_on)
    if number := sum(each in known for each in found):
        told = f"{number:,} of {len(found):,} are among what was trained on: the scores on them say less"
        warnings.warn(f"{name}: {told}", stacklevel=5)
