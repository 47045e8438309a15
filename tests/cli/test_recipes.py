from __future__ import annotations

import json


def test_json_is_a_list_with_the_keys_that_programs_rely_on(command):
    listed = json.loads(command("recipes", "--json").out)
    assert "translate/builtin" in [recipe["name"] for recipe in listed]
    assert all(set(recipe) == {"name", "systems", "task", "expected"} for recipe in listed)


def test_the_table_names_every_recipe(command):
    ended = command("recipes")
    assert ended.code == 0
    assert "translate/builtin" in ended.out
