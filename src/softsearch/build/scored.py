"""What is to be scored, as a user names it, becomes pairs of sentences."""

from __future__ import annotations

import hashlib
from pathlib import Path

from softsearch.data.parallel import Pair, PairReport, read_pairs, read_tsv
from softsearch.errors import DataError, RunError, nearest

OWN = ("test", "valid")


def pairs_to_score(on: str | Path | None, data: Path) -> tuple[str, list[Pair]]:
    """Return a name for the pairs, which can be a file's name, and the pairs.

    Parameters
    ----------
    on
        "test" or "valid", a run's own; a file of tab-separated pairs; two files ``"SOURCE,TARGET"``; None: the run's
        own test pairs, or where it has none the validation pairs.
    data
        The run's folder of data.

    Raises
    ------
    RunError, DataError
        There is no such data, or it cannot be read.
    """
    if on is None:
        on = "test" if (data / "test.tsv").exists() else "valid"
    text = str(on)
    if text in OWN:
        return text, _own(text, data)
    files = _two_files(text)
    if files is not None:
        source, target = files
        return _name(source, target), list(read_pairs(source=source, target=target, report=PairReport()))
    path = Path(text)
    if not path.exists():
        raise DataError(
            "there is no such file of pairs",
            path=path,
            allowed="test, valid, a file of tab-separated pairs, or SOURCE,TARGET",
            nearest=nearest(text, OWN),
        )
    return _name(path), list(read_tsv(path, report=PairReport()))


def _own(name: str, data: Path) -> list[Pair]:
    path = data / f"{name}.tsv"
    if not path.exists():
        there = [each.stem for each in sorted(data.glob("*.tsv"))]
        raise RunError(f"this run has no {name} data", path=data.parent, allowed=[*there, "a file of pairs"])
    return list(read_tsv(path, report=PairReport()))


def _two_files(text: str) -> tuple[Path, Path] | None:
    """Return the two files of ``"SOURCE,TARGET"``; the names may hold commas themselves, if the files are there."""
    if "," not in text or Path(text).exists():
        return None
    parts = text.split(",")
    splits = [(Path(",".join(parts[:cut])), Path(",".join(parts[cut:]))) for cut in range(1, len(parts))]
    return next((split for split in splits if split[0].exists() and split[1].exists()), splits[0])


def _name(*files: Path) -> str:
    """Return a name that no other files have: two folders may each hold a ``test.tsv``."""
    digest = hashlib.sha256("\n".join(str(file.absolute()) for file in files).encode()).hexdigest()
    return f"{files[0].stem}-{digest[:8]}"
