from __future__ import annotations

import json

import pytest

from softsearch.training.folder import RunFolder


@pytest.fixture
def run(tmp_path):
    RunFolder.create(tmp_path / "run", files={"recipe.yaml": "seed: 1\n"}, about={})
    return tmp_path / "run"


def test_two_files_are_counted_and_described(command, corpus):
    ended = command("check", *corpus)
    assert ended.code == 0
    for part in ("39 pairs", "source: 195 words", "blank side", "repeat an earlier one"):
        assert part in ended.out


def test_json_tells_the_same_in_one_object(command, corpus):
    found = json.loads(command("check", *corpus, "--json").out)
    assert (found["kind"], found["pairs"], found["blank"], found["duplicates"]) == ("data", 39, 1, 1)
    assert found["source"]["longest"] == 5


def test_a_recipe_is_checked_with_its_data(command, corpus, tmp_path):
    recipe = tmp_path / "own.yaml"
    files = "{source: train.de, target: train.en}"
    recipe.write_text(f"data: {{kind: files, source: de, target: en, train: {files}}}\ntraining: {{max_steps: 1}}\n")
    ended = command("check", recipe)
    assert ended.code == 0, ended.err
    assert "a valid recipe" in ended.out
    assert "39 pairs" in ended.out
    corpus[0].unlink()
    ended = command("check", recipe)
    assert ended.code == 2
    assert "no such file" in ended.err


def test_a_wrong_key_is_told_with_its_line(command, tmp_path):
    recipe = tmp_path / "own.yaml"
    recipe.write_text("data: {kind: grammar}\ntraining:\n  max_stps: 1\n")
    ended = command("check", recipe)
    assert ended.code == 2
    assert f"{recipe}:3" in ended.err
    assert "max_steps" in ended.err


def test_a_recipe_of_generated_data_has_no_files_to_read(command, tmp_path):
    recipe = tmp_path / "own.yaml"
    recipe.write_text("data: {kind: grammar}\ntraining: {max_steps: 1}\n")
    ended = command("check", recipe)
    assert ended.code == 0
    assert "generated" in ended.out


def test_an_intact_run_passes(command, run):
    ended = command("check", run)
    assert ended.code == 0
    assert "every file is as it was written" in ended.out
    assert json.loads(command("check", run, "--json").out)["kind"] == "run"


def test_an_altered_file_of_a_run_is_named(command, run):
    (run / "recipe.yaml").write_text("seed: 2\n")
    ended = command("check", run)
    assert (ended.code, ended.out) == (2, "")
    assert "recipe.yaml" in ended.err


@pytest.mark.parametrize(("words", "told"), [(["no/such/thing"], "no/such/thing"), (["a", "b", "c"], "two files")])
def test_what_is_nothing_is_refused(words, told, command):
    ended = command("check", *words)
    assert ended.code == 2
    assert told in ended.err


def test_a_folder_that_is_no_run_is_refused(command, tmp_path):
    ended = command("check", tmp_path)
    assert ended.code == 2
    assert "not a run folder" in ended.err
