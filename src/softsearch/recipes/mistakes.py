"""From what pydantic found wrong to what a person is told: where, what is allowed, the nearest match, the fix."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from softsearch.errors import RecipeError, nearest
from softsearch.recipes.fields import Model, chosen, items, kind_of, members, models, paths
from softsearch.recipes.schema import RECIPES, Recipe
from softsearch.recipes.tree import Place, Tree, mistake_at, plain

_EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "tuple_type": "a list",
    "too_long": "a list of {max_length}",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "a text on one line, without spaces around it",
}


class _Spot(NamedTuple):
    """The place that an error is about: the recipe, its keys, what stands there, what can stand there and around it."""

    root: Model
    keys: tuple[str | int, ...]
    tree: Tree | None
    parent: Tree
    annotation: Any
    parent_annotation: Any
    place: Place

    @property
    def name(self) -> str:
        return ".".join(map(str, self.keys))

    @property
    def models(self) -> list[Model]:
        return models(self.annotation)

    @property
    def parent_models(self) -> list[Model]:
        return models(self.parent_annotation)


def recipe_error(error: ValidationError, tree: Tree) -> RecipeError:
    """Return one error that tells all that is wrong with a recipe, in the order of its lines."""
    each = [_explained(details, tree) for details in error.errors(include_url=False)]
    found = list({str(mistake): mistake for mistake in each}.values())  # a union tells of each of its members
    found.sort(key=lambda mistake: mistake.line or 0)
    if len(found) == 1:
        return found[0]
    return RecipeError(f"{len(found)} mistakes\n" + "\n".join(map(str, found)), path=tree.place.path)


def root_of(tree: Tree) -> type[Recipe]:
    """Return what a recipe can hold: its task says so.

    Raises
    ------
    RecipeError
        There is no such task.
    """
    task = tree.entries.get("task")
    if task is not None and not isinstance(task.value, dict):
        raise _no_task(task)
    kind = task.entries.get("kind") if task else None
    if kind is None:
        _refuse_data_of_another_task(tree)
        return RECIPES["translation"]
    if not isinstance(kind.value, str) or kind.value not in RECIPES:
        value, allowed = plain(kind), ", ".join(RECIPES)
        close = nearest(str(value), RECIPES)
        raise mistake_at(kind.place, "`task.kind`: unknown kind", value=value, allowed=allowed, nearest=close)
    return RECIPES[kind.value]


def _no_task(task: Tree) -> RecipeError:
    """Return the error for a task that is no mapping."""
    value, kinds = plain(task), " or ".join(RECIPES)
    kind = nearest(str(value), RECIPES)
    problem, fix = "`task`: a mapping of keys to values is needed", f"write {{kind: {kind}}}" if kind else None
    return mistake_at(task.place, problem, value=value, allowed=f"{{kind: {kinds}}}", fix=fix)


def _refuse_data_of_another_task(tree: Tree) -> None:
    """Raise an error where no task is named, and the data are of a kind that translation does not have."""
    data = tree.entries.get("data")
    kind = data.entries.get("kind") if data else None
    if kind is None:
        return
    having = [
        task
        for task, recipe in RECIPES.items()
        if plain(kind) in [kind_of(model) for model in models(recipe.model_fields["data"].annotation)]
    ]
    if having and "translation" not in having:
        fix = f"add `task: {{kind: {having[0]}}}`"
        problem = "`task` is missing: data of this kind are not translated"
        raise mistake_at(kind.place, problem, value=plain(kind), fix=fix)


def _explained(details: ErrorDetails, tree: Tree) -> RecipeError:
    context = details.get("ctx", {})
    location = details["loc"] + ((context["key"],) if context.get("key") else ())
    spot = _spot(location, tree)
    match details["type"]:
        case "extra_forbidden":
            return _unknown_key(spot)
        case "missing":
            return _missing(spot)
        case "union_tag_not_found":
            kinds = [str(kind_of(model)) for model in spot.models]
            fix = f"add `kind: {kinds[0]}` under `{spot.name}`"
            return mistake_at(spot.place, f"`{spot.name}.kind` is missing", allowed=", ".join(kinds), fix=fix)
        case "union_tag_invalid" | "literal_error":
            return _unknown_word(spot)
        case "model_type" | "model_attributes_type":
            return _no_mapping(spot)
        case "mistake":
            told = {name: context[name] or None for name in ("allowed", "nearest", "fix")}
            return mistake_at(spot.place, _named(spot, context["problem"]), value=_written(spot.tree), **told)
    expected = _EXPECTED.get(details["type"], "").format_map(context)
    allowed = expected or details["msg"].removeprefix("Input should be ")
    problem = "out of range" if details["type"].startswith(("greater", "less")) else "not a value that can stand here"
    return mistake_at(spot.place, _named(spot, problem), value=_written(spot.tree), allowed=allowed)


def _spot(location: tuple[str | int, ...], root: Tree) -> _Spot:
    """Follow pydantic's path, which also names the member of each union that it went through."""
    tree: Tree | None = root
    parent, place = root, root.place
    annotation: Any = root_of(root)
    above: Any = None
    keys: list[str | int] = []
    in_union = False
    for step in location:
        if in_union:
            in_union = False
            continue
        keys.append(step)
        if tree is None:
            break
        parent, above = tree, annotation
        annotation = _annotation_below(annotation, tree, step)
        in_union = len(members(annotation)) > 1
        tree = _child(tree, step)
        if tree is not None and tree.place != Place():
            place = tree.place
    return _Spot(root_of(root), tuple(keys), tree, parent, annotation, above, place)


def _annotation_below(annotation: Any, tree: Tree, step: str | int) -> Any:
    if isinstance(tree.value, list):
        return items(annotation)
    model = chosen(models(annotation), tree)
    field = model.model_fields.get(str(step)) if model else None
    return field.annotation if field else None


def _child(tree: Tree, step: str | int) -> Tree | None:
    if isinstance(tree.value, list):
        return tree.value[step] if isinstance(step, int) and step < len(tree.value) else None
    return tree.entries.get(str(step))


def _unknown_key(spot: _Spot) -> RecipeError:
    key = str(spot.keys[-1])
    model = chosen(spot.parent_models, spot.parent)
    assert model is not None
    candidates = [model] if "kind" in model.model_fields else spot.parent_models
    known = [name for candidate in candidates for name in candidate.model_fields]
    if issubclass(model, Recipe):
        known.append("extends")
    allowed = ", ".join(known) if len(candidates) == 1 else _shapes(spot.parent_annotation)
    if key in known:
        return mistake_at(spot.place, f"`{spot.name}` cannot stand beside the other keys here", allowed=allowed)
    fix = _where_it_belongs(key, spot)
    close = nearest(key, known) or next((name for name in known if key == _initials(name)), None)
    if close is not None:
        close = ".".join(map(str, (*spot.keys[:-1], close)))
    elif fix is None:
        by_key = {path.rpartition(".")[2]: path for path in paths(spot.root)}
        close = by_key.get(nearest(key, by_key, cutoff=0.8) or "")  # elsewhere, so it must look much like a slip
    return mistake_at(spot.place, f"unknown key `{spot.name}`", allowed=allowed, nearest=close, fix=fix)


def _initials(key: str) -> str:
    return "".join(word[0] for word in key.split("_"))


def _where_it_belongs(key: str, spot: _Spot) -> str | None:
    """Tell of which other kind, in a list of what, or below which other key, the schema knows `key`."""
    if any(key in model.model_fields for model in models(items(spot.parent_annotation))):
        return f"`{key}` belongs to an item of a list: write `{spot.keys[-2]}: [{{…, {key}: …}}]`"
    of_kinds = [f"kind {kind_of(model)}" for model in spot.parent_models if key in model.model_fields]
    if of_kinds:
        return f"`{key}` belongs to {' or '.join(of_kinds)}"
    above = dict.fromkeys(path.rpartition(".")[0] for path in paths(spot.root) if path.rpartition(".")[2] == key)
    if not 0 < len(above) <= 3:  # more would be no help
        return None
    return f"`{key}` belongs " + " or ".join(f"under `{path}`" if path else "at the top" for path in above)


def _missing(spot: _Spot) -> RecipeError:
    if isinstance(spot.parent.value, list):
        return mistake_at(spot.place, f"`{spot.name}` is missing: the list is too short", value=plain(spot.parent))
    above = f"under `{'.'.join(map(str, spot.keys[:-1]))}`" if len(spot.keys) > 1 else "to the recipe"
    allowed = _shapes(spot.annotation) or None
    return mistake_at(spot.place, f"`{spot.name}` is missing", allowed=allowed, fix=f"add `{spot.keys[-1]}:` {above}")


def _unknown_word(spot: _Spot) -> RecipeError:
    """A kind or another word out of a short list."""
    candidates = spot.models
    close = None
    if candidates:  # pydantic points at the union, the reader wants its `kind`
        assert spot.tree is not None
        kind = spot.tree.entries["kind"]
        spot = spot._replace(keys=(*spot.keys, "kind"), tree=kind, place=kind.place)
        allowed = [str(kind_of(model)) for model in candidates]
        close = next((str(kind_of(model)) for model in candidates if kind.value in model.also_called), None)
    else:
        model = chosen(spot.parent_models, spot.parent)
        assert model is not None
        annotation = model.model_fields[str(spot.keys[-1])].annotation
        allowed = [str(word) for member in members(annotation) for word in get_args(member)]
    problem = "unknown kind" if spot.keys[-1] == "kind" else "none of the words that can stand here"
    value = _written(spot.tree)
    close = close or nearest(str(value), allowed)
    return mistake_at(spot.place, _named(spot, problem), value=value, allowed=", ".join(allowed), nearest=close)


def _no_mapping(spot: _Spot) -> RecipeError:
    value = _written(spot.tree)
    needed = [[key for key, field in model.model_fields.items() if field.is_required()] for model in spot.models]
    single = next((keys[0] for keys in needed if len(keys) == 1), None)
    if single == "kind" and isinstance(value, str):
        value = nearest(value, [str(kind_of(model)) for model in spot.models])
    fix = f"write {{{single}: {value}}}" if single is not None and isinstance(value, str) else None
    may_be_number = float in members(spot.annotation)
    problem = "not a value that can stand here" if may_be_number else "a mapping of keys to values is needed"
    allowed = _shapes(spot.annotation)
    return mistake_at(spot.place, _named(spot, problem), value=_written(spot.tree), allowed=allowed, fix=fix)


def _shapes(annotation: Any) -> str:
    """What can stand where `annotation` stands, the keys of each mapping: ``{kind: words, size, lowercase}``."""
    shapes = [
        "{" + ", ".join(f"kind: {kind_of(model)}" if key == "kind" else key for key in model.model_fields) + "}"
        for model in models(annotation)
    ]
    shapes += ["a whole number"] if int in members(annotation) else []
    shapes += ["a number above 0, below 1"] if shapes and float in members(annotation) else []  # a share of the rest
    shapes += [f"a list of {_shapes(items(annotation))}"] if models(items(annotation)) else []
    return " or ".join(shapes)


def _named(spot: _Spot, problem: str) -> str:
    is_null = spot.tree is not None and spot.tree.value is None
    return f"`{spot.name}`: {problem}{', and this is null' if is_null else ''}" if spot.keys else problem


def _written(tree: Tree | None) -> object:
    """The value as written; a mapping's would only repeat the file."""
    return None if tree is None or isinstance(tree.value, dict) else plain(tree)
