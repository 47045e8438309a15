"""How a training ended, in figures and in a sentence."""

from __future__ import annotations

import dataclasses
import signal

from softsearch.errors import RunError, the_first
from softsearch.times import duration
from softsearch.training.folder import RunFolder


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a training ended.

    `interrupted_by` is the signal that stopped it, None if it came to its end; times are in seconds over all resumes.
    `best_score` is that of the mean of the weights of `averaged`, where that is not empty, otherwise of `best_step`.
    """

    step: int
    total_steps: int
    epoch: int
    elapsed_s: float
    planned_s: float | None
    best_step: int | None
    best_score: float | None
    averaged: list[int]
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


def not_finite(
    folder: RunFolder, *, places: list[str], in_a_row: int, kept_step: int | None, found: str | None
) -> RunError:
    """Return the error that ends a training after so many batches in a row without a finite loss or gradient.

    `places` is where the last of them comes from, `found` what the task can say of it; the weights of `kept_step` are
    saved.
    """
    saved = "no checkpoint of these steps is kept: the weights themselves are no longer finite"
    if kept_step is not None:
        saved = f"the weights from before the first of them are saved as step {kept_step}"
    best = "no weights have been validated"
    if folder.best is not None:
        best = f"the best so far are those of step {folder.best}"
    last = the_first(places, most=3) + ("" if found is None else f"; {found}")
    return RunError(
        f"no finite loss or gradient in {in_a_row} batches in a row, the last being {last}; {saved}; {best}",
        path=folder.path,
        fix="train anew with a lower learning_rate or clip_norm (1 where there is none), or more warmup_steps;"
        " look at what the last batch holds",
    )
