"""From a run folder to something that translates."""

from __future__ import annotations

from pathlib import Path

from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.parts import best_of, model_of, task_of
from softsearch.tasks.translator import Translator
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder


def load(run: Path | str, *, model: SequenceModel | None = None) -> Translator:
    """Return the best weights of a run, ready to translate.

    Parameters
    ----------
    model
        The network that the run was made with, where it was not built from a recipe (:func:`fit`).

    Raises
    ------
    RunError
        Not a run, damaged, or without a recipe and no `model` is given.
    """
    folder = RunFolder.open(Path(run))
    task, model = task_of(folder), model or model_of(folder)
    load_checkpoint(folder, best_of(folder), model=model)
    return task.translator(model.eval())
