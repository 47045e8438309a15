"""From a recipe to a run folder, and from a run folder to something that translates."""

from __future__ import annotations

import datetime
import itertools
import json
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import torch

from softsearch import __version__
from softsearch.build.model import build_model
from softsearch.build.preparation import materialise, open_materialised
from softsearch.build.scored import OWN, pairs_to_score
from softsearch.build.training import build_settings, build_task
from softsearch.data.batches import PairData
from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import load_tokenizer
from softsearch.errors import Interrupted, RunError
from softsearch.files import folder_written_atomically, write_text_atomically
from softsearch.machine import environment, peak_memory_bytes
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import Duration, Recipe, dump_recipe, load_recipe, schema
from softsearch.tasks.translation import HeldOut, TranslationTask
from softsearch.tasks.translator import Translator
from softsearch.training.budget import measure_pace, time_for, total_steps
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder
from softsearch.training.loop import Outcome
from softsearch.training.loop import train as run_loop
from softsearch.training.optimisation import make_optimizer
from softsearch.training.position import TrainingData


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
    path = _real(Path(out) if out else unused_folder(Path("runs") / recipe.name))
    _refuse_taken(path, fix=f"choose another folder with --out, or go on with: softsearch resume {path}")
    recipe = _memorising(recipe) if overfit else recipe
    _make_parent(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as temporary:
        prepared = materialise(recipe, Path(temporary) / "data", overfit=overfit)
        files: dict[str, str | bytes] = {
            "recipe.yaml": dump_recipe(recipe),
            "environment.json": _json(environment()),
            "data-report.json": _json(prepared.report),
            "tokenizer.model": prepared.tokenizer.to_bytes(),
        }
        task = build_task(recipe, prepared.tokenizer, max_tokens=prepared.longest)
        about = {
            "status": "training",
            "created": _now(),
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
    return _train(folder, _recipe_of(folder), resume=True, live=live)


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
            optimizer=_optimizer(recipe.training, model),
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
    task, model = _task_of(folder), model or _model_of(folder)
    load_checkpoint(folder, _best(folder), model=model)
    return task.translator(model.eval())


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
    task, model = _task_of(folder), model or _model_of(folder)
    load_checkpoint(folder, _best(folder), model=model)
    return _evaluate(folder, task, model, name, pairs, beam=beam, on_progress=on_progress)


def prepare(recipe: Recipe, folder: Path | str) -> tuple[TranslationTask, PairData, HeldOut]:
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
    folder = _real(Path(folder))
    _refuse_taken(folder, fix="choose another folder, or delete it")
    with folder_written_atomically(folder) as temporary:
        found = materialise(recipe, temporary, overfit=None)
    task = build_task(recipe, found.tokenizer, max_tokens=found.longest)
    return task, *open_materialised(recipe, folder, name=found.name)


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
    outcome = run_loop(
        model=model,
        task=task,
        data=data,
        valid=valid,
        folder=folder,
        optimizer=_optimizer(training, model),
        settings=build_settings(training),
        seed=seed,
        resume=resume,
        live=live,
    )
    _check_interrupted(folder, outcome, how="the same call of fit, with resume=True")
    folder.update(status="finished")
    return outcome


def _folder_to_fit(path: Path, task: TranslationTask) -> RunFolder:
    about = {"status": "training", "created": _now(), "task": task.to_dict(), "vocabulary": task.tokenizer.size}
    files: dict[str, str | bytes] = {
        "environment.json": _json(environment()),
        "tokenizer.model": task.tokenizer.to_bytes(),
    }
    return RunFolder.create(path, files=files, about=about)


def _train(folder: RunFolder, recipe: Recipe, *, resume: bool, live: bool) -> Path:
    task = _task_of(folder)
    data, valid = open_materialised(recipe, folder.data, name=folder.about["data"])
    model = build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)
    outcome = run_loop(
        model=model,
        task=task,
        data=data,
        valid=valid,
        folder=folder,
        optimizer=_optimizer(recipe.training, model),
        settings=build_settings(recipe.training),
        seed=recipe.seed,
        resume=resume,
        live=live,
    )
    _check_interrupted(folder, outcome, how=f"softsearch resume {folder.path}")
    load_checkpoint(folder, _best(folder), model=model)
    _evaluate(folder, task, model, "valid", valid.pairs)  # the test data stay unopened until someone asks
    folder.update(status="finished")
    return folder.path


def _evaluate(
    folder: RunFolder,
    task: TranslationTask,
    model: SequenceModel,
    name: str,
    pairs: list[Pair],
    *,
    beam: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    evaluation = task.evaluate(model, pairs, beam=beam, on_progress=on_progress)
    if evaluation["decoding"]["beam"] != task.search["beam"]:
        name = f"{name}-beam{beam}"
    result = {"data": name, "date": _now(), "overfit": folder.about.get("overfit"), **evaluation}
    file = folder.path / "evaluations" / f"{name}.json"
    try:
        write_text_atomically(file, _json(result))
    except OSError as error:
        warnings.warn(f"{file}: the scores could not be kept: {error.strerror or error}", stacklevel=2)
    return result


def _optimizer(training: schema.Training, model: SequenceModel) -> torch.optim.Optimizer:
    optimizer = training.optimizer
    return make_optimizer(
        model,
        learning_rate=optimizer.learning_rate,
        weight_decay=optimizer.weight_decay,
        betas=optimizer.betas,
    )


def _task_of(folder: RunFolder) -> TranslationTask:
    return TranslationTask(load_tokenizer(folder.path / "tokenizer.model"), **folder.about["task"])


def _model_of(folder: RunFolder) -> SequenceModel:
    recipe = _recipe_of(folder)
    return build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)


def _recipe_of(folder: RunFolder) -> Recipe:
    path = folder.path / "recipe.yaml"
    if not path.exists():
        raise RunError(
            "this run was made without a recipe", path=folder.path, fix="from Python, give its model= to load"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whoever trained it has been warned
        return load_recipe(path)


def _best(folder: RunFolder) -> Literal["best", "last"]:
    """Return which weights to use: the last ones where no validation was finite."""
    return "last" if folder.best is None else "best"


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


def _check_interrupted(folder: RunFolder, outcome: Outcome, *, how: str) -> None:
    if outcome.interrupted_by is None:
        return
    raise Interrupted(
        f"interrupted by {outcome.interrupted_by.name} at step {outcome.step} of {outcome.total_steps}; all is saved",
        path=folder.path,
        fix=f"go on with: {how}",
        exit_code=outcome.exit_code,
    )


def unused_folder(path: Path) -> Path:
    """Return `path`, or the first of ``PATH-2``, ``PATH-3``, … that is not there yet."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([path], numbered) if not each.exists())


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        fix = "choose another folder with --out"
        raise RunError(f"cannot be written: {error.strerror}", path=path, fix=fix) from error


def _real(path: Path) -> Path:
    """Return the folder itself where `path` is a link or a dot: a run takes its place by a rename."""
    return path.resolve() if path.is_symlink() or path.name in ("", "..") else path


def _refuse_taken(path: Path, *, fix: str) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError("is there already and not empty", path=path, fix=fix)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
