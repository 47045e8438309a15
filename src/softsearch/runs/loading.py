"""From run folders to something that can be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from softsearch.build.families import family_named
from softsearch.decoding.ensemble import Ensemble
from softsearch.errors import RunError
from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.parts import best_of, task_of, trained_model_of
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder


def load(run: Path | str | Sequence[Path | str], *, model: SequenceModel | None = None) -> Any:
    """Return the best weights of a run, ready to be used; of several translators, an ensemble.

    Parameters
    ----------
    run
        A run folder, or several whose networks write together: their probabilities are averaged at each step. They
        share one tokenizer; how to search is said by the first.
    model
        The network that a run was made with, where it was not built from a recipe (:func:`fit`).

    Raises
    ------
    RunError
        Not a run, damaged, or without a recipe and no `model` is given; no run at all; several that do not translate,
        or have different tokenizers.
    """
    runs = [run] if isinstance(run, Path | str) else list(run)
    if not runs or (model is not None and len(runs) > 1):
        raise RunError(
            "give a run, with its model= or without; or several runs that were made from recipes", value=runs
        )
    folders = [RunFolder.open(Path(each)) for each in runs]
    if len(folders) == 1:
        task, network = _loaded(folders[0], model)
        return task.ready(network)
    for folder in folders:
        if kind_of(folder) != "translation":
            problem = f"this run is {called(folder)}, and only translators write together"
            raise RunError(problem, path=folder.path, fix="name it alone")
    loaded = [_loaded(folder, None) for folder in folders]
    task = loaded[0][0]
    for other, (its_task, _) in zip(runs[1:], loaded[1:], strict=True):
        if its_task.tokenizer.to_bytes() != task.tokenizer.to_bytes():
            fix = f"train the second one with softsearch train --from {runs[0]}, which keeps the tokenizer"
            raise RunError(
                f"the tokenizer is not that of {runs[0]}: the two cannot write together", path=other, fix=fix
            )
    task.max_tokens = min(its_task.max_tokens for its_task, _ in loaded)
    return task.ready(Ensemble([each for _, each in loaded]))


def kind_of(run: Path | str | RunFolder) -> str:
    """Return the kind of task that a run has learnt, such as "translation".

    Raises
    ------
    RunError
        Not a run, or damaged.
    """
    folder = run if isinstance(run, RunFolder) else RunFolder.open(Path(run))
    return str(folder.about.get("task", {}).get("kind", "translation"))


def called(run: Path | str | RunFolder) -> str:
    """Return in words what a run's network is: "a translator"; errors as in :func:`kind_of`."""
    return family_named({"kind": kind_of(run)}).called


def _loaded(folder: RunFolder, model: SequenceModel | None) -> tuple[Any, Any]:
    if model is None:
        return task_of(folder), trained_model_of(folder).eval()
    load_checkpoint(folder, best_of(folder), model=model)
    return task_of(folder), model.eval()
