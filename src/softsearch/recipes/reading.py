"""From a recipe's file to a validated :class:`~softsearch.recipes.schema.Recipe`, and back to text."""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from softsearch.errors import nearest, nearest_name
from softsearch.recipes.catalogue import SHIPPED, shipped_names
from softsearch.recipes.fields import Model, chosen, models
from softsearch.recipes.mistakes import recipe_error, root_of
from softsearch.recipes.schema import Recipe
from softsearch.recipes.tree import Place, Tree, mistake_at, parse_yaml, plain, tree_of

_LARGEST_BYTES = 1_000_000
_ALLOWED = "a file, or a name that softsearch recipes lists"


def load_recipe(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe, apply overrides in their order, and check everything.

    A later layer (the file over the recipe it extends, an override over the file) changes single fields. Where it
    changes a `kind`, inherited fields that the new kind does not have are dropped, with a warning if an override does
    so.

    Parameters
    ----------
    name_or_path
        A shipped recipe's name, such as ``translate/builtin``, or a file.
    overrides
        Each ``a.b=value``, the value read as YAML.

    Raises
    ------
    RecipeError
        Something is wrong; the message lists every wrong field with its file and line.
    """
    path = _find(str(name_or_path), Path(), Place())
    tree = _read(path)
    for text in overrides:
        tree = _laid_over(tree, _override(text))
    tree = _with_paths(tree)
    try:
        recipe = root_of(tree).model_validate(plain(tree)).read_from(path)
    except ValidationError as error:
        raise recipe_error(error, tree) from None
    for warning in recipe.without_effect():
        warnings.warn(f"{path}: {warning}", stacklevel=2)
    return recipe


def anchored(recipe: Recipe) -> Recipe:
    """Return a recipe whose file names are absolute; those of one made in Python are relative to the current folder."""
    tree = _with_paths(tree_of(recipe.model_dump(mode="json"), Place()))
    return type(recipe).model_validate(plain(tree)).read_from(recipe.path)


def dump_recipe(recipe: Recipe) -> str:
    """Return the complete recipe as YAML, every default written out; reading it gives an equal recipe."""
    yaml = YAML()
    yaml.width = 1_000
    stream = io.StringIO()
    yaml.dump(recipe.model_dump(mode="json"), stream)
    return "# The complete recipe, with every default written out.\n" + stream.getvalue()


def _find(name: str, folder: Path, place: Place) -> Path:
    """Return the file of a shipped recipe, or a file's path relative to `folder`."""
    if name in shipped_names():
        return SHIPPED / f"{name}.yaml"
    path = folder / _expanded(name, place)
    try:
        if path.is_file() or path.is_fifo():
            return path
        is_folder, neighbours = path.is_dir(), [file.name for file in path.parent.glob("*.y*ml")]
    except (OSError, ValueError):  # a name too long for the system, or with a NUL
        is_folder, neighbours = False, []
    if is_folder:
        inside = path / "recipe.yaml"
        fix = f"give the file {inside}" if inside.is_file() else "give a file in it, or a shipped recipe's name"
        raise mistake_at(place, "a folder is no recipe", value=name, allowed=_ALLOWED, fix=fix)
    close = nearest(name, shipped_names()) or _nearest_by_last_word(name)
    beside = nearest_name(path.name, neighbours)
    raise mistake_at(
        place,
        "no recipe has this name, and no file",
        value=name,
        allowed=_ALLOWED,
        nearest=str(path.with_name(beside)) if beside else close,
    )


def _nearest_by_last_word(name: str) -> str | None:
    by_word = {full.rpartition("/")[2]: full for full in shipped_names()}
    close = nearest(name.rpartition("/")[2].removesuffix(".yaml"), by_word)
    return by_word[close] if close else None


def _read(path: Path) -> Tree:
    """Read a file and, where it says so, the recipe that it extends."""
    tree = _read_file(path)
    if "extends" not in tree.entries:
        return _laid_over(Tree({}, tree.place), tree)
    name = tree.entries["extends"]
    if not isinstance(name.value, str):
        raise mistake_at(name.place, "`extends` takes the name or the file of one recipe", value=plain(name))
    base_path = _find(name.value, path.parent, name.place)
    base = _read_file(base_path)
    if "extends" in base.entries:
        problem = (
            "a recipe cannot extend itself"
            if base_path.resolve() == path.resolve()
            else (f"`extends` reaches over one file only, and {name.value} extends another recipe")
        )
        raise mistake_at(name.place, problem, value=name.value, fix="extend a recipe that extends none")
    own = Tree({key: item for key, item in tree.entries.items() if key != "extends"}, tree.place)
    return _laid_over(_laid_over(Tree({}, tree.place), base), own)


def _read_file(path: Path) -> Tree:
    place = Place(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise mistake_at(place, f"cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST_BYTES:
        raise mistake_at(place, "too long to be a recipe", allowed=f"at most {_LARGEST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fix = "save it as UTF-8"
        raise mistake_at(
            place._replace(line=line), "not UTF-8", value=content[error.start : error.end], fix=fix
        ) from None
    tree = parse_yaml(text, place)
    if not isinstance(tree.value, dict):
        problem = "the recipe is empty" if tree.value is None else "a recipe is a mapping of keys to values"
        raise mistake_at(tree.place, problem, value=plain(tree), allowed=", ".join(Recipe.model_fields))
    return Tree(tree.value, place)


def _override(text: str) -> Tree:
    """Turn ``a.b=value`` into the tree {a: {b: value}}."""
    place = Place(override=text)
    name, equals, value = text.partition("=")
    keys = [key.strip() for key in name.split(".")]
    if not equals or not all(keys):
        fix = "write such as training.max_steps=100"
        raise mistake_at(place, "a field and a value are needed", allowed="FIELD=VALUE", fix=fix)
    tree = parse_yaml(value, place)
    for key in reversed(keys):
        tree = Tree({key: tree}, place)
    return tree


def _laid_over(base: Tree, layer: Tree) -> Tree:
    """Lay one layer of a recipe over another; its task, or that of the base, says what the parts can be."""
    names_task = "task" in layer.entries and "kind" in layer.entries["task"].entries
    return _merged(base, layer, [root_of(layer if names_task else base)])


def _merged(base: Tree, layer: Tree, candidates: list[Model]) -> Tree:
    """Lay `layer` over `base`; a default that the layer changes only in part is filled in first."""
    if not isinstance(base.value, dict) or not isinstance(layer.value, dict):
        return layer
    before = chosen(candidates, base)
    after = chosen(candidates, layer) or before
    entries = {key: item for key, item in base.value.items() if not _belongs_only_to(before, after, key, item)}
    _warn_of_lost([key for key in base.value if key not in entries], base, layer)
    for key, item in layer.value.items():
        field = after.model_fields.get(key) if after else None
        under = entries.get(key, _default(field, item))
        entries[key] = _merged(under, item, models(field.annotation) if field else [])
    return Tree(entries, layer.place if base.place == Place() else base.place)


def _warn_of_lost(keys: Sequence[str], base: Tree, layer: Tree) -> None:
    """Warn of fields in a file that another kind, asked for by an override, does not have."""
    override = layer.entries["kind"].place.override if "kind" in layer.entries and "kind" in base.entries else None
    told = [key for key in keys if base.entries[key].place.path is not None]
    if override and told:
        before, named = plain(base.entries["kind"]), ", ".join(told)
        warnings.warn(f"{override}: what was set for kind {before} is left out: {named}", stacklevel=2)


def _default(field: FieldInfo | None, layer: Tree) -> Tree:
    """Return the default of a field, to be changed in part; nothing where the layer asks for another kind of part."""
    if field is not None and isinstance(field.default, BaseModel):
        default = tree_of(field.default.model_dump(mode="json"), Place())
        named = layer.entries["kind"].value if "kind" in layer.entries else None
        if "kind" not in default.entries or named in (None, default.entries["kind"].value):
            return default
    return Tree({}, layer.place)


def _belongs_only_to(before: Model | None, after: Model | None, key: str, item: Tree) -> bool:
    """Whether an inherited entry loses its meaning by a change of kind. What an override asked for is never dropped."""
    if before is None or after is None or before is after or item.place.override is not None:
        return False
    return key in before.model_fields and key not in after.model_fields


def _with_paths(tree: Tree) -> Tree:
    """Expand ~ and ${VARIABLES} in the names of files, and make those absolute that no folder is given for."""
    data = tree.entries.get("data")
    if data is not None and "train" in data.entries:  # what is made or built in names no files
        tree = Tree({**tree.entries, "data": _with_folder(data)}, tree.place)
    for keys in (("decoding", "dictionary"), ("model", "vectors", "file"), ("model", "encoder", "weights")):
        tree = _with_path(tree, keys)
    return tree


def _with_folder(data: Tree) -> Tree:
    """Make the folder of the data absolute; where none is given, it is that of the file that names the training data.

    A name that stands elsewhere, in another recipe or in an override, then becomes absolute itself.
    """
    entries = dict(data.entries)
    is_given = "folder" in entries and entries["folder"].value is not None
    home = entries["train"].place if "train" in entries else data.place
    folder = entries["folder"] if is_given else Tree(".", home)
    for name in entries.keys() & {"train", "valid", "test", "images", "captions"}:
        entries[name] = _named(entries[name], None if is_given else _base(home))
    if isinstance(folder.value, str):
        entries["folder"] = _absolute(folder)
    return Tree(entries, data.place)


def _named(names: Tree, home: Path | None) -> Tree:
    """Expand the names of files; those that do not belong to `home` become absolute."""
    if isinstance(names.value, list):
        return Tree([_named(item, home) for item in names.value], names.place)
    if isinstance(names.value, str):
        own = Tree(_expanded(names.value, names.place), names.place)
        return own if home in (None, _base(names.place)) else _absolute(own)
    if names.entries:
        return Tree({key: _named(item, home) for key, item in names.entries.items()}, names.place)
    return names


def _with_path(tree: Tree, keys: Sequence[str]) -> Tree:
    """Make a file's name absolute where it stands at these keys."""
    if not keys:
        return _absolute(tree) if isinstance(tree.value, str) else tree
    key, *below = keys
    if key not in tree.entries:
        return tree
    return Tree({**tree.entries, key: _with_path(tree.entries[key], below)}, tree.place)


def _base(place: Place) -> Path:
    """Return what names at a place are relative to."""
    return Path.cwd() if place.path is None else place.path.parent


def _absolute(name: Tree) -> Tree:
    return Tree(str((_base(name.place) / _expanded(str(name.value), name.place)).absolute()), name.place)


def _expanded(name: str, place: Place) -> str:
    def value_of(match: re.Match[str]) -> str:
        variable = match[1]
        if variable not in os.environ:
            problem = f"the environment variable {variable} is not set"
            fix = f"export {variable}=/a/folder, or write the folder itself"
            raise mistake_at(place, problem, value=name, nearest=nearest(variable, os.environ), fix=fix)
        return os.environ[variable]

    # Path.expanduser raises where a user's home is not known.
    return os.path.expanduser(re.sub(r"\$\{(\w+)\}", value_of, name))  # noqa: PTH111
