"""`softsearch predict`: lines in, translations out, in the same order and as they are ready."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from softsearch.cli.console import note
from softsearch.errors import DataError, RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.tasks.translator import Translation

PIPE_BYTES = 1 << 16  # what a pipe holds; some hundred lines


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

    groups = _groups(files)
    translator = runs.load(run)
    if form is Format.pharaoh and not translator.has_links:
        fix = "--format text, or train with model.attention.kind=additive"
        raise RunError("this model has no attention to take word links from", path=run, value="pharaoh", fix=fix)
    translations = (each for lines in groups for each in translator.stream(lines, beam=beam, nbest=nbest))
    for number, translation in enumerate(translations):
        if translation.num_parts > 1:
            many = f"line {number + 1} is longer than any sentence that the model was trained on"
            note(f"{many}: translated in {translation.num_parts} parts")
        for line in _written(translation, number, form, nbest):
            sys.stdout.write(line + "\n")
        # A pipe shows each line when it is there, and tells at once when its reader has left.
        sys.stdout.flush()


def _groups(files: Sequence[str] | None) -> Iterator[Iterable[str]]:
    """Return the lines to translate, those together that need not wait for one another."""
    from softsearch.data.text import read_lines

    if not files and sys.stdin.isatty():
        return _typed()
    if not files or list(files) == ["-"]:
        return _arriving()
    missing = [name for name in files if name != "-" and not Path(name).exists()]
    if missing:  # said before the model is loaded and half of the output written
        next(read_lines(Path(missing[0])))
    each = (itertools.chain.from_iterable(_arriving()) if name == "-" else read_lines(Path(name)) for name in files)
    return iter([itertools.chain.from_iterable(each)])


def _typed() -> Iterator[list[str]]:
    """Yield what a person types, sentence by sentence; only the answers go to stdout."""
    from rich.console import Console

    console = Console(highlight=False, stderr=True)
    console.print("One sentence per line; Ctrl-D ends.", style="dim")
    while True:
        try:
            sentence = console.input("[bold]> [/]")
        except EOFError:
            console.print()
            return
        if sentence.strip():
            yield [sentence]


def _arriving() -> Iterator[list[str]]:
    """Yield the lines of standard input in groups: one at least, and those that have come with it.

    So a program that writes a line and waits is answered, and a whole file is translated many lines at a time.
    """
    from softsearch.data.text import decode_line

    number = 0
    for raw_lines in _arriving_bytes(cast(BufferedReader, sys.stdin.buffer)):
        group: list[str] = []
        try:
            for raw in raw_lines:
                number += 1
                group.append(decode_line(raw, path=Path("<stdin>"), number=number))
        except DataError:
            yield group  # what came before the mistake is translated before it is told
            raise
        yield group


def _arriving_bytes(stream: BufferedReader) -> Iterator[list[bytes]]:
    begun = bytearray()  # of a line whose end is yet to come
    while block := stream.read1(PIPE_BYTES):
        *ended, rest = block.split(b"\n")
        if ended:
            yield [bytes(begun) + ended[0], *ended[1:]]
            begun.clear()
        begun += rest
    if begun:
        yield [bytes(begun)]


def _written(translation: Translation, number: int, form: Format, nbest: int) -> list[str]:
    if form is Format.jsonl:
        return [json.dumps(translation.to_dict(), ensure_ascii=False)]
    if form is Format.pharaoh:
        return [translation.pharaoh()]
    if nbest == 1:
        return [translation.text]
    return [f"{number} ||| {one.text} ||| {one.score:.4f}" for one in (translation, *translation.alternatives)]
