"""What a user is told when something is wrong: the place, the value, what is allowed, the nearest match, the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path


class SoftsearchError(Exception):
    """A mistake that a user can mend. The command line prints it without a traceback.

    Parameters
    ----------
    problem
        One sentence that says what is wrong.
    path, line
        Where: a file and, where there is one, the line in it (counted from 1).
    value
        The offending value, as the user wrote it.
    allowed
        What would have been accepted.
    nearest
        The nearest accepted spelling, from :func:`nearest`.
    fix
        What to do now.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        value: object = None,
        allowed: str | Iterable[str] | None = None,
        nearest: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.problem = problem
        self.path = None if path is None else Path(path)
        self.line = line
        self.value = value
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else ", ".join(allowed)
        self.nearest = nearest
        self.fix = fix
        super().__init__(str(self))

    def __str__(self) -> str:
        place = "" if self.path is None else f"{self.path}:{self.line}: " if self.line else f"{self.path}: "
        lines = [place + self.problem]
        if self.value is not None:
            lines.append(f"  value: {_shortened(self.value)}")
        if self.allowed:
            lines.append(f"  allowed: {self.allowed}")
        if self.nearest:
            lines.append(f"  did you mean: {self.nearest}?")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class Interrupted(SoftsearchError):  # noqa: N818 (nobody made an error)
    """A training that a signal has ended, with its checkpoint saved if there was a step; `exit_code` is a shell's."""

    def __init__(self, problem: str, *, path: Path, fix: str, exit_code: int) -> None:
        super().__init__(problem, path=path, fix=fix)
        self.exit_code = exit_code


class RecipeError(SoftsearchError):
    """A recipe that cannot be read or does not mean anything."""


class DataError(SoftsearchError):
    """Data that cannot be used as they are."""


class RunError(SoftsearchError):
    """A run folder that is missing, damaged, of another format, or a training that cannot go on."""


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the spelling in `known` closest to `word`, or None where none is as close as `cutoff`, of at most 1."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def the_first(names: Sequence[str], *, most: int = 4) -> str:
    """Return names as a message tells them: ``a, b, c, d and 3 more``."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the name of a file in `known` that `name` may be a slip for: one letter in seven may differ.

    In short names one may, if it leaves half of the name without its ending: `val.en` is no slip for `xyz.en`.
    """
    most = min(max(1, len(name) // 7), len(Path(name).stem) // 2)
    close = [one for one in known if 0 < _edits(name, one) <= most]
    return min(close, key=lambda one: _edits(name, one), default=None)


def _edits(one: str, other: str) -> int:
    """Return how many letters to put in, take out, replace or swap with the next make one word the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, its in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its)))
            if earlier and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]


def _shortened(value: object, limit: int = 120) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
