"""The training loop. The state after step k follows from recipe, data and k alone, however often it stopped."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from typing import Any

import torch
from torch import nn

from softsearch.errors import RunError
from softsearch.seeding import derive
from softsearch.tasks.task import Task
from softsearch.training.budget import settle
from softsearch.training.checkpoints import load_checkpoint, save_checkpoint
from softsearch.training.display import Display, make_display
from softsearch.training.folder import RunFolder
from softsearch.training.journal import Journal, Meter
from softsearch.training.optimisation import learning_rate_at, optimizer_step
from softsearch.training.outcome import Outcome, last_words
from softsearch.training.position import Position, TrainingData
from softsearch.training.settings import Resolved, TrainingSettings
from softsearch.training.signals import Interruption, interruptible
from softsearch.training.stopping import Stopping

__all__ = ["Outcome", "train"]

_LOG_EVERY_STEPS = 20
# One batch may be odd; when ten different ones in a row fail, it is the weights or the settings that are wrong.
_MAX_SKIPPED_IN_A_ROW = 10


def train(
    *,
    model: nn.Module,
    task: Task,
    data: TrainingData,
    valid: Any,
    folder: RunFolder,
    optimizer: torch.optim.Optimizer,
    settings: TrainingSettings,
    seed: int,
    resume: bool = False,
    live: bool = True,
) -> Outcome:
    """Train `model` into `folder`, or go on with what an earlier call left there.

    Afterwards the model holds the last weights; load the best with
    :func:`softsearch.training.checkpoints.load_checkpoint`.

    Parameters
    ----------
    valid
        What ``task.validate`` scores the model on.
    seed
        From it follow dropout and every other draw, step by step.
    resume
        Go on from the last checkpoint, if there is one; without it, a folder that holds a checkpoint is refused.
    live
        Show progress on stderr.

    Raises
    ------
    RunError
        The folder is in use or damaged; the disk is full; ten batches in a row had no finite loss or gradient.
    """
    if folder.last is not None and not resume:
        fix = f"softsearch resume {folder.path}, or choose another folder"
        raise RunError("this folder already holds a training", path=folder.path, fix=fix)
    with contextlib.ExitStack() as stack:
        stack.enter_context(folder.locked())
        interruption = stack.enter_context(interruptible())
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.callback(torch.set_num_threads, torch.get_num_threads())
        folder.prune()
        training = _Training(
            model=model,
            task=task,
            data=data,
            valid=valid,
            folder=folder,
            optimizer=optimizer,
            settings=settings,
            seed=seed,
        )
        stack.callback(training.close)
        training.begin(live=live)
        return training.run(interruption)


@dataclasses.dataclass(kw_only=True)
class _Training:
    model: nn.Module
    task: Task
    data: TrainingData
    valid: Any
    folder: RunFolder
    optimizer: torch.optim.Optimizer
    settings: TrainingSettings
    seed: int

    def __post_init__(self) -> None:
        self.device = next(self.model.parameters()).device
        self.step = self.epoch = 0
        self.position = Position(self.data)
        self.stopping = Stopping(on=self.settings.stop_on, patience=self.settings.patience)
        self.meter = Meter()
        self.scores: dict[str, float] = {}
        self.skipped = self.skipped_in_a_row = 0
        self.elapsed_before_s = 0.0
        self.began_at = self.saved_at = time.monotonic()
        self.began_step = 0
        self.saved_step: int | None = None
        self.journal: Journal | None = None
        self.display: Display | None = None

    @property
    def elapsed_s(self) -> float:
        return self.elapsed_before_s + time.monotonic() - self.began_at

    @property
    def finished(self) -> bool:
        return self.step >= self.resolved.total_steps or self.stopping.exhausted

    def begin(self, *, live: bool) -> None:
        """Load the last checkpoint or write the first; settle what depends on the machine, or obey what was settled."""
        settled = self.folder.about.get("resolved")
        torch.set_num_threads(settled["threads"] if settled else self.settings.threads or torch.get_num_threads())
        if self.folder.last is None:
            self._save(best=False)
        else:
            self._restore(load_checkpoint(self.folder, "last", model=self.model, optimizer=self.optimizer))
        first_save_s = time.monotonic() - self.began_at
        self.resolved = Resolved(**settled) if settled else self._settle(first_save_s)
        self.journal = Journal(self.folder, step=self.step)
        self.display = make_display(live=live, total_steps=self.resolved.total_steps)
        if self.step:
            self.display.say(f"going on from step {self.step} of {self.resolved.total_steps}")

    def close(self) -> None:
        if self.display is not None:
            self.display.close()
        if self.journal is not None:
            self.journal.close()

    def run(self, interruption: Interruption) -> Outcome:
        self.model.train()
        while not self.finished and interruption.signal is None:
            self._train_step()
            self._log()
            if self.step == self.resolved.total_steps or self._due(self.settings.validate_every):
                self._validate()
            elif self._due(self.settings.checkpoint_every):
                self._save(best=False)
            if self.skipped_in_a_row >= _MAX_SKIPPED_IN_A_ROW:
                self._give_up()
        return self._end(None if self.finished else interruption.signal)

    def _settle(self, first_save_s: float) -> Resolved:
        resolved = settle(
            model=self.model,
            task=self.task,
            data=self.data,
            valid=self.valid,
            optimizer=self.optimizer,
            settings=self.settings,
            first_save_s=first_save_s,
        )
        self.folder.update(resolved=dataclasses.asdict(resolved))
        return resolved

    def _train_step(self) -> None:
        started_at = time.monotonic()
        torch.manual_seed(derive(self.seed, "dropout", self.step))
        self.rows = self.position.rows
        batch = self.data.batch(self.rows).to(self.device)
        rate, clip_norm = self._learning_rate(self.step), self.settings.clip_norm
        result = optimizer_step(
            self.model, self.task, batch, optimizer=self.optimizer, learning_rate=rate, clip_norm=clip_norm
        )
        self.skipped_in_a_row = 0 if result.updated else self.skipped_in_a_row + 1
        self.skipped += not result.updated
        self.epoch = self.position.epoch + 1
        self.step += 1
        self.position.advance()
        self.meter.add(result, items=int(batch.num_items), seconds=time.monotonic() - started_at)

    def _learning_rate(self, step: int) -> float:
        return learning_rate_at(
            step,
            schedule=self.settings.schedule,
            learning_rate=self.settings.learning_rate,
            warmup_steps=self.settings.warmup_steps,
            total_steps=self.resolved.total_steps,
        )

    def _log(self) -> None:
        assert self.journal is not None and self.display is not None
        written = self.step % _LOG_EVERY_STEPS == 0
        shown = self.display.due() or self.step == self.resolved.total_steps
        if not written and not shown:
            return
        rate = self._learning_rate(self.step - 1)
        row = self._row("train", **self.meter.means(), learning_rate=rate, skipped=self.skipped)
        if shown:
            self.display.train(row, left_s=self._left_s())
        if written:
            self.journal.write(row)
            self.meter = Meter()

    def _validate(self) -> None:
        assert self.journal is not None and self.display is not None
        torch.manual_seed(derive(self.seed, "validation", self.step))
        with torch.no_grad():
            validation = self.task.validate(self.model, self.valid)
        self.model.train()
        self.scores = dict(validation.scores)
        best = self.stopping.update(self.step, self.scores)
        row = self._row("valid", **self.scores, sample=dict(validation.sample))
        self.journal.write(row)
        self.display.valid(row, best=best)
        self._save(best=best)

    def _row(self, kind: str, **figures: Any) -> dict[str, Any]:
        return {"step": self.step, "epoch": self.epoch, "elapsed_s": round(self.elapsed_s, 3), "kind": kind, **figures}

    def _left_s(self) -> float:
        per_step_s = (time.monotonic() - self.began_at) / max(1, self.step - self.began_step)
        return per_step_s * (self.resolved.total_steps - self.step)

    def _due(self, every: tuple[float, str]) -> bool:
        amount, unit = every
        if unit == "seconds":
            return time.monotonic() - self.saved_at >= amount
        if unit == "epochs":
            return self.position.index == 0 and self.position.epoch % amount == 0
        return self.step % amount == 0

    def _save(self, *, best: bool) -> None:
        if self.saved_step == self.step:
            return
        if self.journal is not None:
            self.journal.flush()
        save_checkpoint(
            self.folder, step=self.step, model=self.model, optimizer=self.optimizer, state=self._state(), best=best
        )
        self.saved_step, self.saved_at = self.step, time.monotonic()

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "epoch": self.epoch,
            "position": {"epoch": self.position.epoch, "index": self.position.index},
            "elapsed_s": self.elapsed_s,
            "skipped": self.skipped,
            "skipped_in_a_row": self.skipped_in_a_row,
            "scores": self.scores,
            "stopping": dataclasses.asdict(self.stopping),
            "meter": dataclasses.asdict(self.meter),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.step = self.saved_step = self.began_step = state["step"]
        self.epoch, self.scores = state["epoch"], state["scores"]
        self.position = Position(self.data, **state["position"])
        self.elapsed_before_s = state["elapsed_s"]
        self.skipped, self.skipped_in_a_row = state["skipped"], state["skipped_in_a_row"]
        self.stopping, self.meter = Stopping(**state["stopping"]), Meter(**state["meter"])

    def _give_up(self) -> None:
        lines = self.data.describe(self.rows)
        places = ", ".join(lines[:3]) + (f" and {len(lines) - 3} more" if len(lines) > 3 else "")
        kept = "no checkpoint of these steps is kept: the weights themselves are no longer finite"
        if all(bool(torch.isfinite(parameter).all()) for parameter in self.model.parameters()):
            self._save(best=False)
            kept = f"the weights from before the first of them are saved as step {self.step}"
        raise RunError(
            f"no finite loss or gradient in {_MAX_SKIPPED_IN_A_ROW} batches in a row, the last being {places}; {kept}",
            path=self.folder.path,
            fix="train anew with a lower learning_rate or clip_norm, or more warmup_steps; look at the lines named",
        )

    def _end(self, interrupted_by: signal.Signals | None) -> Outcome:
        assert self.display is not None
        self._save(best=False)
        outcome = Outcome(
            step=self.step,
            total_steps=self.resolved.total_steps,
            epoch=self.epoch,
            elapsed_s=self.elapsed_s,
            planned_s=self.resolved.planned_s,
            best_step=self.stopping.best_step,
            best_score=self.stopping.best,
            scores=self.scores,
            skipped=self.skipped,
            stopped_early=self.step < self.resolved.total_steps and interrupted_by is None,
            interrupted_by=interrupted_by,
        )
        if interrupted_by is None:
            self.folder.update(outcome=dataclasses.asdict(outcome))
            self.display.close()
            self.display.say(last_words(outcome))
        return outcome
