"""`softsearch train` and `softsearch resume`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from softsearch.cli.console import Overrides, note, say, table
from softsearch.cli.scores import name_of, scores_table

_NEXT = {
    "translation": ("predict {}", 'look {} --attention "a sentence"'),
    "language_model": ('predict {} --prompt "The"',),
    "image_classification": ("predict {} PICTURE", "look {} --kernels"),
    "sentence_classification": ("predict {}",),
    "image_captioning": ("predict {} PICTURE --overlay FOLDER",),
    "transduction": ("look {} --memory",),
    "execution": ("predict {} FILE",),
}
"""What can be done with a run of each kind of task."""

_OVERFIT = "Train on N pairs, lines, images, sentences, episodes or programs only: the loss must go to zero."
_FROM = "Fine-tune: start from this run's weights and vocabulary; of images also a file of published weights."


def train(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of one that ships.")],
    overrides: Overrides = None,
    out: Annotated[Path | None, typer.Option(help="The run folder to write; default: runs/NAME.")] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help=_FROM),
    ] = None,
    overfit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help=_OVERFIT),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Time a few steps, predict the rest, train nothing.")
    ] = False,
) -> None:
    """Train what a recipe describes, score it and write its report."""
    from softsearch import runs
    from softsearch.recipes.reading import load_recipe

    loaded = load_recipe(recipe, overrides or ())
    if dry_run:
        if out is not None:
            note("warning: --out has no effect with --dry-run, which keeps nothing")
        _show_forecast(runs.dry_run(loaded, start=start, overfit=overfit))
    else:
        finish(runs.train(loaded, out, start=start, overfit=overfit, live=True))


def resume(
    run: Annotated[Path, typer.Argument(help="The folder of an interrupted run.")],
    overrides: Overrides = None,
) -> None:
    """Go on with an interrupted training, as if it had never stopped, or with other limits."""
    from softsearch import runs

    changes = overrides or []
    if runs.is_finished(run, changes):
        note(f"{run}: this training is finished; softsearch evaluate {run} scores it again")
        return
    finish(runs.resume(run, changes, live=True))


def finish(run: Path) -> None:
    """Print the scores of a trained run, write its report and say what can be done next."""
    from softsearch import runs
    from softsearch.inspection.files import outdated, read_evaluations
    from softsearch.inspection.report import write_report
    from softsearch.training.folder import RunFolder

    evaluations, in_use = read_evaluations(run / "evaluations").values(), RunFolder.open(run).in_use
    for evaluation in evaluations:
        if outdated(evaluation, in_use) is None:
            scores_table(evaluation)
            say("")
    earlier = [name_of(evaluation) for evaluation in evaluations if outdated(evaluation, in_use)]
    if earlier:
        say(f"scored with earlier weights, and left out here: {', '.join(earlier)}")
    say(f"run: {run}")
    say(f"report: {write_report(run)}")
    note("next: " + "\n      ".join(f"softsearch {command.format(run)}" for command in _NEXT[runs.kind_of(run)]))
    if (
        any((run / "data" / name).exists() for name in ("test.tsv", "test"))
        and not (run / "evaluations" / "test.json").exists()
    ):
        note(f"once all is settled: softsearch evaluate {run}   (opens the test data)")


def _show_forecast(forecast: Mapping[str, Any]) -> None:
    from softsearch.times import duration

    items = forecast["train_items"]
    count = "" if items is None else f"{items:,} "
    rows = [
        ["parameters", f"{forecast['parameters']:,}"],
        *([name, f"{forecast[name]:,}"] for name in ("vocabulary", "classes") if name in forecast),
        ["to train on", f"{count}{forecast['items']}{', drawn without end' * (items is None)}"],
        ["a step", f"{1000 * forecast['seconds_per_step']:.0f} ms"],
        ["steps", f"{forecast['steps']:,}, or fewer where the validation stops improving"],
        ["time", duration(forecast["predicted_s"])],
    ]
    memory = forecast["peak_memory_bytes"]
    if memory is not None:  # some systems do not tell
        rows.append(["memory, at most", f"{memory / 2**20:,.0f} MiB"])
    table(["forecast", ""], rows)
    for remark in forecast["remarks"]:
        note(f"warning: {remark}")
