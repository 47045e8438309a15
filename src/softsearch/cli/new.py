"""`softsearch new translation`: looks at a corpus and writes a recipe that fits it."""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.cli.console import note, say
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.cli.forecasting import Forecast
    from softsearch.cli.survey import Survey

app = typer.Typer(help="Write a recipe for your own data.", no_args_is_help=True)

LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?")
NOT_LANGUAGES = {".gz", ".txt", ".tsv", ".tok", ".raw", ".csv"}


@app.callback()
def _group() -> None:
    """Write a recipe for your own data."""


@app.command()
def translation(
    source_file: Annotated[
        list[Path] | None, typer.Option(help="Sentences, one a line; several times for several corpora.")
    ] = None,
    target_file: Annotated[list[Path] | None, typer.Option(help="Their translations, line by line.")] = None,
    pairs: Annotated[
        list[Path] | None,
        typer.Option(help="A file of both: source TAB target, source ||| target, or JSON lines; may be repeated."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Such as de; default: what the data call it.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Such as en; default: what the data call it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The recipe to write; default: SOURCE-TARGET.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a recipe that is there.")] = False,
    measure: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Time some steps to predict how long training takes.")
    ] = True,
) -> None:
    """Look at a parallel corpus and write a commented recipe whose sizes fit it."""
    corpora = _corpora(source_file or [], target_file or [], pairs or [])
    source, target = _languages(corpora, source, target)
    out = out or Path(f"{source}-{target}.yaml")
    if out.exists() and not force:
        raise SoftsearchError("there is a recipe already", path=out, fix="--force replaces it, --out writes another")
    _require_writable(out)
    _write(corpora, source, target, out, measure=measure)
    say(f"recipe: {out}")
    say(f"next: softsearch check {out}\n      softsearch train {out}")


def _require_writable(out: Path) -> None:
    """Raise an error unless a file can be made beside `out`."""
    if not out.absolute().parent.is_dir():
        raise SoftsearchError(
            "the folder to write into does not exist",
            path=out,
            fix=f"make {out.parent} first, or choose another folder",
        )
    try:
        tempfile.TemporaryFile(dir=out.absolute().parent).close()
    except OSError as error:
        fix = "choose another folder with --out"
        raise SoftsearchError(f"cannot be written: {error.strerror}", path=out, fix=fix) from error


def _write(corpora: list[list[Path]], source: str, target: str, out: Path, *, measure: bool) -> None:
    """Write the recipe, with the time that it takes where steps are to be timed."""
    from softsearch.cli.sizing import sizes_for
    from softsearch.cli.survey import in_short, part_of, sentences, survey
    from softsearch.cli.writing import recipe_text
    from softsearch.files import write_text_atomically

    found = survey([part_of(files) for files in corpora])
    for line in [*sentences(found), *map(in_short, found.findings)]:
        note(line)
    sizes = sizes_for(found)
    text = partial(recipe_text, found, sizes, corpora=corpora, source=source, target=target, out=out.absolute())
    unmeasured = text(forecast=[f"not measured: softsearch train {out.name} --dry-run"], budget=None)
    if not measure:
        write_text_atomically(out, unmeasured)
        return
    note("some steps are timed …")
    lines, budget = _measured(unmeasured, found, folder=out.absolute().parent)
    write_text_atomically(out, text(forecast=lines, budget=budget))
    for line in lines:
        say(line)


def _measured(text: str, found: Survey, *, folder: Path) -> Forecast:
    """Return the forecast for a recipe that is not written yet; its file names are relative to `folder`."""
    from softsearch.cli.forecasting import forecast
    from softsearch.files import write_text_atomically
    from softsearch.recipes.reading import load_recipe

    draft = folder / f".draft-{os.getpid()}.yaml"
    write_text_atomically(draft, text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what was found has been told, and the draft's name says nothing
            return forecast(load_recipe(draft), found)
    finally:
        draft.unlink()


def _corpora(sources: list[Path], targets: list[Path], pairs: list[Path]) -> list[list[Path]]:
    """Return the file, or the two files, of each corpus."""
    if len(sources) != len(targets) or not (sources or pairs):
        raise SoftsearchError(
            "a corpus is either two files or one file of pairs",
            fix="give --source-file FILE --target-file FILE, or --pairs FILE",
        )
    for source, target in zip(sources, targets, strict=True):
        if source.resolve() == target.resolve():
            fix = "give the sentences with --source-file, their translations with --target-file"
            raise SoftsearchError("source and target are the same file", path=source, fix=fix)
    return [*([source, target] for source, target in zip(sources, targets, strict=True)), *([one] for one in pairs)]


def _languages(corpora: list[list[Path]], source: str | None, target: str | None) -> tuple[str, str]:
    """Return the languages, where they are not given as the first corpus calls them."""
    from softsearch.cli.survey import languages_in

    first = corpora[0]
    if len(first) == 2:
        return source or _guessed(first[0], "--source"), target or _guessed(first[1], "--target")
    if source and target:
        return source, target
    known = languages_in(first[0])
    if known is None:
        fix = "give --source LANGUAGE --target LANGUAGE"
        raise SoftsearchError("a file of pairs does not tell its languages", path=first[0], fix=fix)
    return source or known[0], target or known[1]


def is_language(suffix: str) -> bool:
    """Whether the ending of a file's name may be that of a language, such as ``.de``."""
    return suffix.lower() not in NOT_LANGUAGES and bool(LANGUAGE.fullmatch(suffix[1:]))


def _guessed(file: Path, option: str) -> str:
    suffixes = [suffix for suffix in file.suffixes if suffix.lower() not in NOT_LANGUAGES]
    if suffixes and is_language(suffixes[-1]):
        return suffixes[-1][1:]
    raise SoftsearchError("the name of the file does not tell its language", path=file, fix=f"give {option} LANGUAGE")
