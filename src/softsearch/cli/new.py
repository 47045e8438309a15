"""`softsearch new translation`: looks at a corpus and writes a recipe that fits it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from softsearch.cli.console import note, say
from softsearch.errors import SoftsearchError

app = typer.Typer(help="Write a recipe for your own data.", no_args_is_help=True)

LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?")
NOT_LANGUAGES = {".gz", ".txt", ".tsv", ".tok", ".raw", ".csv"}


@app.callback()
def _group() -> None:
    """Write a recipe for your own data."""


@app.command()
def translation(
    source_file: Annotated[Path | None, typer.Option(help="Sentences, one a line.")] = None,
    target_file: Annotated[Path | None, typer.Option(help="Their translations, line by line.")] = None,
    pairs: Annotated[Path | None, typer.Option(help="Instead of the two: a file with source TAB target.")] = None,
    source: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Such as de; default: the file's suffix.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Such as en; default: the file's suffix.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The recipe to write; default: SOURCE-TARGET.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a recipe that is there.")] = False,
) -> None:
    """Look at a parallel corpus and write a commented recipe whose sizes fit it."""
    from softsearch.cli.sizing import recipe_text
    from softsearch.cli.survey import read_corpus, sentences
    from softsearch.files import write_text_atomically

    files = _files(source_file, target_file, pairs)
    if pairs is not None and not (source and target):
        raise SoftsearchError(
            "a file of pairs does not tell its languages", path=pairs, fix="give --source LANGUAGE --target LANGUAGE"
        )
    source = source or _guessed(source_file, "--source")
    target = target or _guessed(target_file, "--target")
    out = out or Path(f"{source}-{target}.yaml")
    if out.exists() and not force:
        raise SoftsearchError("there is a recipe already", path=out, fix="--force replaces it, --out writes another")
    survey = read_corpus(files)
    write_text_atomically(out, recipe_text(survey, files=files, source=source, target=target, out=out))
    for line in sentences(survey):
        note(line)
    say(f"recipe: {out}")
    say(f"next: softsearch train {out} --dry-run\n      softsearch train {out}")


def _files(source_file: Path | None, target_file: Path | None, pairs: Path | None) -> list[Path]:
    if pairs is not None and source_file is None and target_file is None:
        return [pairs]
    if pairs is None and source_file is not None and target_file is not None:
        return [source_file, target_file]
    fix = "give --source-file FILE --target-file FILE, or --pairs FILE"
    raise SoftsearchError("the corpus is either two files or one file of pairs", fix=fix)


def _guessed(file: Path | None, option: str) -> str:
    suffixes = [suffix for suffix in file.suffixes if suffix.lower() not in NOT_LANGUAGES] if file else []
    if suffixes and LANGUAGE.fullmatch(suffixes[-1][1:]):
        return suffixes[-1][1:]
    raise SoftsearchError("the name of the file does not tell its language", path=file, fix=f"give {option} LANGUAGE")
