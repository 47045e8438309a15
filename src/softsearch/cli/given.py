"""Options that were given: which they are, which have no effect together, and their names in messages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from softsearch.errors import SoftsearchError

Given = dict[str, Any]

_DRAWING = ("top_k", "top_p", "min_p", "seed", "samples", "nbest")


def given(**options: Any) -> Given:
    """Return the options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def only(options: Given, names: Iterable[str]) -> Given:
    """Return the options that are among the names."""
    return {name: options[name] for name in names if name in options}


def refuse(options: Mapping[str, Any], problem: str, *, fix: str | None = None) -> None:
    """Raise an error where options are given that could have no effect."""
    if options:
        names = ", ".join(map(option, options))
        raise SoftsearchError(f"{problem}: {names}", fix=fix or "leave it out")


def refuse_drawing(options: Mapping[str, Any], *, temperature: float) -> None:
    """Raise an error where options say how to draw, and nothing is drawn."""
    if temperature == 0:
        drawing = {name: options[name] for name in _DRAWING if name in options}
        refuse(drawing, "at temperature 0 the likeliest token is written, and nothing is drawn")


@contextlib.contextmanager
def named_as_options(options: Mapping[str, Any]) -> Iterator[None]:
    """Let errors about the fields of a search or a sampling name the options that set them."""
    try:
        yield
    except SoftsearchError as error:
        field, _, told = error.problem.partition(" ")
        if field not in options:
            raise
        raise SoftsearchError(f"{option(field)} {told}", value=error.value, allowed=error.allowed) from error


def option(name: str) -> str:
    """Return how a field is written on a command line."""
    return f"--{name.replace('_', '-')}"
