"""Tables of words that are shipped as text, beside the modules that read them."""

from __future__ import annotations

from importlib import resources


def word_tables(package: str, *names: str) -> dict[str, list[list[str]]]:
    """Return the tables of some files of a package by their names, each as rows of cells.

    A line ``= name`` begins a table, bars part the cells of a row, and lines that begin with ``#`` are comments.
    """
    found: dict[str, list[list[str]]] = {}
    for name in names:
        for line in resources.files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
            if line.startswith("= "):
                rows = found.setdefault(line.removeprefix("= "), [])
            elif line and not line.startswith("#"):
                rows.append([cell.strip() for cell in line.split("|")])
    return found
