"""What a training writes down: metrics.jsonl and TensorBoard, with no row lost or doubled by an interruption."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard.summary import text as text_summary

from softsearch.files import json_of, write_text_atomically
from softsearch.training.folder import RunFolder
from softsearch.training.step import StepResult

METRICS = "metrics.jsonl"
_EVENTS = "events.out.tfevents"


@dataclasses.dataclass
class Meter:
    """Sums since the last row of the journal; saved with a checkpoint, so that a resume writes the same next row."""

    steps: int = 0
    items: int = 0
    seconds: float = 0.0
    grad_norm: float = 0.0
    totals: dict[str, float] = dataclasses.field(default_factory=dict)
    counts: dict[str, int] = dataclasses.field(default_factory=dict)

    def add(self, result: StepResult, *, items: int, seconds: float) -> None:
        """Take in a step; a skipped one counts only in time."""
        self.seconds += seconds
        if not result.updated:
            return
        self.steps += 1
        self.items += items
        self.grad_norm += result.grad_norm
        for name, (total, count) in result.terms.items():
            self.totals[name] = self.totals.get(name, 0.0) + total
            self.counts[name] = self.counts.get(name, 0) + count

    def means(self, *, unit: str) -> dict[str, float]:
        """Return the loss in nats per item, and its parts where it has several, the speed and the gradient's mean norm.

        `unit` is what the items are: "tokens".
        """
        losses = {name: total / max(1, self.counts[name]) for name, total in self.totals.items()}
        return {
            "loss": sum(losses.values()) if losses else math.nan,
            **(losses if len(losses) > 1 else {}),
            f"{unit}_per_s": self.items / self.seconds if self.seconds else 0.0,
            "grad_norm": self.grad_norm / self.steps if self.steps else math.nan,
        }


class Journal:
    """Appends rows to metrics.jsonl and TensorBoard, after cutting off what lies beyond the checkpoint at `step`."""

    def __init__(self, folder: RunFolder, *, step: int) -> None:
        self._folder = folder
        with folder.writing(METRICS):
            write_text_atomically(folder.path / METRICS, "".join(_rows_up_to(folder, step)))
            self._file = (folder.path / METRICS).open("a", encoding="utf-8", newline="\n")
        with folder.writing(_EVENTS):
            self._board = Board(folder.path, step=step)

    def write(self, row: Mapping[str, Any]) -> None:
        """Append one row."""
        with self._folder.writing(METRICS):
            self._file.write(json_of(row) + "\n")
            self._file.flush()
        with self._folder.writing(_EVENTS):
            self._show(row)

    def flush(self) -> None:
        """Bring everything to the disk: a checkpoint must not outlive the rows before it."""
        with self._folder.writing(METRICS):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the files. What they could not hold has been told by :meth:`write` or :meth:`flush`."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._board.close()

    def _show(self, row: Mapping[str, Any]) -> None:
        for name, value in row.items():
            if isinstance(value, float) and name != "elapsed_s":
                self._board.scalar(f"{row['kind']}/{name}", value, row["step"])
        if row.get("sample"):
            text = "  \n".join(f"{name}: {value}" for name, value in row["sample"].items())
            self._board.text("sample", text, row["step"])


class Board:
    """Appends scalars and texts to a new event file in `folder`; TensorBoard forgets what older ones say after `step`.

    It writes at once: TensorBoard's own writer keeps a thread, which dies aloud when the disk is full.

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


def _rows_up_to(folder: RunFolder, step: int) -> list[str]:
    path = folder.path / METRICS
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        return [line for line in file if _step_of(line) <= step]


def _step_of(line: str) -> float:
    """Return the row's step; infinity for a line that a kill or a full disk cut short."""
    try:
        return float(json.loads(line)["step"]) if line.endswith("\n") else math.inf
    except (ValueError, KeyError, TypeError):
        return math.inf
