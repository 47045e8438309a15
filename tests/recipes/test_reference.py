"""The pages about recipes name every field with its default, and every word that can stand somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from softsearch.errors import RecipeError
from softsearch.recipes import load_recipe, shipped
from softsearch.recipes.fields import Model, items, kind_of, members, models, paths
from softsearch.recipes.schema import (
    CaptionRecipe,
    ExecutionRecipe,
    ImageRecipe,
    LanguageRecipe,
    Recipe,
    SentenceRecipe,
    TransducerRecipe,
    TranslationRecipe,
)
from softsearch.recipes.tree import Place, parse_yaml, plain

PROJECT = Path(__file__).parents[2]
PAGES: dict[type[Recipe], str] = {
    recipe: (PROJECT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for recipe, name in (
        (TranslationRecipe, "recipes"),
        (LanguageRecipe, "language-models"),
        (ImageRecipe, "image-classifiers"),
        (SentenceRecipe, "sentence-classifiers"),
        (CaptionRecipe, "captions"),
        (TransducerRecipe, "transducers"),
        (ExecutionRecipe, "programs"),
    )
}
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


def sections_of(recipe: type[Recipe]) -> list[str]:
    return re.split(r"^###? ", PAGES[recipe], flags=re.MULTILINE)[1:]


def headings(recipe: type[Recipe]) -> Iterator[tuple[list[str], list[str | None], str]]:
    """Yield the places, the kinds and the text of each section: ``### model.attention: general, dot``.

    What is said of training on the page about translators is said of all; captioners share more.
    """
    sections = []
    if recipe is not TranslationRecipe:
        shared = sections_of(TranslationRecipe)
        sections += [section for section in shared if section.startswith("training")]
    if recipe is ExecutionRecipe:
        sections += [
            section for section in shared if section.startswith("model") and "one_per_word" not in section[:40]
        ]
    if recipe is CaptionRecipe:
        sections += [section for section in shared if section.startswith(("tokenizer", "model.attention"))]
        for section in sections_of(ImageRecipe):
            if section.startswith("model: "):
                sections.append("model.encoder.network" + section.removeprefix("model"))
            elif section.startswith("augmentation"):
                sections.append(re.sub(r"^\| `mixup` .*\n", "", section, flags=re.MULTILINE))
    for section in sections + sections_of(recipe):  # what is said last holds
        title, _, text = section.partition("\n")
        places, _, kinds = title.partition(": ")
        yield places.split(", "), list(kinds.split(", ")) if kinds else [None], text


def documented(recipe: type[Recipe]) -> dict[Key, tuple[str, str]]:
    """Return what the page says of each field: its values and its default."""
    return {
        Key(place, kind, name): (values, default)
        for places, kinds, text in headings(recipe)
        for name, values, default in re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", text, re.MULTILINE)
        for place in places
        for kind in kinds
    }


FIELDS = [(recipe, key, field) for recipe in PAGES for key, field in fields_below(recipe)]
DOCUMENTED = {recipe: documented(recipe) for recipe in PAGES}


@pytest.mark.parametrize("recipe", PAGES)
def test_the_page_has_every_field_of_every_kind_and_no_other(recipe):
    own = {key for each, key, _ in FIELDS if each is recipe}
    names = {f"{'' if key.place == WHOLE else key.place + '.'}{key.name}" for key in own}
    assert {path for path in paths(recipe) if not path.endswith("kind")} <= names
    # One table serves data.train, data.valid and data.test, but only a list below the first knows a weight.
    shared = {Key("data.valid", None, "weight"), Key("data.test", None, "weight")}
    if recipe in (ImageRecipe, SentenceRecipe, TransducerRecipe, ExecutionRecipe):  # what is said of training on text
        shared.add(Key("training", None, "batch_tokens"))
    if recipe is CaptionRecipe:
        shared |= {Key("training", None, "batch_tokens"), Key("model.attention", "dot", "coverage")}
    assert DOCUMENTED[recipe].keys() - shared == own


@pytest.mark.parametrize("recipe", PAGES)
def test_the_page_has_a_heading_for_every_kind(recipe):
    named = {(place, kind) for places, kinds, _ in headings(recipe) for place in places for kind in kinds}
    assert set(parts_below(recipe)) - named == set()


@pytest.mark.parametrize(
    ("recipe", "key", "field"),
    FIELDS,
    ids=[f"{recipe.__name__}.{'.'.join(filter(None, key))}" for recipe, key, _ in FIELDS],
)
def test_a_default_on_the_page_is_that_of_the_schema(recipe, key, field):
    default = DOCUMENTED[recipe][key][1]
    if field.is_required():
        assert default == "*required*"
    else:
        written = plain(parse_yaml(default.strip("`"), Place()))
        annotation: Any = field.rebuild_annotation()
        assert TypeAdapter(annotation).validate_python(written) == field.default


@pytest.mark.parametrize(
    ("recipe", "key", "field"),
    [each for each in FIELDS if any(get_origin(member) is Literal for member in members(each[2].annotation))],
)
def test_every_word_that_can_stand_somewhere_is_on_the_page(recipe, key, field):
    words = {str(word) for member in members(field.annotation) for word in get_args(member)}
    assert set(re.findall(r"`(\w+)`", DOCUMENTED[recipe][key][0])) == words


def test_a_mistake_is_told_as_the_page_shows():
    shown = re.search(r"^```text\n(\S+=\S+): .*?(?=\n```)", PAGES[TranslationRecipe], re.MULTILINE | re.DOTALL)
    assert shown is not None
    with pytest.raises(RecipeError) as caught:
        load_recipe("translate/builtin", [shown[1]])
    assert str(caught.value) == shown[0].removeprefix("```text\n")


def test_every_system_that_a_recipe_shows_is_explained():
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| \[(S\d+)\]\(systems/", page, re.MULTILINE))
    assert {system for recipe in shipped() for system in recipe.systems} <= explained


def test_the_claims_page_names_the_claims_that_are_measured():
    page = (PROJECT / "docs" / "claims.md").read_text(encoding="utf-8")
    named = re.search(r"^(\d+) of the 44 .*?: (.*?)\. ", page, re.MULTILINE | re.DOTALL)
    assert named is not None
    kept = [file.stem for file in (PROJECT / "src" / "softsearch" / "claims" / "results").glob("C*.json")]
    assert re.findall(r"C\d+", named[2]) == sorted(kept, key=lambda name: int(name[1:]))
    assert int(named[1]) == len(kept)
    assert f"({len(kept)} of 44 measured so far)" in (PROJECT / "README.md").read_text(encoding="utf-8")
