"""The lines that a command is to work on: of files, of standard input as they arrive, of a person who types."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import cast

from softsearch.errors import DataError

PIPE_BYTES = 1 << 16  # what a pipe holds; some hundred lines
_STDIN = Path("<stdin>")


def line_groups(files: Sequence[str] | None) -> Iterator[Iterable[str]]:
    """Return the lines to translate, those together that need not wait for one another."""
    from softsearch.data.text import read_lines

    if are_typed(files):
        return ([sentence] for sentence in typed("One sentence per line; Ctrl-D ends."))
    if not files or list(files) == ["-"]:
        return _arriving()
    missing = [name for name in files if name != "-" and not Path(name).exists()]
    if missing:  # said before the model is loaded and half of the output written
        if " " in missing[0]:
            fix = f"to translate a sentence: echo {shlex.quote(missing[0])} | softsearch predict RUN"
            raise DataError("no such file", path=missing[0], fix=fix)
        next(read_lines(Path(missing[0])))
    each = (itertools.chain.from_iterable(_arriving()) if name == "-" else read_lines(Path(name)) for name in files)
    return iter([itertools.chain.from_iterable(each)])


def placed_lines(files: Sequence[str] | None) -> Iterator[tuple[Path, int, str]]:
    """Yield each line with where it stands: the file, or what standard input is called, and its number from 1."""
    from softsearch.data.text import read_lines

    for name in files or ["-"]:
        lines = itertools.chain.from_iterable(_arriving()) if name == "-" else read_lines(Path(name))
        path = _STDIN if name == "-" else Path(name)
        yield from ((path, number, line) for number, line in enumerate(lines, start=1))


def are_typed(files: Sequence[str] | None) -> bool:
    """Return whether a person is to type what no file is given for."""
    from softsearch.data.text import standard_input

    return not files and standard_input().isatty()


def typed(told: str) -> Iterator[str]:
    """Tell a person what to type and yield it line by line; only the answers go to stdout."""
    from rich.console import Console

    console = Console(highlight=False, stderr=True)
    console.print(told, style="dim")
    while True:
        try:
            line = console.input("[bold]> [/]")
        except EOFError:
            console.print()
            return
        try:
            line.encode()
        except UnicodeEncodeError:
            console.print("this line is not UTF-8: nothing is done with it", style="dim")
            continue
        if line.strip():
            yield line


def _arriving() -> Iterator[list[str]]:
    """Yield the lines of standard input in groups: one at least, and those that have come with it.

    So a program that writes a line and waits is answered, and a whole file is translated many lines at a time.
    """
    from softsearch.data.text import decode_line, standard_input

    number = 0
    for raw_lines in _arriving_bytes(cast(BufferedReader, standard_input().buffer)):
        group: list[str] = []
        try:
            for raw in raw_lines:
                number += 1
                group.append(decode_line(raw, path=_STDIN, number=number))
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


def line_pairs(file: Path, sources: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """Yield the two sides of each line: columns of `file`, or, where `sources` names a file, line by line of both.

    Raises
    ------
    DataError
        A line has no second column, the two files differ in length, or one cannot be read.
    """
    from softsearch.data.text import read_lines

    if not sources:
        for number, line in enumerate(read_lines(file), start=1):
            columns = line.split("\t")
            if len(columns) < 2 and line.strip():
                raise DataError("the line has 1 column", path=file, line=number, allowed="source TAB target")
            yield columns[0], columns[1] if len(columns) > 1 else ""
        return
    if len(sources) > 1:
        raise DataError("--score takes one file of sources at most", value=" ".join(sources), fix="join the files")
    source = Path(sources[0])
    sides = itertools.zip_longest(read_lines(source), read_lines(file))
    for number, (before, after) in enumerate(sides, start=1):
        if before is None or after is None:
            shorter = source if before is None else file
            raise DataError(f"{source} and {file} differ in length: here this one ends", path=shorter, line=number)
        yield before, after


def line_prefixes(file: Path, files: Sequence[str] | None) -> tuple[Iterator[str], Iterator[str]]:
    """Return the lines of a file, and the same with an error after the last: they must not be too few.

    Raises
    ------
    DataError
        They are fewer than the lines of `files`, where these can be counted before they are translated.
    """
    from softsearch.data.text import read_lines

    if file.is_file() and files and all(Path(name).is_file() for name in files):
        num_prefixes, num_lines = (
            sum(1 for name in names for _ in read_lines(Path(name))) for names in ([file], files)
        )
        if num_prefixes < num_lines:
            raise DataError(f"too few prefixes: {num_prefixes} for {num_lines} lines to translate", path=file)

    num_read = 0

    def counted() -> Iterator[str]:
        nonlocal num_read
        for num_read, line in enumerate(read_lines(file), start=1):  # noqa: B007
            yield line

    def too_few() -> Iterator[str]:
        raise DataError(f"too few prefixes: {num_read}, and there are more lines to translate", path=file)
        yield

    lines = counted()
    return lines, itertools.chain(lines, too_few())
