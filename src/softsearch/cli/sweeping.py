"""`softsearch sweep`: one recipe, many settings, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from softsearch.cli.console import Json, Overrides, note, say, say_json, table
from softsearch.errors import Interrupted, RunError
from softsearch.inspection.files import IN_PER_CENT, score_shown

_OVER = "Values of a field: seed=1..3, or model.depth=20,56. May be given several times; every combination is trained."
_OUT = "The folder of the runs; default: runs/NAME-sweep. An interrupted sweep goes on there."
_ON = 'Score on "test", "valid", "train" (classifiers), or as for evaluate. Default: valid; of seeds or folds: test.'


def sweep(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of one that ships.")],
    over: Annotated[list[str], typer.Option(metavar="KEY=VALUES", help=_OVER)],
    overrides: Overrides = None,
    out: Annotated[Path | None, typer.Option(help=_OUT)] = None,
    on: Annotated[str | None, typer.Option(metavar="DATA", help=_ON)] = None,
    as_json: Json = False,
) -> None:
    """Train a recipe with every combination of some values, and tell means, deviations and intervals."""
    from softsearch.recipes.reading import load_recipe
    from softsearch.runs import sweeps

    axes = [sweeps.Axis.parse(text) for text in over]
    folder = out or Path("runs") / f"{load_recipe(recipe, overrides or ()).name}-sweep"
    settings = sweeps.settings_of(recipe, axes, overrides or (), folder)
    note(f"{len(settings)} runs in {folder}; interrupted, the same command goes on")
    found: dict[str, Any] = {}
    try:
        for found in sweeps.sweep(settings, folder, on=on):
            if not as_json:
                say(f"{found['done']}/{len(settings)}  {_told(found['last'])}")
    except Interrupted as interrupted:
        fix = "the same command goes on with the sweep"
        raise Interrupted(interrupted.problem, path=folder, fix=fix, exit_code=interrupted.exit_code) from None
    if as_json:
        say_json(found["summary"])
    else:
        say("")
        _show(found["summary"], data=found["data"])
        say(f"\nkept: {folder / sweeps.SUMMARY}")
    if failed := [run for run in found["runs"] if "failed" in run]:
        told = "".join(f"\n{_settings(run['values'])}: {run['failed']}" for run in failed)
        raise RunError(f"{len(failed)} of {len(settings)} trainings came to no end{told}")


def _show(summary: Sequence[Mapping[str, Any]], *, data: str) -> None:
    rows = [
        [
            _settings(each["values"]) or "all",
            name.replace("_", " "),
            str(each["count"]),
            score_shown(name, score["mean"]),
            score_shown(name, score["deviation"]) if each["count"] > 1 else "–",
            _interval(name, score) if score["deviation"] else "–",
        ]
        for each in summary
        for name, score in each["scores"].items()
    ]
    table(["setting", f"score on {data}", "runs", "mean", "deviation", "95 % interval of the mean"], rows)


def _interval(name: str, score: Mapping[str, Any]) -> str:
    """Return both ends; Student's interval of a share may reach beyond 0 or 1, where no share is."""
    low, high = score["low"], score["high"]
    if name in IN_PER_CENT:
        low, high = max(0.0, low), min(1.0, high)
    return f"{score_shown(name, low)} to {score_shown(name, high)}"


def _told(run: Mapping[str, Any]) -> str:
    if "failed" in run:
        return f"{_settings(run['values'])}: came to no end"
    scores = ", ".join(f"{name.replace('_', ' ')} {score_shown(name, value)}" for name, value in run["scores"].items())
    return f"{_settings(run['values'])}: {scores}"


def _settings(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())
