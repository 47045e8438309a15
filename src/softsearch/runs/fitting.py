"""Train a network of one's own, without a recipe for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from softsearch.build.training import build_optimizer, build_settings
from softsearch.build.translation import TranslationFamily
from softsearch.data.pairs.batches import PairData
from softsearch.files import folder_written_atomically
from softsearch.machine import environment
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import schema
from softsearch.runs.folders import real
from softsearch.runs.parts import as_json, check_interrupted
from softsearch.tasks.translation import HeldOutPairs, TranslationTask
from softsearch.times import now
from softsearch.training.data import TrainingData
from softsearch.training.folder import RunFolder, refuse_taken
from softsearch.training.loop import train as run_loop
from softsearch.training.outcome import Outcome
from softsearch.training.settings import Setup


def prepare(recipe: schema.TranslationRecipe, folder: Path | str) -> tuple[TranslationTask, PairData, HeldOutPairs]:
    """Return all that a recipe describes but its model, for :func:`fit`: task, training data and validation data.

    Parameters
    ----------
    folder
        Where the token ids are kept, in files that training reads from; must not exist or be empty.

    Raises
    ------
    RunError, DataError
        The folder is not empty, or the data cannot be used.
    """
    family, folder = TranslationFamily(), real(Path(folder))
    refuse_taken(folder, fix="choose another folder, or delete it")
    with folder_written_atomically(folder) as temporary:
        found = family.materialise(recipe, temporary, overfit=None, base=None)
    return found.task, *family.open(recipe, folder, name=found.name, task=found.task)


def fit(
    model: SequenceModel,
    task: TranslationTask,
    data: TrainingData,
    out: Path | str,
    *,
    valid: Any,
    training: schema.Training,
    seed: int,
    resume: bool = False,
    live: bool = True,
) -> Outcome:
    """Train a network of one's own into a run folder; afterwards it has the last weights, :func:`load` gives the best.

    Parameters
    ----------
    model
        Its class says what it must have.
    task, data, valid
        From :func:`prepare`, or one's own.
    out
        The run folder to write.
    resume
        Go on with the interrupted training in `out`, with the same arguments.
    training, seed
        A recipe's.

    Raises
    ------
    RunError, Interrupted
        As in :func:`train`.
    """
    folder = RunFolder.open(Path(out)) if resume else _folder_to_fit(Path(out), task)
    optimizer, settings = build_optimizer(training.optimizer, model), build_settings(training)
    setup = Setup(model=model, task=task, data=data, valid=valid, optimizer=optimizer, settings=settings)
    outcome = run_loop(setup, folder, seed=seed, resume=resume, live=live)
    check_interrupted(folder, outcome, how="the same call of fit, with resume=True")
    with folder.locked():
        folder.update(status="finished")
    return outcome


def _folder_to_fit(path: Path, task: TranslationTask) -> RunFolder:
    about = {"status": "training", "created": now(), "task": task.to_dict(), "vocabulary": task.tokenizer.size}
    files: dict[str, str | bytes] = {"environment.json": as_json(environment()), **TranslationFamily().files(task)}
    return RunFolder.create(path, files=files, about=about)
