"""A dictionary: what stands for a word that a translator does not know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from softsearch.data.text import numbered_lines
from softsearch.errors import DataError


def read_dictionary(path: Path) -> dict[str, str]:
    """Return the translations of words in a file with the columns source and target, one word a line.

    Where a word stands twice, its first translation counts.

    Raises
    ------
    DataError
        A line has another number of columns, or an empty one; the file cannot be read.
    """
    found: dict[str, str] = {}
    for number, line in numbered_lines(path):
        columns = [column.strip() for column in line.split("\t")]
        if len(columns) != 2 or not all(columns):
            allowed = "source word TAB translation"
            raise DataError("the line is no entry of a dictionary", path=path, line=number, value=line, allowed=allowed)
        found.setdefault(columns[0], columns[1])
    return found


def dictionary_text(dictionary: Mapping[str, str]) -> str:
    """Return the file that :func:`read_dictionary` reads."""
    return "".join(f"{source}\t{target}\n" for source, target in dictionary.items())
