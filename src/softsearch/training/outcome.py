"""How a training ended, in figures and in a sentence."""

from __future__ import annotations

import dataclasses
import signal

from softsearch.training.display import duration


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a training ended.

    `interrupted_by` is the signal that stopped it, None if it came to its end; times are in seconds over all resumes.
    """

    step: int
    total_steps: int
    epoch: int
    elapsed_s: float
    planned_s: float | None
    best_step: int | None
    best_score: float | None
    scores: dict[str, float]
    skipped: int
    stopped_early: bool
    interrupted_by: signal.Signals | None

    @property
    def exit_code(self) -> int:
        """0, or what a shell expects of a process that ended by a signal: 130 after Ctrl-C, 143 after SIGTERM."""
        return 0 if self.interrupted_by is None else 128 + self.interrupted_by


def last_words(outcome: Outcome) -> str:
    """Return the sentence that a training which was not interrupted ends with."""
    planned = "" if outcome.planned_s is None else f" (planned: {duration(outcome.planned_s)})"
    early = "stopped early" if outcome.stopped_early else "finished"
    skipped = f"; {outcome.skipped} batches without a finite loss were skipped" if outcome.skipped else ""
    return f"{early} at step {outcome.step} after {duration(outcome.elapsed_s)}{planned}{skipped}"
