"""From the run of an executor of programs to its scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.build.execution import held_out_of
from softsearch.data.programs.batches import HeldOutLevel
from softsearch.errors import DataError, nearest
from softsearch.metrics.classification import share
from softsearch.metrics.score import Statistics
from softsearch.recipes import schema
from softsearch.runs.loading import load
from softsearch.runs.parts import keep_evaluation, recipe_of
from softsearch.tasks.execution import Executed, Executor
from softsearch.times import now
from softsearch.training.folder import RunFolder

_WORST, _BEST = 24, 6


def evaluate_programs(folder: RunFolder, *, on: str | Path | None) -> dict[str, Any]:
    """Score the best weights of a run on programs of each length and nesting, and keep the result.

    Parameters
    ----------
    on
        "test" (the default) or "valid".

    Raises
    ------
    RunError, DataError
        The run cannot be read; there are no such programs.
    """
    recipe = recipe_of(folder)
    assert isinstance(recipe, schema.ExecutionRecipe)
    name = "test" if on is None else str(on)
    if name in ("test", "valid"):
        held_out = held_out_of(recipe, "test" if name == "test" else "valid")
        return score_programs(folder, load(folder.path), held_out, data=name)
    raise DataError(
        "there are no such programs", value=on, allowed="test, valid", nearest=nearest(name, ("test", "valid"))
    )


def score_programs(
    folder: RunFolder, executor: Executor, held_out: Sequence[HeldOutLevel], *, data: str = "valid"
) -> dict[str, Any]:
    """Score programs, and keep the result in the run folder: of all levels, and in full of the last one."""
    levels, last = [], held_out[-1]
    for each in held_out:
        _, right = executor.forced(each.exercises)
        executed = executor.run(each.exercises)
        levels.append(
            {
                "length": each.level.length,
                "nesting": each.level.nesting,
                "count": len(executed),
                "accuracy": float(np.concatenate(right).mean()),
                "exact": float(np.mean([one.is_right for one in executed])),
            }
        )
    # `right` and `executed` are those of the last level from here on.
    num_right = sum(one.is_right for one in executed)
    found = {
        "kind": "programs",
        "data": data,
        "data_id": data,
        "steps": folder.in_use,
        "date": now(),
        "overfit": folder.about.get("overfit"),
        "count": len(last.exercises),
        "length": last.level.length,
        "nesting": last.level.nesting,
        "metrics": {
            "accuracy": _of_characters(right),
            "exact": {**share(num_right, len(executed))._asdict(), "signature": "free-running|greedy"},
        },
        "blind": _blind(executed),
        "levels": levels,
        "worst": [_shown(one) for one in sorted(executed, key=lambda one: one.log_prob) if not one.is_right][:_WORST],
        "best": [_shown(one) for one in executed if one.is_right][:_BEST],
    }
    keep_evaluation(folder.path / "evaluations" / f"{data}.json", found)
    return found


def _of_characters(right: Sequence[np.ndarray]) -> dict[str, float | str]:
    """Return the share of right characters; those of one program go together."""
    counts = np.array([(each.sum(), len(each)) for each in right], dtype=float)
    return Statistics(counts, lambda total: float(total[0] / total[1]), "teacher-forced").estimate().to_dict()


def _blind(executed: Sequence[Executed]) -> float | None:
    """Return the share of answers that are right for the exercise after their own; None where there is no other."""
    if len(executed) == 1:
        return None
    others = [*executed[1:], *executed[:1]]
    return float(np.mean([one.written == other.exercise.target for one, other in zip(executed, others, strict=True)]))


def _shown(one: Executed) -> dict[str, Any]:
    return {
        "program": one.exercise.drawn,
        "answer": one.exercise.target,
        "written": one.written,
        "wrong": one.wrong,
    }
