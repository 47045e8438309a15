"""YAML as a tree in which every value knows the place it was written at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from softsearch.errors import RecipeError

Scalar = str | int | float | bool | None

_DEEPEST = 20
_MOST_VALUES = 10_000
_LARGEST_INT = 2**63
_TAGS = {"str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value"}


class Place(NamedTuple):
    """Where a value was written: a line of a file, the text of an override (``seed=2``), or nowhere (a default)."""

    path: Path | None = None
    line: int | None = None
    override: str | None = None


@dataclass(frozen=True)
class Tree:
    """A value and its place; mappings and lists hold trees."""

    value: Scalar | dict[str, Tree] | list[Tree]
    place: Place

    @property
    def entries(self) -> dict[str, Tree]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}


def mistake_at(
    place: Place,
    problem: str,
    *,
    value: object = None,
    allowed: str | None = None,
    nearest: str | None = None,
    fix: str | None = None,
) -> RecipeError:
    """Return the error for a mistake at `place`."""
    if place.override is not None:
        problem = f"{place.override}: {problem}"
    return RecipeError(
        problem, path=place.path, line=place.line, value=value, allowed=allowed, nearest=nearest, fix=fix
    )


def parse_yaml(text: str, place: Place) -> Tree:
    """Read one YAML 1.2 document; the lines of its values are counted from 1 where `place` names a file.

    Raises
    ------
    RecipeError
        The text is not YAML, holds a key twice, refers to itself, or nests or repeats beyond reason.
    """
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise _not_yaml(text, error, place) from None
    except (RecursionError, ValueError):  # brackets a thousand deep; a %YAML directive without numbers
        raise mistake_at(place, "this is not YAML that can be read") from None
    return Tree(None, place) if root is None else _Reader(place).tree(root, depth=0)


def tree_of(value: object, place: Place) -> Tree:
    """Return plain values as a tree, all at one place."""
    if isinstance(value, dict):
        return Tree({key: tree_of(item, place) for key, item in value.items()}, place)
    if isinstance(value, list):
        return Tree([tree_of(item, place) for item in value], place)
    assert value is None or isinstance(value, Scalar)
    return Tree(value, place)


def plain(tree: Tree) -> object:
    """Return the values without their places."""
    if isinstance(tree.value, dict):
        return {key: plain(item) for key, item in tree.value.items()}
    if isinstance(tree.value, list):
        return [plain(item) for item in tree.value]
    return tree.value


def _not_yaml(text: str, error: YAMLError, place: Place) -> RecipeError:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    mark = getattr(error, "problem_mark", None)
    fix = "check brackets, quotes and indents"
    if "\\t" in problem:
        fix = "indent with spaces; YAML knows no tabs there"
    opened = getattr(error, "context_mark", None)
    if opened is not None and ("stream" in problem or "expected ','" in problem):
        # It is noticed at the end of the file or at the next key; where it was opened is where to look.
        problem, mark = "a bracket or a quote is not closed, or a comma is missing", opened
    position = getattr(error, "position", None)  # of a character that YAML does not know
    line = mark.line + 1 if mark is not None else text.count("\n", 0, position) + 1 if position is not None else None
    written = text.split("\n")[line - 1] if line is not None else ""
    if place.path is not None:
        place = place._replace(line=line)
    return mistake_at(place, f"not YAML: {problem}", value=written or None, fix=fix)


class _Reader:
    """Turns ruamel's nodes into trees. ruamel's own constructor would lose lines and could build other objects."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.num_values = 0

    def tree(self, node: Node, depth: int) -> Tree:
        place = self._place(node)
        self.num_values += 1
        if depth > _DEEPEST or self.num_values > _MOST_VALUES:
            problem = "nested too deeply, or referring to itself" if depth > _DEEPEST else "far too many values"
            raise mistake_at(place, f"{problem}: this is no recipe")
        if str(node.tag).removeprefix("tag:yaml.org,2002:") not in _TAGS:
            raise mistake_at(place, "a tag means nothing in a recipe", value=str(node.tag), fix="leave it out")
        if isinstance(node, MappingNode):
            return Tree(dict(self._entries(node, depth)), place)
        if isinstance(node, SequenceNode):
            return Tree([self.tree(item, depth + 1) for item in node.value], place)
        return Tree(self._scalar(str(node.value), str(node.tag).rpartition(":")[2], place), place)

    def _place(self, node: Node) -> Place:
        return self.place if self.place.path is None else self.place._replace(line=node.start_mark.line + 1)

    def _entries(self, node: MappingNode, depth: int) -> Iterator[tuple[str, Tree]]:
        first: dict[str, Place] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                raise mistake_at(place, "a key must be a word", fix="put a text with { } or [ ] in quotes")
            key = str(key_node.value)
            if key in first:
                earlier = f", first in line {first[key].line}" if first[key].line else ""
                raise mistake_at(place, f"the key `{key}` stands twice{earlier}", value=key, fix="keep one of them")
            first[key] = place
            # The key's line, not the value's: a mapping's value begins a line later.
            yield key, Tree(self.tree(value_node, depth + 1).value, place)

    @staticmethod
    def _scalar(text: str, kind: str, place: Place) -> Scalar:
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        try:
            if kind == "int":
                return _whole_number(text)
            if kind == "float":
                return _number(text)
        except (ValueError, OverflowError):
            raise mistake_at(place, "not a number that can be used here", value=text) from None
        return text


def _whole_number(text: str) -> int:
    digits = text.replace("_", "")
    if len(digits) > 80:  # enough for 2**63 in any base
        raise OverflowError
    has_base = digits.lstrip("+-")[:2].lower() in ("0x", "0o", "0b")
    number = int(digits, 0 if has_base else 10)
    if abs(number) >= _LARGEST_INT:
        raise OverflowError
    return number


def _number(text: str) -> float:
    plain_text = text.replace("_", "").lower()
    sign, digits = (plain_text[0], plain_text[1:]) if plain_text[:1] in ("+", "-") else ("", plain_text)
    number = float(sign + {".inf": "inf", ".nan": "nan"}.get(digits, digits))
    if not math.isfinite(number):
        raise OverflowError
    return number
