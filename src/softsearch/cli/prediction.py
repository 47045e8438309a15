"""`softsearch predict`: lines in, translations out, in the same order and as they are ready."""

from __future__ import annotations

import codecs
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.errors import DataError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.tasks.translator import Translation, Translator


class Format(StrEnum):
    """How a translation is written."""

    text = "text"
    jsonl = "jsonl"
    pharaoh = "pharaoh"


def predict(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Files with one sentence per line; - or nothing: standard input.")
    ] = None,
    form: Annotated[
        Format,
        typer.Option("--format", help="Text; JSON lines with scores and alignments; or word links such as 0-0 1-2."),
    ] = Format.text,
    beam: Annotated[int | None, typer.Option(min=1, help="Width of the beam; default: the recipe's.")] = None,
    nbest: Annotated[int, typer.Option(min=1, help="Translations per sentence.")] = 1,
) -> None:
    """Translate files, standard input, or what you type."""
    if nbest > 1 and form is Format.pharaoh:
        raise SoftsearchError("word links are written for the best translation only", value=nbest, fix="--format jsonl")
    from softsearch import runs

    lines = _lines(files)
    translator = runs.load(run)
    if lines is None:
        _converse(translator, beam)
        return
    for number, translation in enumerate(translator.stream(lines, beam=beam, nbest=nbest)):
        for line in _written(translation, number, form, nbest):
            sys.stdout.write(line + "\n")
        # A pipe shows each line when it is there, and tells at once when its reader has left.
        sys.stdout.flush()


def _lines(files: Sequence[str] | None) -> Iterator[str] | None:
    """Return the lines to translate, or None where a person sits at the keyboard."""
    from softsearch.data.text import read_lines

    if not files:
        return None if sys.stdin.isatty() else _stdin_lines()
    missing = [name for name in files if name != "-" and not Path(name).exists()]
    if missing:  # said before the model is loaded and half of the output written
        next(read_lines(Path(missing[0])))
    return itertools.chain.from_iterable(_stdin_lines() if name == "-" else read_lines(Path(name)) for name in files)


def _stdin_lines() -> Iterator[str]:
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        raw = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        try:
            yield raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError("is not UTF-8", path="<stdin>", line=number, value=raw, fix="iconv -t UTF-8") from error


def _written(translation: Translation, number: int, form: Format, nbest: int) -> list[str]:
    if form is Format.jsonl:
        return [json.dumps(translation.to_dict(), ensure_ascii=False)]
    if form is Format.pharaoh:
        return [translation.pharaoh()]
    if nbest == 1:
        return [translation.text]
    return [f"{number} ||| {one.text} ||| {one.score:.4f}" for one in (translation, *translation.alternatives)]


def _converse(translator: Translator, beam: int | None) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console.print("One sentence per line; Ctrl-D ends.", style="dim")
    while True:
        try:
            sentence = console.input("[bold]> [/]")
        except EOFError:
            console.print()
            return
        if sentence.strip():
            console.print(translator.translate(sentence, beam=beam)[0].text, markup=False, style="green")
