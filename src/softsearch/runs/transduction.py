"""From the run of a transducer to its scores."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.build.transduction import algorithm_of, held_out_of, lacking_locations, largest_of, ranges_of
from softsearch.data.episodes.drawing import held_out
from softsearch.data.episodes.episodes import Episodes, Sizes, Uncertain
from softsearch.errors import DataError, nearest
from softsearch.metrics.score import Statistics
from softsearch.recipes import schema
from softsearch.runs.loading import load
from softsearch.runs.parts import keep_evaluation, now, recipe_of
from softsearch.tasks.traced import Trace
from softsearch.tasks.transduction import TrainedTransducer
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
    on = str(on or "test")
    if on in ("test", "valid"):
        _warn_of_memory(recipe, largest_of(recipe.data), which="the largest episodes")
        return score_episodes(folder, trained, held_out_of(recipe, on), data=on)
    name, sizes = _sizes(on, recipe)
    rows = {str(size): _scores(trained, _of_size(recipe, name, size, count=_SWEPT), recipe) for size in sizes}
    return _kept(folder, on, name, rows, file=f"{name}-{'-'.join(map(str, sizes))}")


def traced(run: Path | str, *, on: str | None = None) -> Trace:
    """Return what a run's network does in one episode, step by step.

    Parameters
    ----------
    on
        Its size, ``"length=30"``; by default one of the test episodes.

    Raises
    ------
    RunError, DataError
        The run cannot be read, or is of another kind; there are no such episodes.
    """
    folder = RunFolder.open(Path(run))
    recipe = recipe_of(folder)
    assert isinstance(recipe, schema.TransducerRecipe)
    if on is None or on in ("test", "valid"):
        return load(folder.path).traced(held_out_of(recipe, on or "test")[0])
    name, sizes = _sizes(on, recipe)
    if len(sizes) > 1:
        raise DataError("one episode has one size", value=on, fix=f"give one of them: {name}={sizes[0]}")
    return load(folder.path).traced(_of_size(recipe, name, sizes[0], count=1)[0])


def _of_size(recipe: schema.TransducerRecipe, name: str, size: int, *, count: int) -> list[Episodes]:
    """Return episodes of one size; their other sizes are the largest of training. Warn where the memory is small."""
    whole = {**largest_of(recipe.data), name: size}
    _warn_of_memory(recipe, whole, which=f"episodes of {name}={size}")
    ranges = {key: (each, each) for key, each in whole.items()}
    return held_out(algorithm_of(recipe.data), ranges, count=count, seed=recipe.seed, split=f"{name}={size}")


def _warn_of_memory(recipe: schema.TransducerRecipe, sizes: Sizes, *, which: str) -> None:
    lacking = lacking_locations(recipe, sizes, which=which)
    if lacking is not None:
        warnings.warn(f"{lacking.told}: they cannot all be kept", stacklevel=4)


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

    Where nobody can be sure, "least" is what they cost the best of all guesses.
    """
    task, algorithm = trained.task, algorithm_of(recipe.data)
    least = {}
    if isinstance(algorithm, Uncertain):
        least = {"least": float(np.concatenate([algorithm.least_bits(each) for each in episodes]).mean())}
    found = task.judged(trained.model, episodes)
    if task.written == "bits":
        each, blind = found.of_bits(), found._replace(costs=found.blind).of_bits()["bits"]
    else:
        each, blind = {"squared_error": 2 * found.costs / found.numbers}, 2 * found.blind / found.numbers
    return {
        "count": len(found.costs),
        "numbers": float(found.numbers.mean()),
        "metrics": {name: _mean(values, name).estimate().to_dict() for name, values in each.items()},
        "blind": float(blind.mean()),
        **least,
    }


def _mean(values: np.ndarray, signature: str) -> Statistics:
    counts = np.stack([values, np.ones(len(values))], axis=1)
    return Statistics(counts=counts, score=lambda total: float(total[0] / total[1]), signature=f"{signature}|mean")


def _sizes(on: str, recipe: schema.TransducerRecipe) -> tuple[str, list[int]]:
    """Return which size is swept, and over what."""
    names = list(ranges_of(recipe.data))
    name, _, listed = on.partition("=")
    allowed = f"test, valid, or {' or '.join(f'{each}=10,20,50' for each in names)}"
    if name not in names:
        raise DataError("there are no such episodes", value=on, allowed=allowed, nearest=nearest(name, names))
    sizes = [int(each) if each.strip().isdecimal() else 0 for each in listed.split(",")]
    if min(sizes) < 1:
        raise DataError("a size is a number from 1", value=on, allowed=allowed)
    return name, sizes
