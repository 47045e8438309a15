"""From the run of a transducer to its scores."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError

from softsearch.build.transduction import algorithm_of, held_out_of, lacking_locations, largest_of, ranges_of
from softsearch.data.episodes.algorithms import Uncertain
from softsearch.data.episodes.drawing import held_out_episodes
from softsearch.data.episodes.episodes import Episodes, Sizes
from softsearch.errors import DataError, RunError, nearest
from softsearch.metrics.classification import share
from softsearch.metrics.score import Statistics
from softsearch.recipes import schema
from softsearch.runs.loading import called, kind_of, load
from softsearch.runs.parts import keep_evaluation, recipe_of
from softsearch.seeding import derive
from softsearch.tasks.traced import Trace
from softsearch.tasks.transduction import TrainedTransducer
from softsearch.times import now
from softsearch.training.folder import RunFolder

_SWEPT = 320  # episodes of each size


def evaluate_episodes(folder: RunFolder, *, on: str | Path | None) -> dict[str, Any]:
    """Score the best weights of a run on episodes, and keep the result.

    Parameters
    ----------
    on
        "test" (the default), "valid", or sizes that may be larger than any in training: ``"length=10,20,50,120"``; the
        other sizes are then the largest of training.

    Raises
    ------
    RunError, DataError
        The run cannot be read; there are no such episodes.
    """
    recipe, trained = recipe_of(folder), load(folder.path)
    assert isinstance(recipe, schema.TransducerRecipe)
    on = "test" if on is None else str(on)
    if on in ("test", "valid"):
        _warn_of_memory(recipe, largest_of(recipe.data), which="the largest episodes", stacklevel=4)
        return score_episodes(folder, trained, held_out_of(recipe, on), data=on)
    name, asked = _asked(on, recipe)
    for sizes in asked:
        _warn_of_memory(recipe, sizes, which=f"episodes of {name}={sizes[name]}", stacklevel=4)
    rows = {str(sizes[name]): _scores(trained, _of_sizes(recipe, name, sizes, count=_SWEPT), recipe) for sizes in asked}
    return _kept(folder, on, name, rows, file=f"{name}-{'-'.join(rows)}")


def traced(run: Path | str, *, on: str | None = None) -> Trace:
    """Return what a run's network does in one episode, step by step.

    Parameters
    ----------
    on
        Its size, ``"length=30"``; by default the largest of training. Of "test" and "valid" it is the longest episode.

    Raises
    ------
    RunError, DataError
        The run cannot be read, or is of another kind; there are no such episodes.
    """
    folder = RunFolder.open(Path(run))
    if kind_of(folder) != "transduction":
        told = f"this run is {called(folder)}, and only a transducer is followed step by step"
        raise RunError(told, path=folder.path, fix="give the run of a transducer")
    recipe = recipe_of(folder)
    assert isinstance(recipe, schema.TransducerRecipe)
    if on in ("test", "valid"):
        episode = max(held_out_of(recipe, on), key=lambda each: each.inputs.shape[1])
    else:
        name, (sizes, *others) = _largest(recipe) if on is None else _asked(on, recipe)
        if others:
            raise DataError("one episode has one size", value=on, fix=f"give one of them: {name}={sizes[name]}")
        _warn_of_memory(recipe, sizes, which=f"episodes of {name}={sizes[name]}", stacklevel=3)
        (episode,) = _of_sizes(recipe, name, sizes, count=1)
    with _repeatable(recipe):
        return load(folder.path).traced(episode)


def _largest(recipe: schema.TransducerRecipe) -> tuple[str, list[Sizes]]:
    """Return the largest sizes of training, as :func:`_asked` does."""
    sizes = largest_of(recipe.data)
    return next(iter(sizes)), [sizes]


def _of_sizes(recipe: schema.TransducerRecipe, name: str, sizes: Sizes, *, count: int) -> list[Episodes]:
    """Return so many episodes of one size; `name` is that of its sizes which was asked for."""
    ranges = {key: (each, each) for key, each in sizes.items()}
    return held_out_episodes(
        algorithm_of(recipe.data), ranges, count=count, seed=recipe.seed, split=f"{name}={sizes[name]}"
    )


def _warn_of_memory(recipe: schema.TransducerRecipe, sizes: Sizes, *, which: str, stacklevel: int) -> None:
    """Warn where the memory is small; `stacklevel` as in :func:`warnings.warn`, seen from here."""
    lacking = lacking_locations(recipe, sizes, which=which)
    if lacking is not None:
        warnings.warn(f"{lacking.told}: they cannot all be kept", stacklevel=stacklevel)


@contextlib.contextmanager
def _repeatable(recipe: schema.TransducerRecipe) -> Iterator[None]:
    """Have what a network draws, such as the memory that it starts with, follow from the recipe's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(recipe.seed, "evaluation"))
        yield


def score_episodes(
    folder: RunFolder, trained: TrainedTransducer, episodes: Sequence[Episodes], *, data: str = "valid"
) -> dict[str, Any]:
    """Score episodes, and keep the result in the run folder."""
    recipe = recipe_of(folder)
    assert isinstance(recipe, schema.TransducerRecipe)
    return _kept(folder, data, "sizes", {"as trained": _scores(trained, episodes, recipe)}, file=data)


def _kept(
    folder: RunFolder, data: str, swept: str, rows: Mapping[str, Mapping[str, Any]], *, file: str
) -> dict[str, Any]:
    """Keep and return an evaluation; where sizes were swept, those of its scores that are called "bits_120"."""
    found = {
        "kind": "episodes",
        "data": data,
        "data_id": data,
        "steps": folder.in_use,
        "date": now(),
        "overfit": folder.about.get("overfit"),
        "count": sum(row["count"] for row in rows.values()),
        "metrics": {
            name if len(rows) == 1 else f"{name}_{size}": score
            for size, row in rows.items()
            for name, score in row["metrics"].items()
        },
        "swept": swept,
        "sizes": dict(rows),
    }
    keep_evaluation(folder.path / "evaluations" / f"{file}.json", found)
    return found


def _scores(
    trained: TrainedTransducer, episodes: Sequence[Episodes], recipe: schema.TransducerRecipe
) -> dict[str, Any]:
    """Return the scores of episodes with intervals over them, and what they cost against other episodes' targets.

    That is of those in batches of several, and None where there are none. Where nobody can be sure, "least" is what
    they cost the best of all guesses.
    """
    task, algorithm = trained.task, algorithm_of(recipe.data)
    least = {}
    if isinstance(algorithm, Uncertain):
        least = {"least": float(np.concatenate([algorithm.least_bits(each) for each in episodes]).mean())}
    with _repeatable(recipe):
        found = trained.judged(episodes)
    if task.written == "bits":
        each, blind = found.of_bits(), found._replace(costs=found.blind).of_bits()["bits"]
    else:
        each, blind = {"squared_error": 2 * found.costs / found.numbers}, 2 * found.blind / found.numbers
    blind = blind[~np.isnan(blind)]
    return {
        "count": len(found.costs),
        "numbers": float(found.numbers.mean()),
        "metrics": {name: _mean(name, values) for name, values in each.items()},
        "blind": float(blind.mean()) if len(blind) else None,
        **least,
    }


def _mean(name: str, values: np.ndarray) -> dict[str, Any]:
    """Return the mean of a score with its interval: of a share Wilson's, of others from resampling the episodes."""
    signature = f"{name}|mean"
    if name == "exact":
        return {**share(int(values.sum()), len(values))._asdict(), "signature": signature}
    counts = np.stack([values, np.ones(len(values))], axis=1)
    return Statistics(counts, lambda total: float(total[0] / total[1]), signature).estimate().to_dict()


def _asked(on: str, recipe: schema.TransducerRecipe) -> tuple[str, list[Sizes]]:
    """Return which size is swept, and all sizes for each of its values: the others are the largest of training."""
    names = list(ranges_of(recipe.data))
    name, _, listed = on.partition("=")
    allowed = f"test, valid, or {' or '.join(f'{each}=10,20,50' for each in names)}"
    if name not in names:
        raise DataError("there are no such episodes", value=on, allowed=allowed, nearest=nearest(name, names))
    try:
        asked: list[Sizes] = [{**largest_of(recipe.data), name: int(each)} for each in listed.split(",")]
    except ValueError:
        raise DataError(f"{name}: a size is a whole number", value=on, allowed=allowed) from None
    if len({sizes[name] for sizes in asked}) < len(asked):
        raise DataError(f"{name}: a size is given twice", value=on, fix="give each of them once")
    for sizes in asked:
        _refuse_impossible(sizes, recipe.data, on)
    return name, asked


def _refuse_impossible(sizes: Sizes, data: schema.EpisodeSource, on: str) -> None:
    """Raise an error where a recipe could not ask for episodes of these sizes."""
    try:
        type(data).model_validate({**data.model_dump(), **{name: (size, size) for name, size in sizes.items()}})
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        context = details.get("ctx", {})
        wrong = context.get("key") or details["loc"][0]
        allowed = context.get("allowed") or details["msg"].removeprefix("Input should be ")
        episodes = ", ".join(f"{name}={size}" for name, size in sizes.items())
        told = f"there are no episodes of {episodes}: {context.get('problem', 'a size is out of range')}"
        raise DataError(told, value=on, allowed=f"{wrong}: {allowed}") from None
