"""TensorBoard's event file, written at once: its own writer keeps a thread, which dies aloud when the disk is full."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import text as text_summary


class Board:
    """Appends scalars and texts to a new event file in `folder`; TensorBoard forgets what older ones say after `step`.

    Raises
    ------
    OSError
        From every method: the disk is full or not writable.
    """

    def __init__(self, folder: Path, *, step: int) -> None:
        name = f"events.out.tfevents.{int(time.time()):010d}.{os.getpid()}"
        self._file = (folder / name).open("ab", buffering=0)
        self._records = RecordWriter(self._file)
        self._write(Event(step=step + 1, file_version="brain.Event:2"))
        self._write(Event(step=step + 1, session_log=SessionLog(status=SessionLog.START)))

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Append one point of a curve."""
        self._write(Event(step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)])))

    def text(self, tag: str, text: str, step: int) -> None:
        """Append one text."""
        self._write(Event(step=step, summary=text_summary(tag, text)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, event: Event) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())
