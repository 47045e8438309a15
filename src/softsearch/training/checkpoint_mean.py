"""At the end, the mean of the weights of the last validations (Vaswani et al. 2017, 6.1; Junczys-Dowmunt et al. 2016).

The last checkpoints of one training lie around the same minimum, each off by the noise of its last batches; their mean
is often better than any of them. Often, not always: it is validated, and used only where it scores better.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from softsearch.seeding import derive
from softsearch.training.checkpoints import average_weights, load_checkpoint, save_average
from softsearch.training.folder import RunFolder
from softsearch.training.progress import Progress
from softsearch.training.settings import Setup


class Average(NamedTuple):
    """The steps whose weights were averaged, what their mean scores, and whether it is the run's best."""

    steps: list[int]
    scores: dict[str, float]
    better: bool


def try_average(setup: Setup, folder: RunFolder, progress: Progress, *, seed: int) -> Average | None:
    """Average the last validated checkpoints of a training that has ended, as its settings say; use a mean if better.

    The model comes and goes with the last weights. The result is recorded in run.json, so that it is computed once;
    None where there are fewer than two checkpoints. Afterwards those that the settings do not keep are deleted.
    """
    model, settings = setup.model, setup.settings
    assert settings.average is not None
    done, keep = _recorded(folder), settings.keep
    if done is not None and folder.about["average"]["at"] == progress.step:
        return done
    steps = [step for step in progress.validated[-settings.average :] if step in folder.checkpoints]
    if len(steps) < 2:
        return None
    average_weights(folder, steps, model=model)
    torch.manual_seed(derive(seed, "validation of the average", progress.step))
    with torch.no_grad():
        scores = dict(setup.task.validate(model, setup.valid).scores)
    average = Average(steps, scores, progress.stopping.beats_best(progress.stopping.watched(scores)))
    if average.better:
        save_average(folder, model=model, steps=steps)
    load_checkpoint(folder, "last", model=model)
    model.train()
    assert folder.last is not None  # where there are two, there is a last one
    folder.point_to(
        last=folder.last,
        best=folder.best,
        kept=progress.validated[-keep:] if keep else [],
        averaged=steps if average.better else folder.averaged,
        average={"at": progress.step, **average._asdict()},
    )
    recall_average(folder, progress)
    return average


def recall_average(folder: RunFolder, progress: Progress) -> None:
    """Make the score of the mean weights, where they are the run's best, the one that later checkpoints must beat."""
    recorded = _recorded(folder)
    if recorded is not None and folder.averaged:
        progress.stopping.best = progress.stopping.watched(recorded.scores)


def in_words(average: Average | None, *, on: str) -> str:
    """Return what to say of it."""
    if average is None:
        return "no mean of weights was tried: fewer than two of the last validations have their checkpoints"
    steps = ", ".join(str(step) for step in average.steps)
    verdict = "better than the best of them: used from now on" if average.better else "not better: the best stays"
    return f"mean of the weights of steps {steps}: {on} {average.scores[on]:.4g}, {verdict}"


def _recorded(folder: RunFolder) -> Average | None:
    content = folder.about.get("average")
    return None if content is None else Average(content["steps"], content["scores"], content["better"])
