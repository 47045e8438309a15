"""The entry point: which command lives where, and what becomes of an error."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from softsearch import __version__
from softsearch.cli import (
    checking,
    claims,
    demo,
    evaluation,
    exporting,
    interruption,
    looking,
    new,
    prediction,
    recipes,
    sweeping,
    training,
)
from softsearch.cli.console import say
from softsearch.cli.mistyped import UsageError, in_our_words
from softsearch.errors import Interrupted, SoftsearchError

BAD_INPUT = 2
BUG = 1
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE has ended

app = typer.Typer(
    name="softsearch",
    help="Networks that read something and write something, with attention you can look at.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.add_typer(new.app, name="new")
app.command()(training.train)
app.command()(training.resume)
app.command()(sweeping.sweep)
app.command()(evaluation.evaluate)
app.command()(prediction.predict)
app.command()(looking.look)
app.command()(exporting.export)
app.command()(checking.check)
app.command()(recipes.recipes)
app.add_typer(claims.app, name="claims")


def _say_version(wanted: bool) -> None:
    if wanted:
        say(__version__)
        raise typer.Exit


@app.callback()
def _global_options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with every error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Networks that read something and write something, with attention you can look at."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    0: done. 1: a bug of softsearch. 2: a mistake in the input or on the machine, explained on stderr. 130 and 143:
    interrupted by Ctrl-C or SIGTERM. 141: the reader of a pipe has left.
    """
    debug = "--debug" in arguments
    # Removed by hand, so that it is understood before and after the command's name alike.
    words = [word for word in arguments if word != "--debug"]
    _set_encodings()
    # A warning is for the person who typed the command: without the line of code that it comes from.
    warnings.showwarning = _show_warning
    try:
        code = app(words, prog_name="softsearch", standalone_mode=False) or 0
        if code == interruption.CTRL_C:  # typer has turned a KeyboardInterrupt into it
            raise KeyboardInterrupt
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else BUG
        if isinstance(end.__context__, BrokenPipeError):  # typer has turned it into exit code 1
            code = PIPE_CLOSED
    except (KeyboardInterrupt, typer.Abort):
        interruption.say()
        code = interruption.exit_code()
    except UsageError as error:
        mistake = in_our_words(error, words)
        code = BAD_INPUT if mistake is None else _explain(mistake, debug=debug)
    except Exception as error:  # the one place where every error ends
        code = _explain(error, debug=debug)
    return _after_flushing(code)


def _set_encodings() -> None:
    # Whatever the locale: results are UTF-8 with line feeds (a path may hold bytes that are not), and no character can
    # keep a message from being shown.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def _explain(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, Interrupted):
        message, code = str(error), error.exit_code
    elif isinstance(error, SoftsearchError):
        message, code = str(error), BAD_INPUT
    elif isinstance(error, OSError) and error.strerror:
        fix = "see to the permissions, or choose another folder" if error.errno in _FORBIDDEN else None
        message, code = str(SoftsearchError(error.strerror, path=error.filename, fix=fix)), BAD_INPUT
    else:
        described = f"{type(error).__name__}: {error}".rstrip(": ")
        message, code = f"this is a bug in softsearch: {described}, run again with --debug", BUG
    print(message, file=sys.stderr)
    return code


def _show_warning(message: Warning | str, *_place: Any, **_source: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _after_flushing(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of the pipe has left (`predict … | head`); Python would complain when it flushes again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
