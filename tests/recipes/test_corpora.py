"""Several corpora to train on, in a recipe: how they are written, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from softsearch.errors import RecipeError
from softsearch.recipes import dump_recipe, load_recipe
from softsearch.recipes.schema import WeightedTable, WeightedTwoFiles


@pytest.fixture
def written(tmp_path):
    def write(train: str, **others: str) -> Path:
        lines = [f"{key}: {value}" for key, value in {"train": train, **others}.items()]
        fields = "\n  ".join(["kind: files", "source: de", "target: en", *lines])
        path = tmp_path / "recipe.yaml"
        path.write_text(f"data:\n  {fields}\ntraining: {{max_epochs: 2}}\n")
        return path

    return write


def error_of(path: Path) -> RecipeError:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path)
    return caught.value


def test_a_list_holds_corpora_of_either_form_with_their_weights(written, tmp_path, monkeypatch):
    monkeypatch.setenv("CORPORA", "/c")
    recipe = load_recipe(written("[{pairs: a.jsonl}, {source: '${CORPORA}/b.de', target: b.en, weight: 0.3}]"))
    assert recipe.data.train == (
        WeightedTable(pairs="a.jsonl", weight=1.0),
        WeightedTwoFiles(source="/c/b.de", target="b.en", weight=0.3),
    )
    (tmp_path / "dumped.yaml").write_text(dump_recipe(recipe))
    assert load_recipe(tmp_path / "dumped.yaml") == recipe


def test_a_list_can_be_laid_over_another_and_over_one_corpus(written):
    for train in ("{pairs: a.tsv}", "[{pairs: a.tsv}, {pairs: b.tsv}]"):
        recipe = load_recipe(written(train), ["data.train=[{pairs: c.tsv, weight: 2}]"])
        assert recipe.data.train == (WeightedTable(pairs="c.tsv", weight=2.0),)


@pytest.mark.parametrize(
    ("train", "told", "allowed"),
    [
        ("[]", "`data.train`: the list is empty", "{pairs} or {source, target}, each with a weight at will"),
        ("[{pairs: a}, 3]", "`data.train.1`: a mapping", "{pairs, weight} or {source, target, weight}"),
        ("[{pairs: a, wieght: 2}]", "unknown key `data.train.0.wieght`", "{pairs, weight} or {source, target, weight}"),
        ("[{pairs: a, weight: x}]", "`data.train.0.weight`: not a value", "a number"),
        ("[{pairs: a, weight: 0}]", "`data.train.0.weight`: out of range", "greater than 0"),
        ("[{source: a, weight: 1}]", "`data.train.0.target` is missing", None),
        ("[{pairs: a, source: b}]", "`data.train.0.source` cannot stand beside", "{pairs, weight} or"),
        ("{pairs: a, weight: 2}", "unknown key `data.train.weight`", "{pairs} or {source, target}"),
    ],
)
def test_a_mistake_in_a_list_is_told_once_with_its_place(written, train, told, allowed):
    error = error_of(written(train))
    assert told in error.problem
    assert "mistakes" not in error.problem
    assert error.line == 5
    assert (error.allowed or "").startswith(allowed or "")


def test_a_file_name_alone_in_a_list_is_shown_how_to_be_written(written):
    assert error_of(written("[a.tsv]")).fix == "write {pairs: a.tsv}"


def test_a_misspelled_key_in_a_list_has_its_nearest(written):
    assert error_of(written("[{pairs: a, wieght: 2}]")).nearest == "data.train.0.weight"


@pytest.mark.parametrize("field", ["valid", "test"])
def test_held_out_pairs_are_one_corpus_without_a_weight(written, field):
    error = error_of(written("{pairs: a}", **{field: "[{pairs: b}]"}))
    assert f"`data.{field}`: a mapping" in error.problem
    error = error_of(written("{pairs: a}", **{field: "{pairs: b, weight: 2}"}))
    assert f"unknown key `data.{field}.weight`" in error.problem
