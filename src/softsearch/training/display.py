"""What a person sees of a training: a live table on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from softsearch.times import duration


def make_display(*, live: bool, total_steps: int) -> PlainDisplay:
    """Return a live display on a terminal, plain lines elsewhere, silence where `live` is False."""
    console = Console(stderr=True, highlight=False, quiet=not live)
    return LiveDisplay(console, total_steps) if live and console.is_terminal else PlainDisplay(console, total_steps)


class PlainDisplay:
    """Lines for the rows that the journal writes: one per validation, one every ten seconds in between."""

    every_s = 10.0

    def __init__(self, console: Console, total_steps: int) -> None:
        self._console, self._total_steps = console, total_steps
        self._shown_at = time.monotonic()

    def due(self) -> bool:
        """Whether it is time for another row of training."""
        return time.monotonic() - self._shown_at >= self.every_s

    def train(self, row: Mapping[str, Any], *, left_s: float) -> None:
        """Show where training stands, and how many seconds are left."""
        self._shown_at = time.monotonic()
        self.say(f"{_place(row, self._total_steps)}  {_training(row)}  {duration(left_s)} left")

    def valid(self, row: Mapping[str, Any], *, best: bool) -> None:
        """Show a validation."""
        self.say(f"{_place(row, self._total_steps)}  validation: {_scores(row)}{'  (best so far)' if best else ''}")
        for name, text in row.get("sample", {}).items():
            shown = text.replace("\n", "↵")
            self.say(f"  {name}: {shown}")

    def say(self, text: str) -> None:
        """Show a sentence, however long."""
        self._console.print(Text(text), soft_wrap=True)

    def close(self) -> None:
        """Give the terminal back."""


class LiveDisplay(PlainDisplay):
    """A table that the loop itself draws again about once a second, without a thread beside it."""

    every_s = 1.0

    def __init__(self, console: Console, total_steps: int) -> None:
        super().__init__(console, total_steps)
        self._shown_at = 0.0
        self._train: Mapping[str, Any] | None = None
        self._valid: Mapping[str, Any] | None = None
        self._left_s = 0.0
        self._best = ""
        self._live = Live(console=console, auto_refresh=False)
        self._live.start()

    def train(self, row: Mapping[str, Any], *, left_s: float) -> None:
        """Draw the new figures."""
        self._train, self._left_s, self._shown_at = row, left_s, time.monotonic()
        self._draw()

    def valid(self, row: Mapping[str, Any], *, best: bool) -> None:
        """Draw the new scores and the sample."""
        self._valid = row
        if best:
            self._best = f"step {row['step']}: {_scores(row)}"
        self._draw()

    def say(self, text: str) -> None:
        """Print a line above the table."""
        self._console.print(Text(text))

    def close(self) -> None:
        """Leave the last table standing."""
        self._live.stop()

    def _draw(self) -> None:
        self._live.update(self._table(), refresh=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        done = max(row["step"] for row in (self._train, self._valid, {"step": 0}) if row)
        table.add_row("", ProgressBar(total=self._total_steps, completed=done, width=60))
        if self._train is not None:
            table.add_row("training", Text(f"{_place(self._train, self._total_steps)}  {_training(self._train)}"))
            table.add_row("time", Text(f"{duration(self._train['elapsed_s'])} so far, {duration(self._left_s)} left"))
        if self._valid is not None:
            table.add_row("validation", Text(f"step {self._valid['step']}: {_scores(self._valid)}"))
            table.add_row("best", Text(self._best or "none yet"))
            for name, value in self._valid.get("sample", {}).items():
                table.add_row(Text(name), Text(value, overflow="ellipsis", no_wrap=True))
        return table


def _place(row: Mapping[str, Any], total_steps: int) -> str:
    return f"step {row['step']}/{total_steps}  epoch {row['epoch']}"


def _training(row: Mapping[str, Any]) -> str:
    speed = next(
        f"{value:.0f} {name.removesuffix('_per_s')}/s" for name, value in row.items() if name.endswith("_per_s")
    )
    return f"loss {row['loss']:.3f}  {speed}"


def _scores(row: Mapping[str, Any]) -> str:
    known = ("step", "epoch", "elapsed_s", "kind", "sample")
    return "  ".join(f"{name} {value:.4g}" for name, value in row.items() if name not in known)
