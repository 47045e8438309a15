from __future__ import annotations

import pytest

from softsearch.errors import DataError, RecipeError, RunError, SoftsearchError, nearest, nearest_name


def test_a_message_tells_the_place_the_value_what_is_allowed_the_nearest_and_the_fix():
    error = RecipeError(
        "unknown key",
        path="my.yaml",
        line=7,
        value="hiden",
        allowed=["hidden", "layers"],
        nearest="hidden",
        fix="correct the spelling",
    )
    assert str(error).splitlines() == [
        "my.yaml:7: unknown key",
        "  value: 'hiden'",
        "  allowed: hidden, layers",
        "  did you mean: hidden?",
        "  fix: correct the spelling",
    ]


def test_what_is_not_known_is_left_out():
    assert str(DataError("the file is empty", path="a.de")) == "a.de: the file is empty"
    assert str(RunError("nothing to resume")) == "nothing to resume"


def test_a_value_that_is_falsy_is_still_shown():
    assert "value: 0" in str(SoftsearchError("too small", value=0))


def test_a_very_long_value_is_cut():
    assert len(str(DataError("too long", value="x" * 100_000))) < 200


@pytest.mark.parametrize("kind", [RecipeError, DataError, RunError])
def test_one_except_clause_catches_every_mistake_of_a_user(kind):
    with pytest.raises(SoftsearchError, match="wrong"):
        raise kind("wrong")


def test_the_nearest_spelling_is_found_and_a_far_one_is_not_offered():
    assert nearest("atention", ["attention", "encoder"]) == "attention"
    assert nearest("zzz", ["attention", "encoder"]) is None


@pytest.mark.parametrize(
    ("written", "there", "meant"),
    [
        ("frist", ["second", "first"], "first"),
        ("train.dee", ["train.en", "train.de"], "train.de"),
        ("xyz.en", ["val.en", "test.en"], None),
        ("b", ["a"], None),
        ("de.tsv", ["en.tsv", "dev.tsv"], "dev.tsv"),
        ("translate-multi30k.yml", ["translate-multi30k.yaml"], "translate-multi30k.yaml"),
        ("same", ["same"], None),
    ],
)
def test_a_file_is_offered_only_where_its_name_is_a_slip_away(written, there, meant):
    assert nearest_name(written, there) == meant
