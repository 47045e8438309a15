"""`softsearch evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from softsearch.cli.console import Json, counting, note, say, say_json
from softsearch.cli.scores import comparison_table, scores_table
from softsearch.errors import SoftsearchError

_ON = (
    '"test", "valid", a file of pairs, or two files "a.de,a.en"; of a language model, a text; of a classifier "train", '
    "a folder or zip file with one for each class, or a table or lines with classes; of a captioner "
    '"IMAGES,CAPTIONS"; of a transducer also the sizes of episodes, "length=10,20". Default: test.'
)
_GOLD = "Gold word links for these pairs, a line each, for the alignment error rate."
_FLIPS = "Of images: take the mean over each and its mirror image."
_MEMBER = "Another run that writes together with RUN, as an ensemble; may be given several times."
_COUNTED = {"translation": "sentences translated", "image_captioning": "images described"}


def evaluate(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders; several are compared.")],
    on: Annotated[str | None, typer.Option(metavar="DATA", help=_ON)] = None,
    gold: Annotated[Path | None, typer.Option(metavar="LINKS", help=_GOLD)] = None,
    gold_format: Annotated[
        Literal["naacl", "pharaoh"] | None,
        typer.Option(help="Links count words from 1 (naacl) or from 0 (pharaoh); default: told from the file."),
    ] = None,
    members: Annotated[list[Path] | None, typer.Option("--with", metavar="RUN", help=_MEMBER)] = None,
    beam: Annotated[int | None, typer.Option(min=1, help="Width of the beam; default: the recipe's.")] = None,
    ter: Annotated[bool, typer.Option("--ter", help="Also the translation edit rate, which may take long.")] = False,
    flips: Annotated[bool, typer.Option("--flips", help=_FLIPS)] = False,
    as_json: Json = False,
) -> None:
    """Score a run on data that it has not trained on, with intervals; or several, with tests of how they differ."""
    from softsearch import runs as api

    if on is not None and len(runs) > 1 and runs[-1].is_file():
        fix = f"two files are one word: --on {on},{runs[-1]}"
        raise SoftsearchError("this is a file, and no run", path=runs[-1], fix=fix)
    asked: dict[str, Any] = {"on": on, "gold": gold, "gold_format": gold_format, "beam": beam, "with_ter": ter}
    if members and len(runs) > 1:
        raise SoftsearchError("--with goes with one run, and several were given", fix="evaluate the ensemble by itself")
    if flips and len(runs) > 1:
        raise SoftsearchError("--flips goes with one run, and several were given", fix="evaluate them one at a time")
    kind = "translation" if len(runs) > 1 else api.kind_of(runs[0])  # only translators are compared
    with counting(_COUNTED.get(kind, "scoring")) as on_progress:
        if len(runs) > 1:
            found = api.compare(runs, **asked, on_progress=on_progress)
            kept = found["systems"]
        else:
            found = api.evaluate(runs[0], **asked, members=members or (), flips=flips, on_progress=on_progress)
            kept = [found]
    if as_json:
        say_json(found)
    else:
        _show(found)
    for run, evaluation in zip(runs, kept, strict=True):
        _report(run, evaluation)


def _show(found: Mapping[str, Any]) -> None:
    if "comparisons" not in found:
        scores_table(found)
        return
    for system in found["systems"]:
        say(f"{system['name']}:")
        scores_table(system)
        say("")
    comparison_table(found)


def _report(run: Path, evaluation: Mapping[str, Any]) -> None:
    from softsearch.inspection.report import write_report

    try:
        note(f"report: {write_report(run)}")
    except (SoftsearchError, OSError):
        if _is_kept(run, evaluation):
            raise
        note("report: left as it was")  # a folder that takes no scores takes no report; the first is warned of


def _is_kept(run: Path, evaluation: Mapping[str, Any]) -> bool:
    from softsearch.inspection.files import read_evaluations

    kept = read_evaluations(run / "evaluations").values()
    return any(each["date"] == evaluation["date"] for each in kept)
