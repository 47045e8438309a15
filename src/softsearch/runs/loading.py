"""From run folders to something that translates, or writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from softsearch.decoding.ensemble import Ensemble
from softsearch.errors import RunError
from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.parts import best_of, task_of, trained_model_of
from softsearch.tasks.translator import Translator
from softsearch.tasks.writer import Writer
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder


def load(run: Path | str | Sequence[Path | str], *, model: SequenceModel | None = None) -> Any:
    """Return the best weights of a run, ready to be used: a :class:`Translator` or, of a language model, a `Writer`.

    The parameters and errors are those of :func:`load_translator`; `model` is for networks that translate.
    """
    if isinstance(run, Path | str) and model is None and kind_of(run) == "language_model":
        return load_writer(run)
    return load_translator(run, model=model)


def load_writer(run: Path | str) -> Writer:
    """Return the best weights of a language model, ready to write.

    Raises
    ------
    RunError
        Not a run, damaged, or of another kind.
    """
    folder = RunFolder.open(Path(run))
    if kind_of(folder) != "language_model":
        raise RunError("this run is no language model: it translates", path=folder.path, fix="softsearch predict")
    task, model = _loaded(folder, None)
    return task.writer(model)


def load_translator(run: Path | str | Sequence[Path | str], *, model: SequenceModel | None = None) -> Translator:
    """Return the best weights of a run, ready to translate; of several runs, an ensemble.

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
        Not a run, damaged, or without a recipe and no `model` is given; tokenizers that differ; no run at all.
    """
    runs = [run] if isinstance(run, Path | str) else list(run)
    if not runs or (model is not None and len(runs) > 1):
        raise RunError(
            "give a run, with its model= or without; or several runs that were made from recipes", value=runs
        )
    folders = [RunFolder.open(Path(each)) for each in runs]
    for folder in folders:
        if kind_of(folder) != "translation":
            fix = f'to go on with a text: softsearch predict {folder.path} --prompt "…"'
            raise RunError("this run is a language model: it does not translate", path=folder.path, fix=fix)
    loaded = [_loaded(folder, model) for folder in folders]
    task = loaded[0][0]
    if len(runs) == 1:
        return task.translator(loaded[0][1])
    for other, (its_task, _) in zip(runs[1:], loaded[1:], strict=True):
        if its_task.tokenizer.to_bytes() != task.tokenizer.to_bytes():
            fix = f"train the second one with softsearch train --from {runs[0]}, which keeps the tokenizer"
            raise RunError(
                f"the tokenizer is not that of {runs[0]}: the two cannot write together", path=other, fix=fix
            )
    task.max_tokens = min(its_task.max_tokens for its_task, _ in loaded)
    return task.translator(Ensemble([each for _, each in loaded]))


def kind_of(run: Path | str | RunFolder) -> str:
    """Return the kind of task that a run has learnt: "translation" or "language_model".

    Raises
    ------
    RunError
        Not a run, or damaged.
    """
    folder = run if isinstance(run, RunFolder) else RunFolder.open(Path(run))
    return str(folder.about.get("task", {}).get("kind", "translation"))


def _loaded(folder: RunFolder, model: SequenceModel | None) -> tuple[Any, Any]:
    if model is None:
        return task_of(folder), trained_model_of(folder).eval()
    load_checkpoint(folder, best_of(folder), model=model)
    return task_of(folder), model.eval()
