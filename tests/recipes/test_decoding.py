"""What a recipe may say about decoding, and what it is told when it says nothing that counts."""

from __future__ import annotations

import warnings

import pytest

from softsearch.errors import RecipeError
from softsearch.recipes import load_recipe


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("coverage_penalty", -0.1),
        ("coverage_penalty", ".nan"),
        ("min_length", -1),
        ("max_length", 0),
        ("no_repeat_ngrams", -1),
        ("replace_unknown", 1),
        ("dictionary", 3),
    ],
)
def test_a_value_out_of_range_is_refused(name, wrong):
    with pytest.raises(RecipeError, match=name):
        load_recipe("translate/builtin", [f"decoding.{name}={wrong}"])


def test_lengths_that_exclude_each_other_are_refused():
    with pytest.raises(RecipeError, match=r"max_length[\s\S]*at least min_length, 9"):
        load_recipe("translate/builtin", ["decoding.min_length=9", "decoding.max_length=8"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["decoding.beam=1", "decoding.length_penalty=0.6"], "length_penalty has no effect with decoding.beam 1"),
        (["decoding.beam=1", "decoding.coverage_penalty=0.6"], "coverage_penalty has no effect with decoding.beam 1"),
        (["model.attention={kind: mean}", "decoding.coverage_penalty=1"], "coverage_penalty has no effect without att"),
        (
            ["model.attention={kind: none}", "decoding.replace_unknown=true"],
            "replace_unknown has no effect without att",
        ),
        (["decoding.dictionary=a.tsv"], "dictionary has no effect without decoding.replace_unknown"),
    ],
)
def test_an_option_without_effect_warns(changes, told):
    with pytest.warns(UserWarning, match=told):
        load_recipe("translate/builtin", changes)


def test_options_with_an_effect_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_recipe(
            "translate/builtin",
            ["decoding.coverage_penalty=0.2", "decoding.replace_unknown=true", "decoding.dictionary=a.tsv"],
        )
