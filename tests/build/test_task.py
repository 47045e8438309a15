"""Each field of a recipe's task and decoding reaches the object that obeys it."""

from __future__ import annotations

from softsearch.build.task import build_task
from softsearch.data.tokenizers import WordTokenizer
from softsearch.recipes import load_recipe


def test_a_task_smooths_searches_and_ignores_case_as_the_recipe_says():
    recipe = load_recipe(
        "translate/builtin",
        [
            "task.label_smoothing=0.25",
            "tokenizer.lowercase=true",
            "decoding.beam=7",
            "decoding.length_penalty=0.5",
            "decoding.max_ratio=3.5",
        ],
    )
    task = build_task(recipe, WordTokenizer(["a"], lowercase=True), max_tokens=33)
    assert task.to_dict() == {
        "label_smoothing": 0.25,
        "lowercase": True,
        "beam": 7,
        "length_penalty": 0.5,
        "max_ratio": 3.5,
        "max_tokens": 33,
    }


def test_a_translator_searches_as_the_recipe_says():
    recipe = load_recipe("translate/builtin", ["decoding.beam=7", "decoding.max_ratio=3.5"])
    translator = build_task(recipe, WordTokenizer(["a"], lowercase=False), max_tokens=33).translator(None)
    assert (translator.beam, translator.max_ratio, translator.max_tokens) == (7, 3.5, 33)
