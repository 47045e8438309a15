"""The built-in text: what every Python brings along, the sources of its library or the prose of its documentation.

Which texts go where follows from their names alone, so a version of Python gives the same text everywhere.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import platform
import sysconfig
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from softsearch.data.running import TextFile
from softsearch.data.word_tables import word_tables
from softsearch.errors import DataError

Part = Literal["sources", "prose"]

_MODULES = [name for [row] in word_tables("softsearch.data", "library_modules.txt")["modules"] for name in row.split()]
_TOPIC = "topics/"
_SHARES = 20  # of the texts, one is for validation and one for the test
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def library_texts(part: Part, *, characters: int) -> dict[str, list[TextFile]]:
    """Return the texts to train on, to validate on and to be tested on.

    Parameters
    ----------
    characters
        To train on at most; of the other two splits, a twentieth each.

    Raises
    ------
    DataError
        This Python has no sources, or `characters` are too few for a line of each split.
    """
    names: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for name in sorted(_names(part), key=_digest):
        names[{0: "valid", 1: "test"}.get(_digest(name)[0] % _SHARES, "train")].append(name)
    most = {"train": characters, "valid": characters // _SHARES + 1, "test": characters // _SHARES + 1}
    found = {split: list(_first(map(partial(_text, part), own), most[split])) for split, own in names.items()}
    if any(own and not found[split] for split, own in names.items()):
        allowed = "some thousands: a split needs a line of a text, and takes no more than its share"
        raise DataError("too few characters of the built-in text", value=characters, allowed=allowed)
    if not all(found.values()):
        problem = "the built-in text is missing: this Python comes without the sources of its library"
        fix = "use a Python that has them, or text of your own: data: {kind: text, train: …, valid: …}"
        raise DataError(problem, path=_folder(), fix=fix)
    return found


def described(texts: Sequence[TextFile]) -> dict[str, Any]:
    """Return what a report says of the texts of a split: where they are from and which ones they are."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update("\n".join([text.name, *text.lines]).encode("utf-8", "surrogatepass"))
    return {"python": platform.python_version(), "texts": len(texts), "sha256": digest.hexdigest()}


def _names(part: Part) -> Iterator[str]:
    for module in _MODULES:
        if (_folder() / f"{module}.py").is_file():
            yield f"{module}.py"
        for path in (_folder() / module).rglob("*.py"):
            name = path.relative_to(_folder())
            if not {"test", "tests"} & set(name.parts):
                yield name.as_posix()
    if part == "prose":
        yield from map(_TOPIC.__add__, _topics())


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _text(part: Part, name: str) -> TextFile:
    if name.startswith(_TOPIC):
        return TextFile(name, _lines(_topics()[name.removeprefix(_TOPIC)]))
    source = (_folder() / name).read_text(encoding="utf-8")
    return TextFile(name, _lines(source) if part == "sources" else _docstrings(source))


def _folder() -> Path:
    return Path(sysconfig.get_path("stdlib"))


def _docstrings(source: str) -> list[str]:
    """Return the lines of what is documented in a module, a blank line after each docstring."""
    with warnings.catch_warnings(action="ignore"):  # of the module's own making
        nodes = ast.walk(ast.parse(source))
    found = (ast.get_docstring(node) for node in nodes if isinstance(node, _DOCUMENTED))
    return [line for text in found if text for line in [*_lines(text), ""]]


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n") if text.strip() else []


def _topics() -> dict[str, str]:
    """Return the chapters of the language's reference that ``help()`` shows."""
    try:
        return dict(importlib.import_module("pydoc_data.topics").topics)
    except ImportError:
        return {}


def _first(texts: Iterable[TextFile], characters: int) -> Iterator[TextFile]:
    """Yield the texts up to so many characters, the last one cut after a line."""
    for name, lines in texts:
        kept = []
        for line in lines:
            characters -= len(line) + 1
            if characters < 0:
                break
            kept.append(line)
        if kept:
            yield TextFile(name, kept)
        if characters < 0:
            return
