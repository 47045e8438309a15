"""What all commands share in talking to people and programs.

Results go to stdout, and with ``--json`` nothing but one JSON value does; everything else goes to stderr.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

DIGITS = {"aer": 3}  # a share of 1; the other scores go to 100

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
    print(json.dumps(value, ensure_ascii=False, indent=2))


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


def scores_table(evaluation: Mapping[str, Any]) -> None:
    """Print the scores of one evaluation, with intervals and signatures, then by length of the source."""
    say(f"{evaluation['num_sentences']} sentences of {evaluation['data']}")
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']} pairs trained on are its valid data too")
    metrics = evaluation["metrics"].items()
    rows = [[name, *_numbers(score, digits=DIGITS.get(name, 2)), score["signature"]] for name, score in metrics]
    table(["score", "value", "95 % interval", "signature"], rows)
    if evaluation["by_length"]:
        say("")
        table(["source words", "sentences", "bleu", "95 % interval"], [_length_row(b) for b in evaluation["by_length"]])


def _length_row(bucket: Mapping[str, Any]) -> list[str]:
    words = f"{bucket['low']} to {bucket['high']}"
    return [words, str(bucket["count"]), *_numbers(bucket["bleu"], digits=2)]


def _numbers(score: Mapping[str, Any], *, digits: int) -> list[str]:
    low, value, high = (f"{score[name]:.{digits}f}" for name in ("low", "value", "high"))
    return [value, f"{low} to {high}"]
