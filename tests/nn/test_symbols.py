"""Every module of equations says of each symbol what it is called below, and which axes it has."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from softsearch import nn
from softsearch.shapes import AXES

MODULES = sorted(path for path in Path(nn.__path__[0]).glob("*.py") if path.stem != "__init__")


def rows_of(documentation: str) -> list[list[str]]:
    """Return symbol, name and shape, row by row."""
    bar = re.search(r"^=+  =+  =+$", documentation, re.MULTILINE)
    assert bar is not None, "there is no table of symbols"
    head, body = documentation[bar.end() :].split(bar[0])[:2]
    starts = [found.start() for found in re.finditer("=+", bar[0])]
    assert head.split() == ["symbol", "name", "shape"]
    columns = [slice(start, end) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    return [[line[column].strip() for column in columns] for line in body.strip().splitlines()]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_symbols_are_in_the_equations_names_in_the_code_and_axes_in_the_legend(path):
    source = path.read_text()
    documentation = ast.get_docstring(ast.parse(source))
    assert documentation is not None
    code = source.replace(documentation, "", 1)
    for symbols, names, shapes in rows_of(documentation):
        for symbol in symbols.split(" of ")[0].split(", "):
            assert symbol in documentation.split("=====")[0], symbol
        for name in re.findall(r"[A-Za-z]\w+", " ".join(re.findall("``(.+?)``", names))):
            assert name in ("weight", "bias") or re.search(rf"\b{name}\b", code), name
        if not shapes.startswith(("as ", "the ")):
            for shape in shapes.split(";"):
                of_axes = shape.split(":")[-1].split(",")[0].split()
                assert {word.removeprefix("*") for word in of_axes} <= {*AXES, "_", "1", "scalar"}, shape
