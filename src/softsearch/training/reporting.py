"""What a training tells: each row to the journal and, to whoever watches, to the display."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from softsearch.tasks.task import Validation
from softsearch.training.display import make_display
from softsearch.training.folder import RunFolder
from softsearch.training.journal import Journal, Meter
from softsearch.training.progress import Progress

_LOG_EVERY_STEPS = 20


class Reporter:
    """Writes and shows rows; open from the training's first step to its end."""

    def __init__(
        self, folder: RunFolder, *, step: int, total_steps: int, unit: str, live: bool, notes: Sequence[str]
    ) -> None:
        self.journal = Journal(folder, step=step)
        self.display = make_display(live=live, total_steps=total_steps)
        self.say = self.display.say
        self._total_steps, self._unit = total_steps, unit
        for note in notes:
            self.say(note)
        if 0 < step < total_steps:
            self.say(f"going on from step {step} of {total_steps}")

    def step(self, progress: Progress, *, learning_rate: float, elapsed_s: float, left_s: float) -> None:
        """Tell of a step where it is time to; what was written starts the next sums."""
        written = progress.step % _LOG_EVERY_STEPS == 0
        shown = self.display.due() or progress.step == self._total_steps
        if not written and not shown:
            return
        figures = {**progress.meter.means(unit=self._unit), "learning_rate": learning_rate, "skipped": progress.skipped}
        row = _row("train", progress, elapsed_s, figures)
        if shown:
            self.display.train(row, left_s=left_s)
        if written:
            self.journal.write(row)
            progress.meter = Meter()

    def validation(self, progress: Progress, validation: Validation, *, best: bool, elapsed_s: float) -> None:
        """Tell of a validation."""
        row = _row("valid", progress, elapsed_s, {**validation.scores, "sample": dict(validation.sample)})
        self.journal.write(row)
        self.display.valid(row, best=best)

    def close(self) -> None:
        """Give back the terminal and the files."""
        self.display.close()
        self.journal.close()


def _row(kind: str, progress: Progress, elapsed_s: float, figures: dict[str, Any]) -> dict[str, Any]:
    place = {"step": progress.step, "epoch": progress.epoch, "elapsed_s": round(elapsed_s, 3)}
    return {**place, "kind": kind, **figures}
