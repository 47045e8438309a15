"""Rows with named fields: CSV or tab-separated columns under a header, or an object of JSON on each line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from softsearch.data.text import numbered_lines, read_lines, readable
from softsearch.errors import DataError, nearest

SUFFIXES = (".csv", ".tsv", ".jsonl")
"""How the names of such files end, perhaps with ``.gz`` behind it."""


@dataclass(frozen=True)
class Row:
    """The fields of a row, and the line where it was found, and where its fields are named."""

    fields: dict[str, object]
    path: Path
    line: int
    header: int

    def __getitem__(self, key: str) -> str:
        """Return a field as text.

        Raises
        ------
        DataError
            There is no such field, or nothing in it.
        """
        value = self.fields.get(key)
        if key not in self.fields:
            known = list(self.fields)
            fix = "say in the recipe's data what the columns are called"
            if len(known) == 1 and suffix_of(self.path) != ".jsonl":
                fix = "part the columns by commas, or in a .tsv file by tabs"
            problem = f"there is no {key!r} here"
            near = nearest(key, known)
            raise DataError(problem, path=self.path, line=self.header, allowed=known, nearest=near, fix=fix)
        if value is None or not str(value).strip():
            raise DataError(f"{key!r} is empty here", path=self.path, line=self.line, fix="fill it in, or take it out")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            problem, allowed = f"{key!r} is neither a text nor a number", "a text, a number"
            raise DataError(problem, path=self.path, line=self.line, value=value, allowed=allowed)
        return readable(str(value)).strip()

    @property
    def place(self) -> str:
        """Where it was found: ``train.csv:17``."""
        return f"{self.path.name}:{self.line}"


def suffix_of(path: Path) -> str:
    """Return how the name of a file ends, in lower case, ``.gz`` apart."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file: JSON lines if its name ends in ``.jsonl``, tabs in ``.tsv``, otherwise CSV.

    Raises
    ------
    DataError
        The file cannot be read, or a line has another form.
    """
    if suffix_of(path) == ".jsonl":
        return _json_rows(path)
    return _columns(path, delimiter="\t" if suffix_of(path) == ".tsv" else ",")


def _columns(path: Path, *, delimiter: str) -> Iterator[Row]:
    # tabs part columns whatever stands in them; a quotation mark in a text is one
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    lines = (line + "\n" for line in read_lines(path))  # a quoted field may go on over its end
    reader = csv.DictReader(lines, delimiter=delimiter, quoting=quoting, strict=True)
    try:
        _, header = reader.fieldnames, reader.line_num  # the names are read when they are first asked for
        for row in reader:
            if None in row:
                problem = f"the row has {len(row) - 1 + len(row[None])} fields, and the header {len(row) - 1}"
                fix = "put a text with a comma in it in quotation marks" if delimiter == "," else "take out the tab"
                raise DataError(problem, path=path, line=reader.line_num, value=row[None][-1], fix=fix)
            yield Row(row, path, reader.line_num, header)
    except csv.Error as error:
        fix = "close the quotation mark, and double each that belongs to a text"
        raise DataError(f"this is no CSV ({error})", path=path, line=reader.line_num + 1, fix=fix) from error


def _json_rows(path: Path) -> Iterator[Row]:
    for number, line in numbered_lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"this is no JSON ({error})", path=path, line=number, value=line) from error
        if not isinstance(row, dict):
            raise DataError("each line must be an object", path=path, line=number, value=line)
        yield Row(row, path, number, header=number)
