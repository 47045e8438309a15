"""How a language model goes on with a text, as a recipe says it: ranges, and options without effect."""

from __future__ import annotations

import warnings

import pytest

from softsearch.errors import RecipeError
from softsearch.recipes import load_recipe

RECIPE = "task: {kind: language_model}\ntraining: {max_steps: 1}\ndecoding: DECODING\n"


def load(tmp_path, decoding: str):
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE.replace("DECODING", decoding))
    return load_recipe(path)


@pytest.mark.parametrize(
    ("decoding", "told"),
    [
        ("{temperature: 0, top_k: 5}", "decoding.top_k has no effect with decoding.temperature 0"),
        ("{temperature: 0, top_p: 0.5}", "decoding.top_p has no effect with decoding.temperature 0"),
        ("{temperature: 0, min_p: 0.5}", "decoding.min_p has no effect with decoding.temperature 0"),
        ("{repetition_window: 5}", "decoding.repetition_window has no effect without decoding.repetition_penalty"),
    ],
)
def test_an_option_without_effect_warns(decoding, told, tmp_path):
    with pytest.warns(UserWarning, match=told):
        load(tmp_path, decoding)


@pytest.mark.parametrize(
    "decoding",
    ["{temperature: 0}", "{top_k: 5, top_p: 0.5, min_p: 0.1}", "{repetition_penalty: 1.2, repetition_window: 5}"],
)
def test_options_with_effect_do_not(decoding, tmp_path):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        load(tmp_path, decoding)
    assert not [each for each in told if "decoding" in str(each.message)]


@pytest.mark.parametrize(
    "decoding",
    ["temperature: -1", "top_k: 0", "top_p: 0", "min_p: 1", "repetition_penalty: 0.5",
     "repetition_window: 0", "no_repeat_ngrams: -1", "beam: 5"],
)  # fmt: skip
def test_a_value_out_of_range_is_named(decoding, tmp_path):
    with pytest.raises(RecipeError, match=f"decoding.{decoding.split(':')[0]}"):
        load(tmp_path, f"{{{decoding}}}")
