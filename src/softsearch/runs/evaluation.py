"""From a run folder to its scores."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from softsearch.build.scored import OWN, pairs_to_score
from softsearch.data.parallel import Pair
from softsearch.files import write_text_atomically
from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.parts import as_json, best_of, model_of, now, task_of
from softsearch.tasks.translation import TranslationTask
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder


def evaluate(
    run: Path | str,
    *,
    on: str | Path | None = None,
    beam: int | None = None,
    model: SequenceModel | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score the best weights of a run, and keep the result in its folder under ``evaluations/``.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", a file of tab-separated pairs, or two files
        ``"SOURCE,TARGET"``.
    beam
        Other than the recipe's.
    model
        See :func:`load`.

    Raises
    ------
    RunError, DataError
        The run or the data cannot be read.
    """
    folder = RunFolder.open(Path(run))
    name, pairs = pairs_to_score(on, folder.data if on in (None, *OWN) else folder.path)
    task, model = task_of(folder), model or model_of(folder)
    load_checkpoint(folder, best_of(folder), model=model)
    return score(folder, task, model, name, pairs, beam=beam, on_progress=on_progress)


def score(
    folder: RunFolder,
    task: TranslationTask,
    model: SequenceModel,
    name: str,
    pairs: list[Pair],
    *,
    beam: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Translate and score `pairs`, and keep the result in the run folder."""
    evaluation = task.evaluate(model, pairs, beam=beam, on_progress=on_progress)
    if evaluation["decoding"]["beam"] != task.search["beam"]:
        name = f"{name}-beam{beam}"
    result = {"data": name, "date": now(), "overfit": folder.about.get("overfit"), **evaluation}
    file = folder.path / "evaluations" / f"{name}.json"
    try:
        write_text_atomically(file, as_json(result))
    except OSError as error:
        warnings.warn(f"{file}: the scores could not be kept: {error.strerror or error}", stacklevel=2)
    return result
