"""The recipes that ship with softsearch, by name; each opens with a header that says what it shows and reaches.

.. code-block:: yaml

    # One sentence or more: what this recipe is.
    #
    # Systems:  S1, S6
    # Task:     translation
    # Command:  softsearch train translate/builtin
    # Time:     how long, on which hardware
    # Expected: the score reached, with its signature
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class ShippedRecipe:
    """A shipped recipe's name, file and header. `systems` are the ids of what it shows, such as S1."""

    name: str
    path: Path
    summary: str
    systems: tuple[str, ...]
    task: str
    command: str
    time: str
    expected: str


def shipped_names() -> list[str]:
    """Return the names of all shipped recipes, sorted."""
    return sorted(file.relative_to(SHIPPED).with_suffix("").as_posix() for file in SHIPPED.rglob("*.yaml"))


def shipped() -> list[ShippedRecipe]:
    """Return all shipped recipes, sorted by name."""
    return [_from_header(name, SHIPPED / f"{name}.yaml") for name in shipped_names()]


def _from_header(name: str, path: Path) -> ShippedRecipe:
    header = re.match(r"(#.*\n)*", path.read_text(encoding="utf-8"))
    assert header is not None  # the pattern matches nothing, too
    lines = [line.removeprefix("#").strip() for line in header[0].splitlines()]
    values = dict(re.split(r":\s+", line, maxsplit=1) for line in lines if re.match(r"[A-Z][a-z]+:\s", line))
    return ShippedRecipe(
        name=name,
        path=path,
        summary=" ".join(lines[: lines.index("")]),
        systems=tuple(re.split(r",\s*", values["Systems"])),
        task=values["Task"],
        command=values["Command"],
        time=values["Time"],
        expected=values["Expected"],
    )
