"""Ctrl-C at any moment of a command is one quiet line and exit code 130, while modules are loaded too."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

EXIT_CODE = 130  # what a shell reports of a program that SIGINT has ended
_IMPORTING = "<frozen importlib"


def expect() -> None:
    """Answer Ctrl-C from now on; a process that was started to ignore it goes on doing so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _quit)


def leave() -> None:
    """Let Ctrl-C end the process without a word: all is said, only Python has yet to clear up."""
    if signal.getsignal(signal.SIGINT) is _quit:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def say() -> None:
    """Tell a person that the command ends here."""
    print("interrupted", file=sys.stderr, flush=True)


def _quit(_number: int, frame: FrameType | None) -> None:
    if not _importing(frame):
        raise KeyboardInterrupt
    # A module that is loaded half catches an exception, or turns it into another one.
    say()
    os._exit(EXIT_CODE)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            return True
        frame = frame.f_back
    return False
