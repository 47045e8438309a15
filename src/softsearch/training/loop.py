"""The training loop. The state after step k follows from recipe, data and k alone, however often it stopped."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from softsearch.errors import RunError
from softsearch.nn.products import Precision, products_in
from softsearch.seeding import derive
from softsearch.tasks.task import Carry
from softsearch.training.checkpoint_mean import in_words, recall_average, try_average
from softsearch.training.checkpoints import Saved, load_checkpoint, save_checkpoint
from softsearch.training.data import PacedData
from softsearch.training.folder import RunFolder
from softsearch.training.halving import backward_within_memory, exhaustion_told
from softsearch.training.measuring import choose_precision, settle
from softsearch.training.optimisers import AveragedSGD, mean_weights, set_momentum
from softsearch.training.outcome import Outcome, last_words, not_finite
from softsearch.training.progress import progress_of
from softsearch.training.reporting import Reporter
from softsearch.training.schedules import Moment, OnPlateau
from softsearch.training.settings import Resolved, Setup, TrainingSettings
from softsearch.training.signals import Interruption, interruptible
from softsearch.training.step import restore, update

# One batch may be odd; when ten different ones in a row fail, it is the weights or the settings that are wrong.
_MAX_SKIPPED_IN_A_ROW = 10


def train(
    setup: Setup, folder: RunFolder, *, seed: int, resume: bool = False, live: bool = True, notes: Sequence[str] = ()
) -> Outcome:
    """Train into `folder`, or go on with what an earlier call left there.

    Afterwards the model holds the last weights; load the best with
    :func:`softsearch.training.checkpoints.load_checkpoint`.

    Parameters
    ----------
    seed
        From it follow dropout and every other draw, step by step.
    resume
        Go on from the last checkpoint, if there is one; without it, a folder that holds a checkpoint is refused.
    live
        Show progress on stderr.
    notes
        Sentences to show first.

    Raises
    ------
    RunError
        The folder is in use or damaged; the disk is full; ten batches in a row had no finite loss or gradient; a single
        pair, the optimiser's state or a validation does not fit into memory.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(folder.locked())
        _refuse(folder, resume=resume)
        stack.enter_context(exhaustion_told(folder))
        interruption = stack.enter_context(interruptible())
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(settled_threads(folder, setup.settings))
        folder.prune()
        training = _Training(**vars(setup), folder=folder, seed=seed)
        training.begin(live=live, notes=notes)
        stack.callback(training.reporter.close)
        return training.run(interruption)


@contextlib.contextmanager
def settled_threads(folder: RunFolder, settings: TrainingSettings) -> Iterator[None]:
    """Compute with as many threads as were settled for a run, or else as the settings say; afterwards as before."""
    about, before = folder.about, torch.get_num_threads()
    settled = about.get("resolved")
    # Where only a limit has changed, all is settled anew but these: another number would round differently.
    threads = settled["threads"] if settled else about.get("threads") or settings.threads
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _refuse(folder: RunFolder, *, resume: bool) -> None:
    folder.refuse_lost()
    if folder.last is not None and not resume:
        fix = f"softsearch resume {folder.path}, or choose another folder"
        raise RunError("this folder already holds a training", path=folder.path, fix=fix)


@dataclasses.dataclass(kw_only=True)
class _Training(Setup):
    folder: RunFolder
    seed: int

    def __post_init__(self) -> None:
        self.progress = progress_of({}, self.data, self.settings)
        self.began_at = self.saved_at = time.monotonic()
        self.elapsed_before_s = 0.0
        self.began_step = 0
        self.saved_step: int | None = None
        self.carry: Carry = {}

    @property
    def step(self) -> int:
        return self.progress.step

    @property
    def elapsed_s(self) -> float:
        return self.elapsed_before_s + time.monotonic() - self.began_at

    @property
    def finished(self) -> bool:
        return self.step >= self.resolved.total_steps or self.progress.stopping.exhausted

    def begin(self, *, live: bool, notes: Sequence[str]) -> None:
        """Load the last checkpoint or write the first; settle what depends on the machine, or obey what was settled."""
        settled = self.folder.about.get("resolved")
        if self.folder.last is None:
            self._write(best=False)
        else:
            self._restore(load_checkpoint(self.folder, "last", model=self.model, optimizer=self.optimizer))
        self.precision = self._settle_precision()
        self.resolved = Resolved(**settled) if settled else self._settle()
        total_steps = self.resolved.total_steps
        self.reporter = Reporter(
            self.folder, step=self.step, total_steps=total_steps, unit=self.data.unit, live=live, notes=notes
        )

    def run(self, interruption: Interruption) -> Outcome:
        self.model.train()
        while not self.finished and interruption.signal is None:
            limit = self.progress.limit
            self._train_step()
            if self.step == self.resolved.total_steps or self._due(self.settings.validate_every):
                self._validate()
            elif self._due(self.settings.checkpoint_every) or self.progress.limit != limit:
                # A limit found in this step must not be lost: found again at another step, it would change the sums.
                self._save(best=False)
            if self.progress.skipped_in_a_row >= _MAX_SKIPPED_IN_A_ROW:
                self._give_up()
        return self._end(None if self.finished else interruption.signal)

    def _settle_precision(self) -> Precision:
        precision: Precision | None = self.folder.about.get("precision")
        if precision is None:
            precision = choose_precision(self)
            self.folder.update(precision=precision)
        return precision

    def _settle(self) -> Resolved:
        # The first checkpoint has no optimiser's moments yet: later ones have up to three times its size.
        save_s = (time.monotonic() - self.began_at) * (1 if self.step else 3)
        resolved = settle(self, precision=self.precision, save_s=save_s, done=self.step, spent_s=self.elapsed_s)
        self.folder.update(resolved=dataclasses.asdict(resolved))
        return resolved

    def _train_step(self) -> None:
        started_at, progress, settings = time.monotonic(), self.progress, self.settings
        self.batches = progress.position.batches
        limit, seed = progress.limit, derive(self.seed, "dropout", self.step)
        fitted = backward_within_memory(
            self, self.batches, carry=self.carry, limit=limit, seed=seed, precision=self.precision
        )
        moment = Moment(self.step, self.resolved.total_steps, progress.position.epoch)
        rate = progress.plateau.scale * settings.learning_rate * settings.schedule.scale(moment)
        set_momentum(self.optimizer, settings.schedule.momentum_at(moment))
        result = update(
            self.model, fitted.loss, optimizer=self.optimizer, learning_rate=rate, clip_norm=settings.clip_norm
        )
        self.carry = fitted.carry if result.updated else {}  # one that is not finite would spoil what follows
        if not result.updated:
            restore(self.model, fitted.before)
        progress.limit = fitted.limit
        progress.skipped_in_a_row = 0 if result.updated else progress.skipped_in_a_row + 1
        progress.skipped += not result.updated
        progress.epoch = progress.position.epoch + 1
        progress.step += 1
        progress.position.advance()
        progress.meter.add(result, items=fitted.num_items, seconds=time.monotonic() - started_at)
        for message in fitted.messages:
            self.reporter.say(message)
        self.reporter.step(progress, learning_rate=rate, elapsed_s=self.elapsed_s, left_s=self._left_s())

    def _validate(self) -> None:
        settings, progress = self.settings, self.progress
        torch.manual_seed(derive(self.seed, "validation", self.step))
        with torch.no_grad(), mean_weights(self.optimizer):
            validation = self.task.validate(self.model, self.valid)
        self.model.train()
        progress.scores = dict(validation.scores)
        best = progress.stopping.update(self.step, progress.scores)
        harder = self.data.learnt(progress.scores) if isinstance(self.data, PacedData) else None
        if isinstance(settings.schedule, OnPlateau):
            stalled = progress.stopping.stalled(settings.schedule.patience)
            progress.plateau.update(settings.schedule, stalled=stalled, learning_rate=settings.learning_rate)
        progress.validated = [*progress.validated, self.step]
        self.reporter.validation(progress, validation, best=best, elapsed_s=self.elapsed_s)
        if harder is not None:
            self.reporter.say(harder)
        if isinstance(self.optimizer, AveragedSGD) and self.optimizer.is_due(progress.stopping):
            self.optimizer.begin()
            self.reporter.say("from here on the mean of the weights is taken")
        self._save(best=best)

    def _left_s(self) -> float:
        per_step_s = (time.monotonic() - self.began_at) / max(1, self.step - self.began_step)
        return per_step_s * (self.resolved.total_steps - self.step)

    def _due(self, every: tuple[float, str]) -> bool:
        amount, unit = every
        if unit == "seconds":
            return time.monotonic() - self.saved_at >= amount
        if unit == "epochs":
            return self.progress.position.index == 0 and self.progress.position.epoch % amount == 0
        return self.step % amount == 0

    def _save(self, *, best: bool) -> None:
        if self.saved_step == self.step:
            return
        self.reporter.journal.flush()
        self._write(best=best)

    def _write(self, *, best: bool) -> None:
        progress, needed = self.progress, max(self.settings.keep, self.settings.average or 0)
        progress.elapsed_s = self.elapsed_s
        progress.pace = self.data.pace if isinstance(self.data, PacedData) else None
        progress.validated = progress.validated[-needed:] if needed else []
        with mean_weights(self.optimizer):  # the model's file has the mean, the optimiser's the weights to go on from
            save_checkpoint(
                self.folder,
                step=self.step,
                model=self.model,
                optimizer=self.optimizer,
                carry=self.carry,
                state=progress.to_dict(),
                best=best,
                kept=progress.validated,
            )
        self.saved_step, self.saved_at = self.step, time.monotonic()

    def _restore(self, saved: Saved) -> None:
        self.carry, self.progress = saved.carry, progress_of(saved.state, self.data, self.settings)
        if isinstance(self.data, PacedData) and self.progress.pace is not None:
            self.data.pace = self.progress.pace
        if isinstance(self.optimizer, AveragedSGD):
            self.optimizer.swap()
        recall_average(self.folder, self.progress)
        self.saved_step = self.began_step = self.step
        self.elapsed_before_s = self.progress.elapsed_s

    def _give_up(self) -> None:
        kept_step = None
        if all(bool(torch.isfinite(parameter).all()) for parameter in self.model.parameters()):
            self._save(best=False)
            kept_step = self.step
        places = self.data.describe(np.concatenate(self.batches))
        batches = (self.data.batch(rows).to(next(self.model.parameters()).device) for rows in self.batches)
        torch.manual_seed(derive(self.seed, "dropout", self.step - 1))  # as the last step drew
        with products_in(self.precision):
            found = self.task.where_not_finite(self.model, batches)
        raise not_finite(self.folder, places=places, in_a_row=_MAX_SKIPPED_IN_A_ROW, kept_step=kept_step, found=found)

    def _end(self, interrupted_by: signal.Signals | None) -> Outcome:
        self._save(best=False)
        if interrupted_by is None and self.settings.average is not None:
            average = try_average(self, self.folder, self.progress, seed=self.seed)
            self.reporter.say(in_words(average, on=self.settings.stop_on))
        progress, resolved = self.progress, self.resolved
        outcome = Outcome(
            step=progress.step,
            total_steps=resolved.total_steps,
            epoch=progress.epoch,
            elapsed_s=self.elapsed_s,
            planned_s=resolved.planned_s,
            best_step=progress.stopping.best_step,
            best_score=progress.stopping.best,
            averaged=self.folder.averaged,
            scores=progress.scores,
            skipped=progress.skipped,
            stopped_early=progress.step < resolved.total_steps and interrupted_by is None,
            interrupted_by=interrupted_by,
        )
        if interrupted_by is None:
            self.folder.update(outcome=dataclasses.asdict(outcome))
            self.reporter.display.close()
            self.reporter.say(last_words(outcome))
        return outcome
