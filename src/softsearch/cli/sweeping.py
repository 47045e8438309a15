"""`softsearch sweep`: one recipe, many settings, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from softsearch.cli.console import Json, Overrides, note, say, say_json, table

_OVER = "Values of a field: seed=1..3, or model.depth=20,56. May be given several times; every combination is trained."
_OUT = "The folder of the runs; default: runs/NAME-sweep. An interrupted sweep goes on there."
_ON = 'Score on "test", "valid", "train" (classifiers), or as for evaluate. Default: test.'


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
    for found in sweeps.sweep(settings, folder, on=on):
        if not as_json:
            say(f"{found['done']}/{len(settings)}  {_told(found['runs'][-1])}")
    if as_json:
        say_json(found["summary"])
        return
    say("")
    _show(found["summary"], data=found["data"])
    say(f"\nkept: {folder / sweeps.SUMMARY}")


def _show(summary: Sequence[Mapping[str, Any]], *, data: str) -> None:
    rows = [
        [
            _settings(each["values"]) or "all",
            name.replace("_", " "),
            str(each["count"]),
            f"{score['mean']:.4g}",
            f"{score['deviation']:.2g}" if each["count"] > 1 else "–",
            f"{score['low']:.4g} to {score['high']:.4g}" if each["count"] > 1 else "–",
        ]
        for each in summary
        for name, score in each["scores"].items()
    ]
    table(["setting", f"score on {data}", "runs", "mean", "deviation", "95 % interval of the mean"], rows)


def _told(run: Mapping[str, Any]) -> str:
    scores = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in run["scores"].items())
    return f"{_settings(run['values'])}: {scores}"


def _settings(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())
