"""`softsearch evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from softsearch.cli.console import Json, counting, note, say_json, scores_table
from softsearch.errors import SoftsearchError


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    on: Annotated[
        str | None,
        typer.Option(metavar="DATA", help='"test", "valid", a TSV file, or two files "a.de,a.en". Default: test.'),
    ] = None,
    beam: Annotated[int | None, typer.Option(min=1, help="Width of the beam; default: the recipe's.")] = None,
    as_json: Json = False,
) -> None:
    """Score a run on data that it has not trained on, with intervals, signatures and by length."""
    from softsearch import runs
    from softsearch.inspection.report import write_report

    with counting("sentences translated") as on_progress:
        evaluation = runs.evaluate(run, on=on, beam=beam, on_progress=on_progress)
    if as_json:
        say_json(evaluation)
    else:
        scores_table(evaluation)
    try:
        note(f"report: {write_report(run)}")
    except (SoftsearchError, OSError):
        if _is_kept(run, evaluation):
            raise
        note("report: left as it was")  # a folder that takes no scores takes no report; the first is warned of


def _is_kept(run: Path, evaluation: Mapping[str, Any]) -> bool:
    from softsearch.inspection.report import read_evaluations

    kept = read_evaluations(run / "evaluations").values()
    return any(each["date"] == evaluation["date"] for each in kept)
