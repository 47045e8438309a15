"""From a recipe to a run folder: train, resume, and foretell what a training would take."""

from __future__ import annotations

import contextlib
import importlib
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from softsearch import __version__
from softsearch.build.families import family_of
from softsearch.build.training import build_optimizer, build_settings
from softsearch.errors import Interrupted, RunError
from softsearch.machine import environment, peak_memory_bytes
from softsearch.recipes import Recipe, anchored, dump_recipe
from softsearch.runs.changes import accept, changed_recipe
from softsearch.runs.evaluation import score_trained
from softsearch.runs.folders import make_parent, real, unused_folder
from softsearch.runs.parts import (
    COUNTED,
    RECIPE,
    WEIGHTS,
    as_json,
    best_of,
    check_interrupted,
    first_model_of,
    model_of,
    plain_recipe,
    task_of,
    trained_model_of,
)
from softsearch.runs.remarks import opening_remarks
from softsearch.runs.starting import start_from
from softsearch.times import now
from softsearch.training.checkpoints import load_checkpoint, weights_as_bytes
from softsearch.training.folder import RunFolder, refuse_taken
from softsearch.training.halving import exhaustion_told
from softsearch.training.loop import settled_threads
from softsearch.training.loop import train as run_loop
from softsearch.training.measuring import choose_precision, measure_speed, time_for, total_steps
from softsearch.training.settings import Setup


def train(
    recipe: Recipe,
    out: Path | str | None = None,
    *,
    start: Path | str | None = None,
    overfit: int | None = None,
    live: bool = True,
) -> Path:
    """Train what a recipe describes, score the best weights on the validation data, and return the run folder.

    The test data are left for :func:`evaluate`: whoever tries ten settings should not see ten test scores.

    Parameters
    ----------
    out
        The folder to write; by default ``runs/NAME`` or, where that is taken, ``runs/NAME-2`` and so on.
    start
        A run whose best weights, tokenizer and vocabulary, or classes, to start from (fine-tuning); they are copied. Of
        networks that read images also a file of published weights, in safetensors or of ``torch.save``.
    overfit
        Train and validate on this many pairs, lines, images or sentences, without dropout and smoothing: a model that
        can learn must learn them.
    live
        Show progress on stderr.

    Raises
    ------
    RunError, DataError
        The folder is in use or not empty; the disk is full; the data cannot be used; the loss is not finite; `start`
        has another model.
    Interrupted
        Ctrl-C or SIGTERM ended it; :func:`resume` goes on from its checkpoint. Before the first one it says so.
    """
    recipe = anchored(recipe)
    path = real(Path(out) if out else unused_folder(Path("runs") / recipe.name))
    refuse_taken(path, fix=f"choose another folder with --out, or go on with: softsearch resume {path}")
    with _told_if_untrained(path):
        folder, recipe = _begun(recipe, path, start=start, overfit=overfit)
        notes = list(opening_remarks(recipe, folder, overfit=overfit))
        return _train(folder, recipe, resume=False, live=live, notes=notes)


@contextlib.contextmanager
def _told_if_untrained(path: Path) -> Iterator[None]:
    """Turn a Ctrl-C, or a SIGTERM, before the first checkpoint into an error that says that there is none."""
    try:
        yield
    except KeyboardInterrupt as interruption:
        if any(path.glob("checkpoints/step-*")):
            raise
        fix = f"begin with: softsearch resume {path}" if path.is_dir() else "start it again: nothing was written"
        problem = "interrupted before the first step: nothing was trained yet"
        (number,) = interruption.args or (signal.SIGINT,)
        raise Interrupted(problem, path=path, fix=fix, exit_code=128 + number) from None


def _begun(recipe: Recipe, path: Path, *, start: Path | str | None, overfit: int | None) -> tuple[RunFolder, Recipe]:
    """Prepare the data and make the run folder; return it with the recipe that is to be trained."""
    began_at = time.monotonic()
    # The first optimiser would load it, for more than a second: a Ctrl-C meanwhile is to find nothing half made.
    importlib.import_module("torch._dynamo")
    recipe = family_of(recipe).memorising(recipe) if overfit else recipe
    recipe, base = (recipe, None) if start is None else start_from(Path(start), recipe)
    make_parent(path)
    family = family_of(recipe)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as temporary:
        data = Path(temporary) / "data"
        prepared = family.materialise(recipe, data, overfit=overfit, base=None if base is None else base.task)
        task, sizes = prepared.task, family.sizes(prepared.task)
        files: dict[str, str | bytes] = {
            RECIPE: dump_recipe(recipe),
            "environment.json": as_json(environment()),
            "data-report.json": as_json(prepared.report),
        }
        files |= family.files(task)
        about = {
            "status": "training",
            "created": now(),
            "softsearch": __version__,
            "overfit": prepared.report["train"]["kept"] if overfit else None,
            **sizes,
            "data": prepared.name,
            "task": task.to_dict(),
            "recipe": plain_recipe(recipe),
            **family.about(recipe),
            "from": None if base is None else base.about,
            "vectors": prepared.report["train"].get("vectors"),
            "prepared_s": time.monotonic() - began_at,
        }
        if base is not None:
            files[WEIGHTS] = base.weights(family.model(recipe, sizes=sizes))
        if recipe.training is None:
            files[COUNTED] = weights_as_bytes(family.counted(recipe, data, sizes=sizes))
        folder = RunFolder.create(path, files=files, about=about, data=data, editable={RECIPE})
    return folder, recipe


def resume(run: Path | str, overrides: Sequence[str] = (), *, live: bool = True) -> Path:
    """Go on with an interrupted training, to the weights that it would have had without the interruption.

    Parameters
    ----------
    overrides
        Changes to the recipe, such as ``training.max_steps=5000``; so is what was changed in the run's recipe.yaml.
        Limits, rhythm, patience, averaging, threads and decoding may change; so a finished training can be extended.

    Raises
    ------
    RunError
        Not a run, damaged, made without a recipe, or interrupted before its data were prepared; the recipe was changed
        to that of another training.
    Interrupted
        As in :func:`train`.
    """
    folder = RunFolder.open(Path(run))
    recipe, changes = changed_recipe(folder, overrides)
    notes: list[str] = []
    if changes:
        with folder.locked():
            notes = accept(folder, recipe, changes)
    return _train(folder, recipe, resume=True, live=live, notes=notes)


def is_finished(run: Path | str, overrides: Sequence[str] = ()) -> bool:
    """Return whether a run's training came to its end, so that resuming would only score it again.

    Raises
    ------
    RunError, RecipeError
        As in :func:`resume`.
    """
    folder = RunFolder.open(Path(run))
    folder.refuse_lost()
    return bool(folder.about["status"] == "finished") and not changed_recipe(folder, overrides)[1]


def dry_run(recipe: Recipe, *, start: Path | str | None = None, overfit: int | None = None) -> dict[str, Any]:
    """Prepare the data, take some steps, and foretell size, time in seconds and memory in bytes; nothing is kept.

    Training items are None where they are drawn without end; remarks are what the training would say first.
    """
    recipe = family_of(recipe).memorising(recipe) if overfit else recipe
    recipe, base = (recipe, None) if start is None else start_from(Path(start), recipe)
    if recipe.training is None:
        raise RunError("nothing is trained by this recipe, so there is nothing to foretell", path=recipe.path)
    family, settings = family_of(recipe), build_settings(recipe.training)
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    with tempfile.TemporaryDirectory() as temporary, exhaustion_told(None):
        files = Path(temporary) / "data"
        prepared = family.materialise(recipe, files, overfit=overfit, base=None if base is None else base.task)
        task, sizes, read = prepared.task, family.sizes(prepared.task), prepared.report["train"]
        data, valid = family.open(recipe, files, name=prepared.name, task=task)
        model = family.model(recipe, sizes=sizes)
        data, valid = family.begun(recipe, model, data, valid, files, task=task, epoch=0)
        optimizer = build_optimizer(recipe.training.optimizer, model)
        setup = Setup(model=model, task=task, data=data, valid=valid, optimizer=optimizer, settings=settings)
        speed = measure_speed(setup, precision=choose_precision(setup), save_s=0.0)
        steps = total_steps(setup, speed=speed, done=0, spent_s=0.0)
    about = {**sizes, "from": None if base is None else base.about, "vectors": read.get("vectors")}
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_items": None if read["kept"] is None else len(data),
        "items": family.items,
        **sizes,
        "seconds_per_step": speed.step_s,
        "steps": steps,
        "predicted_s": time_for(steps, speed=speed, settings=settings),
        "peak_memory_bytes": peak_memory_bytes(),
        "remarks": list(family.remarks(recipe, about)),
    }


def _train(folder: RunFolder, recipe: Recipe, *, resume: bool, live: bool, notes: Sequence[str] = ()) -> Path:
    task, family, files = task_of(folder), family_of(recipe), folder.data
    data, valid = family.open(recipe, files, name=folder.about["data"], task=task)
    if recipe.training is None:
        for note in notes:
            warnings.warn(note, stacklevel=3)
        return _finished(folder, task, trained_model_of(folder), valid)
    if folder.last is None:
        model, epoch = first_model_of(folder), 0
    else:
        model = model_of(folder)
        epoch = load_checkpoint(folder, "last", model=model).state["position"]["epoch"]
    settings = build_settings(recipe.training)
    with settled_threads(folder, settings):  # another number would round differently
        data, valid = family.begun(recipe, model, data, valid, files, task=task, epoch=epoch)
    optimizer = build_optimizer(recipe.training.optimizer, model)
    setup = Setup(model=model, task=task, data=data, valid=valid, optimizer=optimizer, settings=settings)
    outcome = run_loop(setup, folder, seed=recipe.seed, resume=resume, live=live, notes=notes)
    check_interrupted(folder, outcome, how=f"softsearch resume {folder.path}")
    load_checkpoint(folder, best_of(folder), model=model)
    return _finished(folder, task, model, valid)


def _finished(folder: RunFolder, task: Any, model: Any, valid: Any) -> Path:
    """Score the validation data, and close the run."""
    score_trained(folder, task.ready(model.eval()), valid)
    with folder.locked():
        folder.update(status="finished")
    return folder.path
