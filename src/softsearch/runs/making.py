"""From a recipe to a run folder: train, resume, and foretell what a training would take."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch

from softsearch import __version__
from softsearch.build.model import build_model
from softsearch.build.preparation import materialise, open_materialised
from softsearch.build.task import build_task
from softsearch.build.training import build_settings
from softsearch.machine import environment, peak_memory_bytes
from softsearch.recipes import Duration, Recipe, dump_recipe, schema
from softsearch.runs.evaluation import score
from softsearch.runs.folders import make_parent, real, refuse_taken, unused_folder
from softsearch.runs.parts import as_json, best_of, check_interrupted, now, optimizer_of, recipe_of, task_of
from softsearch.training.budget import measure_pace, time_for, total_steps
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder
from softsearch.training.loop import train as run_loop


def train(recipe: Recipe, out: Path | str | None = None, *, overfit: int | None = None, live: bool = True) -> Path:
    """Train what a recipe describes, score the best weights on the validation data, and return the run folder.

    The test data are left for :func:`evaluate`: whoever tries ten settings should not see ten test scores.

    Parameters
    ----------
    out
        The folder to write; by default ``runs/NAME`` or, where that is taken, ``runs/NAME-2`` and so on.
    overfit
        Train and validate on this many pairs, without dropout and smoothing: a model that can learn must learn them.
    live
        Show progress on stderr.

    Raises
    ------
    RunError, DataError
        The folder is in use or not empty; the disk is full; the data cannot be used; the loss is not finite.
    Interrupted
        Ctrl-C or SIGTERM ended it after a checkpoint; :func:`resume` goes on from there.
    """
    path = real(Path(out) if out else unused_folder(Path("runs") / recipe.name))
    refuse_taken(path, fix=f"choose another folder with --out, or go on with: softsearch resume {path}")
    recipe = _memorising(recipe) if overfit else recipe
    make_parent(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as temporary:
        prepared = materialise(recipe, Path(temporary) / "data", overfit=overfit)
        files: dict[str, str | bytes] = {
            "recipe.yaml": dump_recipe(recipe),
            "environment.json": as_json(environment()),
            "data-report.json": as_json(prepared.report),
            "tokenizer.model": prepared.tokenizer.to_bytes(),
        }
        task = build_task(recipe, prepared.tokenizer, max_tokens=prepared.longest)
        about = {
            "status": "training",
            "created": now(),
            "softsearch": __version__,
            "overfit": overfit,
            "languages": {"source": recipe.data.source, "target": recipe.data.target},
            "vocabulary": prepared.tokenizer.size,
            "data": prepared.name,
            "task": task.to_dict(),
        }
        folder = RunFolder.create(path, files=files, about=about, data=Path(temporary) / "data")
    return _train(folder, recipe, resume=False, live=live)


def resume(run: Path | str, *, live: bool = True) -> Path:
    """Go on with an interrupted training, to the weights that it would have had without the interruption.

    Raises
    ------
    RunError
        Not a run, damaged, made without a recipe, or interrupted before its data were prepared.
    Interrupted
        As in :func:`train`.
    """
    folder = RunFolder.open(Path(run))
    return _train(folder, recipe_of(folder), resume=True, live=live)


def is_finished(run: Path | str) -> bool:
    """Return whether a run's training came to its end, so that resuming would only score it again."""
    return bool(RunFolder.open(Path(run)).about["status"] == "finished")


def dry_run(recipe: Recipe, *, overfit: int | None = None) -> dict[str, Any]:
    """Prepare the data, take some steps, and foretell size, time in seconds and memory in bytes; nothing is kept."""
    recipe = _memorising(recipe) if overfit else recipe
    settings = build_settings(recipe.training)
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    with tempfile.TemporaryDirectory() as temporary:
        prepared = materialise(recipe, Path(temporary) / "data", overfit=overfit)
        task = build_task(recipe, prepared.tokenizer, max_tokens=prepared.longest)
        data, valid = open_materialised(recipe, Path(temporary) / "data", name=prepared.name)
        model = build_model(recipe.model, vocabulary=prepared.tokenizer.size, seed=recipe.seed)
        pace = measure_pace(
            model=model,
            task=task,
            data=data,
            valid=valid,
            optimizer=optimizer_of(recipe.training, model),
            settings=settings,
            save_s=0.0,
        )
        steps = total_steps(data, settings, pace=pace, spent_s=0.0)
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_pairs": len(data),
        "vocabulary": prepared.tokenizer.size,
        "seconds_per_step": pace.step_s,
        "steps": steps,
        "predicted_s": time_for(steps, pace=pace, settings=settings),
        "peak_memory_bytes": peak_memory_bytes(),
    }


def _train(folder: RunFolder, recipe: Recipe, *, resume: bool, live: bool) -> Path:
    task = task_of(folder)
    data, valid = open_materialised(recipe, folder.data, name=folder.about["data"])
    model = build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)
    outcome = run_loop(
        model=model,
        task=task,
        data=data,
        valid=valid,
        folder=folder,
        optimizer=optimizer_of(recipe.training, model),
        settings=build_settings(recipe.training),
        seed=recipe.seed,
        resume=resume,
        live=live,
    )
    check_interrupted(folder, outcome, how=f"softsearch resume {folder.path}")
    load_checkpoint(folder, best_of(folder), model=model)
    score(folder, task, model, "valid", valid.pairs)  # the test data stay unopened until someone asks
    folder.update(status="finished")
    return folder.path


def _memorising(recipe: Recipe) -> Recipe:
    """Return the recipe without what hinders learning by heart, to stop soon after BLEU no longer rises."""
    return recipe.model_copy(
        update={
            "task": recipe.task.model_copy(update={"label_smoothing": 0.0}),
            "model": recipe.model.model_copy(update={"dropout": 0.0}),
            "training": recipe.training.model_copy(
                update={"validate_every": Duration(50, "steps"), "stop": schema.Stop(on="bleu", patience=3)}
            ),
        }
    )
