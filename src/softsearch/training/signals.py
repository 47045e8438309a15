"""SIGTERM and Ctrl-C as wishes that the loop grants between two steps; a second Ctrl-C is an order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Holds the signal that has asked the training to stop, None until one does."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Note the signal; a second Ctrl-C quits at once."""
        if number == signal.SIGINT and self.signal is not None:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number)


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Catch SIGTERM and SIGINT inside the block; what handled them before handles them again after it."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set handlers
        yield interruption
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, interruption.handle) for number in numbers]
    try:
        yield interruption
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
