"""A command line that typer cannot read becomes one of our errors: what was written, what is allowed, where to look."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

import typer

from softsearch.errors import SoftsearchError

UsageError: type[Exception] = typer.BadParameter.__bases__[0]  # which typer does not export by itself


def in_our_words(error: Any, words: Sequence[str]) -> SoftsearchError | None:
    """Return the error to show for a ``UsageError`` about a command line of these words; None where help was shown."""
    told = error.format_message()
    if not told:
        return None
    fix = f"{error.ctx.command_path} --help" if error.ctx else "softsearch --help"
    option = getattr(error, "param", None)
    if not isinstance(error, typer.BadParameter) or not error.message or option is None:
        return SoftsearchError(told.rstrip("."), fix=fix)
    value, allowed = _value(option.opts, words), _allowed(option, error.message)
    if allowed is None:
        return SoftsearchError(told.rstrip("."), value=value, fix=fix)
    return SoftsearchError(f"{option.opts[0]}: {_problem(error.message)}", value=value, allowed=allowed, fix=fix)


def _value(names: Sequence[str], words: Sequence[str]) -> str | None:
    value = None
    for word, following in itertools.pairwise([*words, ""]):
        name, equals, written = word.partition("=")
        if name in names:
            value = written if equals else following
    return value


def _problem(message: str) -> str:
    return "out of range" if re.search("greater|less|range ", message) else "not a value that can stand here"


def _allowed(option: Any, message: str) -> str | None:
    if words := re.search(r"not one of (.*?)\.?$", message, re.DOTALL):
        return words[1].replace("'", "")
    kind = getattr(option, "type", None)
    low, high = (getattr(option, end, getattr(kind, end, None)) for end in ("min", "max"))
    limits = f"{low} to {high}" if None not in (low, high) else f"at least {low}" if low is not None else ""
    if "range " in message or re.search("greater|less", message):
        return limits
    number = "a whole number" if "integer" in message else "a number" if re.search("number|float", message) else None
    return number and ", ".join(filter(None, [number, limits]))
