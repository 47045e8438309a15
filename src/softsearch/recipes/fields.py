"""What the schema allows at a place of a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from softsearch.recipes.schema.base import Part
from softsearch.recipes.tree import Tree

Model = type[Part]


def members(annotation: Any) -> list[Any]:
    """Return the types that can stand where `annotation` stands, without None."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [member for argument in get_args(annotation) for member in members(argument)]
    return [] if annotation is type(None) else [annotation]


def models(annotation: Any) -> list[Model]:
    """Return the mappings that can stand where `annotation` stands."""
    return [member for member in members(annotation) if isinstance(member, type) and issubclass(member, Part)]


def items(annotation: Any) -> Any:
    """Return what the items of a list can be, where a list can stand; else None."""
    lists = [member for member in members(annotation) if get_origin(member) is tuple]
    return get_args(lists[0])[0] if lists else None


def kind_of(model: Model) -> str | None:
    """Return the value of its `kind`; None for a mapping without one."""
    return str(get_args(model.model_fields["kind"].annotation)[0]) if "kind" in model.model_fields else None


def chosen(candidates: list[Model], tree: Tree) -> Model | None:
    """Return the one of `candidates` that a mapping means, by its `kind` or, where there is none, by its keys."""
    if len(candidates) == 1:
        return candidates[0]
    if candidates and "kind" in candidates[0].model_fields:
        kind = tree.entries["kind"].value if "kind" in tree.entries else None
        return next((model for model in candidates if kind_of(model) == kind), None)
    if not candidates:
        return None
    shared = set.intersection(*(set(model.model_fields) for model in candidates))
    telling = tree.entries.keys() - shared
    return next((model for model in candidates if model.model_fields.keys() & telling), candidates[-1])


def paths(model: Model, above: str = "") -> Iterator[str]:
    """Yield every key below `model`, of every kind, written as in ``--set``: ``training.stop.patience``."""
    for name, field in model.model_fields.items():
        yield above + name
        for below in models(field.annotation):
            yield from paths(below, f"{above}{name}.")
