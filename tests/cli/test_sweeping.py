"""`softsearch sweep`."""

from __future__ import annotations

import json

import pytest

from softsearch.errors import Interrupted, RunError
from softsearch.runs import sweeps

RECIPE = """
task: {kind: sentence_classification}
data: {kind: grammar, num_train: 40, num_valid: 20, num_test: 30}
model: {kind: bag_of_words, embedding: 4}
training: {batch_size: 10, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""

EXECUTORS = """
task: {kind: execution}
data: {kind: addition, length: 2, num_valid: 5, num_test: 10}
model: {kind: reader_writer, embedding: 4, hidden: 4}
training: {batch_size: 5, max_steps: 1, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


def test_the_command_tells_each_run_and_the_means(command, tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(RECIPE)
    ended = command("sweep", recipe, "--over", "seed=1,2", "--out", tmp_path / "out")
    assert ended.code == 0, ended.err
    assert "1/2  seed 1: error" in ended.out
    assert "deviation" in ended.out
    again = command("sweep", recipe, "--over", "seed=1,2", "--out", tmp_path / "out", "--json")
    assert json.loads(again.out)[0]["count"] == 2


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ("seed", "such as seed=1..3"),
        ("seed=1..", "such as seed=1..3"),
        ("model.embeding=1", "\nmodel.embeding=1: unknown"),
    ],
)
def test_a_mistake_in_the_values_is_told(command, tmp_path, over, told):
    (tmp_path / "mine.yaml").write_text(RECIPE)
    ended = command("sweep", tmp_path / "mine.yaml", "--over", over, "--out", tmp_path / "out")
    assert (ended.code, told in "\n" + ended.err) == (2, True), ended.err


def test_shares_are_told_in_per_cent_with_an_interval_of_possible_ones(command, tmp_path):
    (tmp_path / "mine.yaml").write_text(RECIPE)
    (row,) = [
        line
        for line in command(
            "sweep", tmp_path / "mine.yaml", "--over", "seed=1,2", "--out", tmp_path / "out"
        ).out.splitlines()
        if line.split()[:2] == ["all", "error"]
    ]
    numbers = [float(word) for word in row.replace("%", " ").split() if word.replace(".", "").isdecimal()]
    count, mean, _, low, high = numbers
    kept = json.loads((tmp_path / "out" / "sweep.json").read_text())["summary"][0]["scores"]["error"]
    assert (count, mean) == (2, round(100 * kept["mean"], 2))
    assert [low, high] == [round(100 * max(0, kept["low"]), 2), round(100 * min(1, kept["high"]), 2)]


def test_shares_of_executors_are_told_in_per_cent(command, tmp_path):
    (tmp_path / "mine.yaml").write_text(EXECUTORS)
    ended = command("sweep", tmp_path / "mine.yaml", "--over", "seed=1,2", "--out", tmp_path / "out")
    rows = {line.split()[1]: line for line in ended.out.splitlines() if line.startswith("all ")}
    kept = json.loads((tmp_path / "out" / "sweep.json").read_text())["summary"][0]["scores"]
    assert rows.keys() == kept.keys() == {"accuracy", "exact"}
    assert all(f" {100 * kept[name]['mean']:.2f} %" in row for name, row in rows.items())


def test_trainings_that_came_to_no_end_are_told_in_the_end(command, tmp_path, monkeypatch):
    real = sweeps.train

    def failing(recipe, out, **more):
        if recipe.seed == 1:
            raise RunError("no finite loss", path=out, fix="a lower learning_rate")
        return real(recipe, out, **more)

    monkeypatch.setattr(sweeps, "train", failing)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    ended = command("sweep", tmp_path / "mine.yaml", "--over", "seed=1,2", "--out", tmp_path / "out")
    assert ended.code == 2
    assert "1/2  seed 1: came to no end" in ended.out
    assert "2/2  seed 2: error" in ended.out
    assert "1 of 2 trainings came to no end\nseed 1: " in ended.err
    assert "a lower learning_rate" in ended.err


def test_an_interrupted_sweep_says_that_the_same_command_goes_on(command, tmp_path, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise Interrupted("interrupted by SIGINT", path=tmp_path, fix="softsearch resume it", exit_code=130)

    monkeypatch.setattr(sweeps, "train", interrupted)
    (tmp_path / "mine.yaml").write_text(RECIPE)
    ended = command("sweep", tmp_path / "mine.yaml", "--over", "seed=1,2", "--out", tmp_path / "out")
    assert ended.code == 130
    assert "the same command goes on" in ended.err.splitlines()[-1]
