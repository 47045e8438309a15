"""`softsearch predict` and `look` with a classifier of sentences."""

from __future__ import annotations

import json

import pytest

from softsearch import runs
from softsearch.recipes import load_recipe

RECIPE = """
task: {kind: sentence_classification}
data: {kind: grammar, num_train: 40, num_valid: 20, num_test: 10}
model: {kind: conv, embedding: 8}
training: {batch_size: 10, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


def test_each_line_gets_its_class_and_an_empty_one_too(command, run, tmp_path):
    (tmp_path / "lines.txt").write_text("He will sing.\n\nHe sang.\n")
    ended = command("predict", run, tmp_path / "lines.txt")
    assert ended.code == 0, ended.err
    found = runs.load(run).classify(["He will sing.", "", "He sang."])
    assert ended.out.splitlines() == [f"{each.label} {each.probabilities[0]:.4f}" for each in found]
    assert "empty lines: 1" in ended.err


def test_json_has_as_many_classes_as_asked_for(command, run, tmp_path):
    (tmp_path / "lines.txt").write_text("He will sing.\n")
    (line,) = command("predict", run, tmp_path / "lines.txt", "--nbest", 2, "--format", "jsonl").out.splitlines()
    assert json.loads(line)["sentence"] == "He will sing."
    assert len(json.loads(line)["probabilities"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.txt"], "no such file"),
        (["reviews.csv.gz"], "this is a table"),
        (["--beam", 3], "a classifier of sentences has no use for this: --beam"),
        (["--flips"], "a classifier of sentences has no use for this: --flips"),
        (["--format", "pharaoh"], "links no words"),
        (["--score", "x"], "is scored on sentences with their classes"),
    ],
)
def test_a_mistake_is_told_with_exit_code_2(command, run, words, told):
    ended = command("predict", run, *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_filters_are_listed_with_their_n_grams(command, run, tmp_path):
    ended = command("look", run, "--filters")
    assert ended.code == 0, ended.err
    assert "30 of 300 filters, on 20 sentences" in ended.out
    (tmp_path / "lines.txt").write_text("He will sing.\n\n")
    rows = json.loads(command("look", run, "--filters", "--file", tmp_path / "lines.txt", "--top", 1, "--json").out)
    assert len(rows) == 300
    assert {len(row["fires"]) for row in rows} <= {0, 1}


def test_one_sentence_is_explained(command, run):
    ended = command("look", run, "--filters", "--text", "The man will sing.", "--json")
    found = json.loads(ended.out)
    assert found["class"] == runs.load(run).classify(["The man will sing."])[0].label
    assert found["reasons"] == sorted(found["reasons"], key=lambda each: -each["favours"])
    assert "has found" in command("look", run, "--filters", "--text", "The man will sing.").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--file", "m.csv"], "this is a table"),
        (["--text", "He sang.", "--file", "m.txt"], "one sentence is looked at"),
    ],
)
def test_what_filters_cannot_be_looked_at_with_is_refused(command, run, words, told):
    ended = command("look", run, "--filters", *words)
    assert (ended.code, told in ended.err) == (2, True), ended.err


def test_a_network_without_filters_is_told(command, tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("conv", "bag_of_words"))
    bag = runs.train(load_recipe(tmp_path / "recipe.yaml"), tmp_path / "run", live=False)
    ended = command("look", bag, "--filters")
    assert ended.code == 2
    assert "no filters over words" in ended.err


def test_a_recipe_is_checked_with_its_classes_and_what_is_trained_on_is_warned_of(command, tmp_path):
    (tmp_path / "t.csv").write_text(
        "text,label\n" + "".join(f"line {number},{'ab'[number % 2]}\n" for number in range(20))
    )
    (tmp_path / "v.csv").write_text("text,label\nline 3,b\nsomething else,a\n")
    text = RECIPE.replace(
        "{kind: grammar, num_train: 40, num_valid: 20, num_test: 10}", "{kind: table, train: t.csv, valid: v.csv}"
    )
    (tmp_path / "recipe.yaml").write_text(text)
    ended = command("check", tmp_path / "recipe.yaml")
    assert ended.code == 0, ended.err
    assert "train: 20 (a 10, b 10); 0.0 % of the tokens unknown" in ended.out
    assert "valid: 1 of 2 sentences are trained on, too" in ended.err
    found = json.loads(command("check", tmp_path / "recipe.yaml", "--json").out)
    assert (found["data"]["valid"]["trained_on"], found["data"]["valid"]["classes"]) == (1, {"a": 1, "b": 1})
