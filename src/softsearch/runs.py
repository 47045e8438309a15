"""From a recipe to a run folder, and from a run folder to something that translates."""

from __future__ import annotations

import datetime
import importlib.metadata
import itertools
import json
import os
import platform
import resource
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch

from softsearch.build.corpus import Corpus, build_corpus, first_pairs
from softsearch.build.model import build_model
from softsearch.build.tokenizer import build_tokenizer
from softsearch.build.training import build_settings, build_task
from softsearch.data.batches import PairData
from softsearch.data.parallel import Pair, PairReport, read_pairs, read_tsv, write_pairs
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import Tokenizer, load_tokenizer
from softsearch.errors import DataError, Interrupted, RunError, nearest
from softsearch.files import write_text_atomically
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import Recipe, dump_recipe, load_recipe, schema
from softsearch.tasks.translation import HeldOut, TranslationTask
from softsearch.tasks.translator import Translator
from softsearch.training.budget import measure_pace, steps_within, time_for
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder
from softsearch.training.loop import Outcome
from softsearch.training.loop import train as run_loop
from softsearch.training.optimisation import make_optimizer
from softsearch.training.position import TrainingData, count_steps

_TOKENIZER_THREADS = 2  # another number may choose other subwords
_ANY_LENGTH = 10**9


class _Prepared(NamedTuple):
    """A recipe's data, ready to train on."""

    tokenizer: Tokenizer
    corpus: Corpus
    report: dict[str, Any]


def train(recipe: Recipe, out: Path | None = None, *, overfit: int | None = None, live: bool = True) -> Path:
    """Train what a recipe describes, score the best weights on the held-out data, and return the run folder.

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
    path = out or _unused(Path("runs") / recipe.name)
    _refuse_taken(path)
    recipe = _memorising(recipe) if overfit else recipe
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as temporary:
        prepared = _prepare(recipe, Path(temporary), overfit=overfit)
        files: dict[str, str | bytes] = {
            "recipe.yaml": dump_recipe(recipe),
            "environment.json": _json(_environment()),
            "data-report.json": _json(prepared.report),
            "tokenizer.model": prepared.tokenizer.to_bytes(),
        }
        task = build_task(recipe, prepared.tokenizer, max_tokens=prepared.corpus.max_tokens)
        about = {
            "status": "training",
            "created": _now(),
            "softsearch": importlib.metadata.version("softsearch"),
            "languages": {"source": recipe.data.source, "target": recipe.data.target},
            "vocabulary": prepared.tokenizer.size,
            "data": prepared.corpus.name,
            "task": task.to_dict(),
        }
        folder = RunFolder.create(path, files=files, about=about)
        (Path(temporary) / "data").rename(path / "data")
    return _train(folder, recipe, resume=False, live=live)


def resume(run: Path, *, live: bool = True) -> Path:
    """Go on with an interrupted training, to the weights that it would have had without the interruption.

    Raises
    ------
    RunError
        Not a run, damaged, made without a recipe, or interrupted before its data were prepared.
    Interrupted
        As in :func:`train`.
    """
    folder = RunFolder.open(run)
    return _train(folder, _recipe_of(folder), resume=True, live=live)


def dry_run(recipe: Recipe) -> dict[str, Any]:
    """Prepare the data, take some steps, and foretell size, time and memory; nothing is kept."""
    settings = build_settings(recipe.training)
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    with tempfile.TemporaryDirectory() as temporary:
        prepared = _prepare(recipe, Path(temporary), overfit=None)
        task = build_task(recipe, prepared.tokenizer, max_tokens=prepared.corpus.max_tokens)
        data, valid = _training_data(recipe, Path(temporary) / "data", prepared.corpus.name)
        model = build_model(recipe.model, vocabulary=prepared.tokenizer.size, seed=recipe.seed)
        pace = measure_pace(
            model=model,
            task=task,
            data=data,
            valid=valid,
            optimizer=_optimizer(recipe, model),
            settings=settings,
            save_s=0.0,
        )
        steps = settings.max_steps
        if settings.budget_s is not None:
            affordable = steps_within(settings.budget_s, spent_s=0.0, pace=pace, settings=settings)
            steps = affordable if steps is None else min(steps, affordable)
        if settings.max_epochs is not None:
            steps = count_steps(data, epochs=settings.max_epochs, limit=steps)
    assert steps is not None  # the schema sees to a limit
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_pairs": len(data),
        "vocabulary": prepared.tokenizer.size,
        "seconds_per_step": pace.step_s,
        "steps": steps,
        "predicted_s": time_for(steps, pace=pace, settings=settings),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
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
    name, pairs = _pairs_to_score(folder, on)
    task, model = _task_of(folder), model or _model_of(folder)
    load_checkpoint(folder, _best(folder), model=model)
    return _evaluate(folder, task, model, name, pairs, beam=beam, on_progress=on_progress)


def fit(
    model: SequenceModel,
    task: TranslationTask,
    data: TrainingData,
    out: Path | str,
    *,
    valid: Any,
    training: Mapping[str, Any],
    seed: int = 1,
    live: bool = True,
) -> Outcome:
    """Train a network of one's own, without a recipe, into a run folder.

    Parameters
    ----------
    model
        Its class says what it must have.
    data, valid
        What to train on and what ``task.validate`` reads.
    training
        The fields of a recipe's ``training``, such as ``{"max_steps": 500}``.

    Raises
    ------
    RecipeError
        `training` has an unknown field or a wrong value.
    RunError
        As in :func:`train`.
    """
    recipe = schema.Training.model_validate(dict(training))
    settings = build_settings(recipe)
    about = {"status": "training", "created": _now(), "task": task.to_dict(), "vocabulary": task.tokenizer.size}
    files: dict[str, str | bytes] = {
        "environment.json": _json(_environment()),
        "tokenizer.model": task.tokenizer.to_bytes(),
    }
    folder = RunFolder.create(Path(out), files=files, about=about)
    optimizer = make_optimizer(
        model,
        learning_rate=settings.learning_rate,
        weight_decay=recipe.optimizer.weight_decay,
        betas=recipe.optimizer.betas,
    )
    outcome = run_loop(
        model=model,
        task=task,
        data=data,
        valid=valid,
        folder=folder,
        optimizer=optimizer,
        settings=settings,
        seed=seed,
        live=live,
    )
    _check_interrupted(folder, outcome)
    folder.update(status="finished")
    return outcome


def _train(folder: RunFolder, recipe: Recipe, *, resume: bool, live: bool) -> Path:
    task = _task_of(folder)
    data, valid = _training_data(recipe, folder.path / "data", folder.about["data"])
    model = build_model(recipe.model, vocabulary=folder.about["vocabulary"], seed=recipe.seed)
    outcome = run_loop(
        model=model,
        task=task,
        data=data,
        valid=valid,
        folder=folder,
        optimizer=_optimizer(recipe, model),
        settings=build_settings(recipe.training),
        seed=recipe.seed,
        resume=resume,
        live=live,
    )
    _check_interrupted(folder, outcome)
    load_checkpoint(folder, _best(folder), model=model)
    for name in ("valid", "test"):
        path = folder.path / "data" / f"{name}.tsv"
        if path.exists():
            _evaluate(folder, task, model, name, list(read_tsv(path, report=PairReport())))
    folder.update(status="finished")
    return folder.path


def _prepare(recipe: Recipe, temporary: Path, *, overfit: int | None) -> _Prepared:
    """Read and tokenise the data into ``temporary / "data"``."""
    corpus = build_corpus(recipe.data, seed=recipe.seed)
    corpus = first_pairs(corpus, overfit) if overfit else corpus
    tokenizer = build_tokenizer(recipe.tokenizer, corpus, seed=recipe.seed, threads=_TOKENIZER_THREADS)
    report = PairReport()
    folder = temporary / "data"
    TokenStore.write(folder / "train", corpus.train(report), tokenizer, max_tokens=corpus.max_tokens, report=report)
    TokenStore.write(folder / "valid", corpus.valid, tokenizer, max_tokens=_ANY_LENGTH, report=PairReport())
    write_pairs(folder / "valid.tsv", corpus.valid)
    if corpus.test is not None:
        write_pairs(folder / "test.tsv", corpus.test)
    reports = {name: each.to_dict() for name, each in {"train": report, **corpus.reports}.items()}
    return _Prepared(tokenizer, corpus, reports)


def _training_data(recipe: Recipe, folder: Path, name: str) -> tuple[PairData, HeldOut]:
    if not (folder / "valid.tsv").exists():
        fix = f"delete {folder.parent} and train again"
        raise RunError("this run has no prepared data: it was interrupted too early", path=folder, fix=fix)
    batch_tokens = recipe.training.batch_tokens
    data = PairData(TokenStore(folder / "train"), name=name, batch_tokens=batch_tokens, seed=recipe.seed)
    pairs = list(read_tsv(folder / "valid.tsv", report=PairReport()))
    return data, HeldOut("valid", pairs, TokenStore(folder / "valid"))


def _pairs_to_score(folder: RunFolder, on: str | Path | None) -> tuple[str, list[Pair]]:
    """Return a name for the data, which is a file name too, and the pairs."""
    own = folder.path / "data"
    if on is None:
        on = "test" if (own / "test.tsv").exists() else "valid"
    text = str(on)
    if text in ("test", "valid"):
        path = own / f"{text}.tsv"
        if not path.exists():
            there = [each.stem for each in sorted(own.glob("*.tsv"))]
            raise RunError(f"this run has no {text} data", path=folder.path, allowed=[*there, "a file of pairs"])
        return text, list(read_tsv(path, report=PairReport()))
    if "," in text and not Path(text).exists():
        source, target = (Path(part) for part in text.split(",", 1))
        return source.stem, list(read_pairs(source=source, target=target, report=PairReport()))
    path = Path(text)
    if not path.exists():
        raise DataError(
            "there is no such file of pairs",
            path=path,
            allowed="test, valid, a file of tab-separated pairs, or SOURCE,TARGET",
            nearest=nearest(text, ["test", "valid"]),
        )
    return path.stem, list(read_tsv(path, report=PairReport()))


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
    result = {"data": name, "date": _now(), **evaluation}
    file_name = f"evaluations/{name}.json"
    with folder.writing(file_name):
        write_text_atomically(folder.path / file_name, _json(result))
    return result


def _optimizer(recipe: Recipe, model: SequenceModel) -> torch.optim.Optimizer:
    optimizer = recipe.training.optimizer
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
    return recipe.model_copy(
        update={
            "task": recipe.task.model_copy(update={"label_smoothing": 0.0}),
            "model": recipe.model.model_copy(update={"dropout": 0.0}),
        }
    )


def _check_interrupted(folder: RunFolder, outcome: Outcome) -> None:
    if outcome.interrupted_by is None:
        return
    raise Interrupted(
        f"interrupted by {outcome.interrupted_by.name} at step {outcome.step} of {outcome.total_steps}; all is saved",
        path=folder.path,
        fix=f"go on with: softsearch resume {folder.path}",
        exit_code=outcome.exit_code,
    )


def _unused(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([path], numbered) if not each.exists())


def _refuse_taken(path: Path) -> None:
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        fix = f"choose another folder with --out, or go on with: softsearch resume {path}"
        raise RunError("is there already and not empty", path=path, fix=fix)


def _environment() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }


def _processor() -> str:
    """Return the processor's name, which Linux keeps in a file of its own."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
