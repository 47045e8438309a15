"""Ctrl-C and SIGTERM, at any moment of a command, are one quiet line and exit code 130 or 143."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

CTRL_C = 130  # what a shell reports of a program that SIGINT has ended
_IMPORTING = "<frozen importlib"
_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
_exit_code = CTRL_C


def expect() -> None:
    """Answer both signals from now on; a process that was started to ignore one goes on doing so."""
    for number, default in _DEFAULTS.items():
        if signal.getsignal(number) is default:
            signal.signal(number, _quit)


def leave() -> None:
    """Let both end the process without a word: all is said, only Python has yet to clear up."""
    for number in _DEFAULTS:
        if signal.getsignal(number) is _quit:
            signal.signal(number, signal.SIG_DFL)


def exit_code() -> int:
    """Return what a shell expects of a program that ends by the signal that came."""
    return _exit_code


def say() -> None:
    """Tell a person that the command ends here."""
    print("interrupted", file=sys.stderr, flush=True)


def _quit(number: int, frame: FrameType | None) -> None:
    global _exit_code
    _exit_code = 128 + number
    if not _importing(frame):
        raise KeyboardInterrupt(number)
    # A module that is loaded half catches an exception, or turns it into another one.
    say()
    os._exit(_exit_code)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False
