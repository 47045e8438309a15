"""`softsearch sweep`."""

from __future__ import annotations

import json

RECIPE = """
task: {kind: sentence_classification}
data: {kind: grammar, num_train: 40, num_valid: 20, num_test: 30}
model: {kind: bag_of_words, embedding: 4}
training: {batch_size: 10, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
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
    wrong = command("sweep", recipe, "--over", "seed")
    assert (wrong.code, "such as seed=1..3" in wrong.err) == (2, True)
