"""What all commands share in talking to people and programs.

Results go to stdout, and with ``--json`` nothing but one JSON value does; everything else goes to stderr.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import typer

from softsearch.files import json_of

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value on stdout, everything else on stderr.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a field of the recipe; may be given several times."),
]


def note(message: str) -> None:
    """Tell a person something that is not the result."""
    print(message, file=sys.stderr, flush=True)


def say(message: str) -> None:
    """Print a line of the result."""
    print(message, flush=True)


def say_json(value: object) -> None:
    """Print the result as one JSON value."""
    print(json_of(value, indent=2))


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many there are by now; the caller is given what to report the number to."""
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{count} {what}")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table whose text is taken as it is, without markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    # A pipe or a file has no width at which a line would have to be folded.
    Console(highlight=False, width=None if sys.stdout.isatty() else 500).print(drawn)
