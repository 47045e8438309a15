"""The page about recipes names every field with its default, and what it shows can be read as it stands."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from softsearch.errors import RecipeError
from softsearch.recipes import load_recipe, shipped
from softsearch.recipes.fields import Model, items, kind_of, members, models, paths
from softsearch.recipes.schema import TranslationRecipe as Recipe
from softsearch.recipes.tree import Place, parse_yaml, plain

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "recipes.md").read_text(encoding="utf-8")
WHOLE = "recipe"


class Key(NamedTuple):
    """A field: the place of the mapping that it stands in, the mapping's kind, its own name."""

    place: str
    kind: str | None
    name: str


def fields_below(model: Model, place: str = "") -> Iterator[tuple[Key, FieldInfo]]:
    for name, field in model.model_fields.items():
        if name != "kind":
            yield Key(place or WHOLE, kind_of(model), name), field
        for below in models(field.annotation) + models(items(field.annotation)):
            yield from fields_below(below, f"{place}.{name}".lstrip("."))


def parts_below(model: Model, place: str = "") -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        for below in models(field.annotation):
            inside = f"{place}.{name}".lstrip(".")
            yield inside, kind_of(below)
            yield from parts_below(below, inside)


def headings() -> Iterator[tuple[list[str], list[str | None], str]]:
    """Yield the places, the kinds and the text of each section: ``### model.attention: general, dot``."""
    for section in re.split(r"^###? ", PAGE, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        places, _, kinds = title.partition(": ")
        yield places.split(", "), list(kinds.split(", ")) if kinds else [None], text


def documented() -> dict[Key, tuple[str, str]]:
    """Return what the page says of each field: its values and its default."""
    return {
        Key(place, kind, name): (values, default)
        for places, kinds, text in headings()
        for name, values, default in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", text, re.MULTILINE)
        for place in places
        for kind in kinds
    }


FIELDS = list(fields_below(Recipe))
DOCUMENTED = documented()
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_every_field_of_every_kind_and_no_other():
    names = {f"{'' if key.place == WHOLE else key.place + '.'}{key.name}" for key, _ in FIELDS}
    assert {path for path in paths(Recipe) if not path.endswith("kind")} <= names
    # One table serves data.train, data.valid and data.test, but only a list below the first knows a weight.
    shared = {Key("data.valid", None, "weight"), Key("data.test", None, "weight")}
    assert DOCUMENTED.keys() - shared == {key for key, _ in FIELDS}


def test_the_page_has_a_heading_for_every_kind():
    named = {(place, kind) for places, kinds, _ in headings() for place in places for kind in kinds}
    assert set(parts_below(Recipe)) - named == set()


@pytest.mark.parametrize(("key", "field"), FIELDS, ids=[".".join(filter(None, key)) for key, _ in FIELDS])
def test_a_default_on_the_page_is_that_of_the_schema(key, field):
    default = DOCUMENTED[key][1]
    if field.is_required():
        assert default == "*required*"
    else:
        written = plain(parse_yaml(default.strip("`"), Place()))
        annotation: Any = field.rebuild_annotation()
        assert TypeAdapter(annotation).validate_python(written) == field.default


@pytest.mark.parametrize(
    ("key", "field"),
    [pair for pair in FIELDS if any(get_origin(member) is Literal for member in members(pair[1].annotation))],
)
def test_every_word_that_can_stand_somewhere_is_on_the_page(key, field):
    words = {word for member in members(field.annotation) for word in get_args(member)}
    assert set(re.findall(r"`(\w+)`", DOCUMENTED[key][0])) == words


@pytest.mark.parametrize("number", range(6))
def test_every_recipe_on_the_page_is_read_without_a_warning(number, tmp_path, monkeypatch):
    monkeypatch.setenv("SOFTSEARCH_DATA", "/corpora")
    path = tmp_path / "recipe.yaml"
    path.write_text(SNIPPETS[number], encoding="utf-8")
    with warnings.catch_warnings(action="error"):
        load_recipe(path)
    assert len(SNIPPETS) == 6


def test_every_override_on_the_page_is_read_and_a_mistake_is_told_as_shown():
    overrides = re.findall(r"^\$ .* --set \"?([^\"\n]+)\"?$", PAGE, re.MULTILINE)
    assert len(overrides) == 3
    for override in overrides:
        load_recipe("translate/builtin", [override])
    shown = re.search(r"^```text\n--set (\S+): .*?(?=\n```)", PAGE, re.MULTILINE | re.DOTALL)
    assert shown is not None
    with pytest.raises(RecipeError) as caught:
        load_recipe("translate/builtin", [shown[1]])
    assert str(caught.value) == shown[0].removeprefix("```text\n")


def test_every_system_that_a_recipe_shows_is_explained():
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| (S\d+) \|", page, re.MULTILINE))
    assert {system for recipe in shipped() for system in recipe.systems} <= explained


def test_the_claims_page_names_the_claims_that_are_measured():
    page = (PROJECT / "docs" / "claims.md").read_text(encoding="utf-8")
    named = re.search(r"^Five of the 44 .*?: (.*?)\. ", page, re.MULTILINE | re.DOTALL)
    assert named is not None
    modules = sorted((PROJECT / "src" / "softsearch" / "claims").glob("c[0-9]*.py"))
    assert re.findall(r"C\d+", named[1]) == [f"C{int(file.name[1:3])}" for file in modules]
