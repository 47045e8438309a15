"""Each field of a recipe's task and decoding reaches the object that obeys it."""

from __future__ import annotations

import pytest

from softsearch.build.translation import build_task
from softsearch.data.tokenizers import WordTokenizer
from softsearch.errors import DataError
from softsearch.recipes import load_recipe

TOKENIZER = WordTokenizer(["a"], lowercase=True, split_punctuation=False)
SEARCH = {
    "beam": 7,
    "length_penalty": 0.5,
    "max_ratio": 3.5,
    "coverage_penalty": 0.25,
    "min_length": 2,
    "max_length": 40,
    "no_repeat_ngrams": 3,
    "replace_unknown": True,
}


def test_a_task_smooths_searches_and_ignores_case_as_the_recipe_says():
    search = [f"decoding.{name}={str(value).lower()}" for name, value in SEARCH.items()]
    recipe = load_recipe("translate/builtin", ["task.label_smoothing=0.25", "tokenizer.lowercase=true", *search])
    task = build_task(recipe, TOKENIZER, max_tokens=33)
    assert task.to_dict() == {"label_smoothing": 0.25, "lowercase": True, "max_tokens": 33, **SEARCH}
    assert task.dictionary == {}


def test_a_translator_searches_as_the_recipe_says():
    recipe = load_recipe("translate/builtin", ["decoding.beam=7", "decoding.max_ratio=3.5"])
    translator = build_task(recipe, TOKENIZER, max_tokens=33).ready(None)
    assert (translator.search.beam, translator.search.max_ratio, translator.max_tokens) == (7, 3.5, 33)


def test_the_dictionary_is_the_file_that_the_recipe_names(tmp_path):
    (tmp_path / "de-en.tsv").write_text("Haus\thouse\n")
    (tmp_path / "own.yaml").write_text(
        "extends: translate/builtin\ndecoding: {replace_unknown: true, dictionary: de-en.tsv}\n"
    )
    recipe = load_recipe(tmp_path / "own.yaml")
    assert recipe.decoding.dictionary == str(tmp_path / "de-en.tsv")
    assert build_task(recipe, TOKENIZER, max_tokens=33).ready(None).dictionary == {"Haus": "house"}


def test_a_dictionary_that_is_not_there_is_named(tmp_path):
    recipe = load_recipe(
        "translate/builtin", ["decoding.replace_unknown=true", f"decoding.dictionary={tmp_path / 'no.tsv'}"]
    )
    with pytest.raises(DataError, match="no such file"):
        build_task(recipe, TOKENIZER, max_tokens=33)
