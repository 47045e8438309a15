"""Transducers from the recipe to the report: trained, scored, swept, resumed, looked into."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from softsearch import runs
from softsearch.build.transduction import held_out_of
from softsearch.cli import app
from softsearch.errors import DataError, RecipeError
from softsearch.inspection.gradients_of_runs import gradients_of, plot_gradients
from softsearch.inspection.report import write_report
from softsearch.recipes import Recipe, load_recipe
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: transduction}
data: {kind: copy, width: 3, length: [1, 4], num_valid: 40, num_test: 50}
model: {kind: turing_machine, controller: feed_forward, hidden: 8, memory: {cells: 6, word: 4}}
training:
  batch_size: 4
  optimizer: {kind: adamw, learning_rate: 0.01}
  max_steps: 6
  validate_every: 3 steps
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    def load(*changes: str) -> Recipe:
        path = tmp_path / "recipe.yaml"
        path.write_text(RECIPE)
        return load_recipe(path, changes)

    return load


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    (folder / "recipe.yaml").write_text(RECIPE)
    return runs.train(load_recipe(folder / "recipe.yaml"), folder / "run", live=False)


def test_scores_are_those_of_the_network_on_the_episodes(run):
    found = runs.evaluate(run)["sizes"]["as trained"]
    trained = runs.load(run)
    bits, errors, exact, blind = [], [], [], []
    for batch in held_out_of(load_recipe(run / "recipe.yaml"), "test"):
        for row, written in enumerate(trained.transduce(batch.inputs)):
            asked, target = batch.mask[row], batch.targets[row]
            chances = torch.where(target > 0.5, written, 1 - written)[asked]
            bits.append(-float(chances.log2().sum()))
            wrong = int(((written > 0.5) != (target > 0.5))[asked].sum())
            errors.append(wrong)
            exact.append(wrong == 0)
            other = batch.targets[row - 1]
            blind.append(-float(torch.where(other > 0.5, written, 1 - written)[asked].log2().sum()))
    assert found["count"] == len(bits) == 50
    expected = {"bits": np.mean(bits), "errors": np.mean(errors), "exact": np.mean(exact)}
    for name, value in expected.items():
        score = found["metrics"][name]
        assert score["value"] == pytest.approx(value, rel=1e-4)
        assert score["low"] <= score["value"] <= score["high"]
    assert found["blind"] == pytest.approx(np.mean(blind), rel=1e-4)


def test_longer_episodes_than_any_of_training_can_be_asked_for(run):
    found = runs.evaluate(run, on="length=2,9")
    assert list(found["sizes"]) == ["2", "9"]
    assert found["sizes"]["9"]["numbers"] == 27
    assert (run / "evaluations" / "length-2-9.json").exists()


@pytest.mark.parametrize("on", ["lenght=3", "length=0", "length=", "length=a", "train", "items=3"])
def test_episodes_that_there_are_not_are_told(run, on):
    with pytest.raises(DataError) as error:
        runs.evaluate(run, on=on)
    assert "length=10,20,50" in str(error.value)


@pytest.mark.parametrize(
    "changes",
    [
        ["data={kind: repeat_copy, width: 2, length: [1, 2], repeats: [1, 2]}"],
        ["data={kind: associative_recall, width: 2, rows: 2, items: [2, 3]}"],
        ["data={kind: ngrams, order: 3, length: [8, 9]}"],
        ["data={kind: priority_sort, width: 2, items: [4, 4], kept: [3, 3]}"],
        ["data={kind: sum, length: [1, 3]}", "model={kind: recurrent, cell: linear, hidden: 1}"],
        ["data={kind: comparison, length: [1, 3]}", "model={kind: recurrent, cell: rnn, hidden: 3, layers: 2}"],
        ["model.controller=lstm", "model.reading=2", "model.writing=2", "model.reach=2"],
        ["model.memory.start=learned"],
        ["model.memory.start=random"],
    ],
)
def test_every_problem_and_every_network_can_be_trained_and_scored(recipe, tmp_path, changes):
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    found = runs.evaluate(run)["sizes"]["as trained"]["metrics"]
    assert found.keys() == ({"squared_error"} if "sum" in changes[0] else {"bits", "errors", "exact"})
    assert all(math.isfinite(score["value"]) for score in found.values())


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(recipe, tmp_path):
    whole = runs.train(recipe(), tmp_path / "whole", live=False)
    half = runs.train(recipe("training.max_steps=3"), tmp_path / "half", live=False)
    runs.resume(half, ["training.max_steps=6"], live=False)
    one, other = runs.load(whole), runs.load(half)
    for mine, its in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine, its)


def test_episodes_can_be_learnt_by_heart(recipe, tmp_path):
    run = runs.train(recipe("training.max_steps=3"), tmp_path / "run", overfit=5, live=False)
    assert RunFolder.open(run).about["overfit"] == 5
    assert json.loads((run / "evaluations" / "valid.json").read_text())["count"] == 5


def test_a_memory_that_is_too_small_is_told(recipe, tmp_path, capsys):
    runs.train(recipe("model.memory.cells=3", "training.max_steps=1"), tmp_path / "run", live=True)
    assert "the memory has 3 cells, and the largest episodes ask to keep 4 vectors" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("data.length=[5, 2]", "the most comes before the least"),
        ("data={kind: associative_recall, items: [1, 3]}", "of one item none comes next"),
        ("data={kind: priority_sort, items: [4, 9], kept: [5, 5]}", "more are to be given back than there are"),
        ("data={kind: ngrams, order: 6, length: [3, 9]}", "there is no bit with so many before it"),
        ("model.reach=3", "a head would move around the whole memory"),
        ("training.stop.on=bleu", "its validation has no such score"),
    ],
)
def test_a_recipe_that_means_nothing_is_told(recipe, change, told):
    with pytest.raises(RecipeError) as error:
        recipe(change)
    assert told in str(error.value)


def test_the_report_shows_scores_by_size(run):
    runs.evaluate(run, on="length=2,9")
    page = write_report(run).read_text()
    assert "bits an episode" in page
    assert "blind" in page
    assert "length" in page


def test_an_episode_is_drawn_and_filmed(run, tmp_path, capsys):
    for name in ("memory.png", "memory.gif"):
        assert app.run(["look", str(run), "--memory", "--on", "length=5", "--out", str(tmp_path / name)]) == 0
    assert "11 steps" in capsys.readouterr().out
    with Image.open(tmp_path / "memory.gif") as film:
        assert film.n_frames == 11
    found = runs.traced(run, on="length=5")
    assert found.uses is not None
    assert found.uses.memory.shape == (11, 6, 4)
    assert list(found.uses.heads) == ["write", "read"]
    assert all(1 <= cells <= 6.001 for cells in found.uses.cells_at_once.values())


def test_numbers_are_read_and_written_as_json_lines(run, capsys, tmp_path):
    rows = [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.0] * 4]
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"inputs": rows}) + "\n" + json.dumps(rows) + "\n")
    assert app.run(["predict", str(run), str(file), "--format", "jsonl"]) == 0
    one, other = (json.loads(line)["outputs"] for line in capsys.readouterr().out.splitlines())
    expected = runs.load(run).transduce(torch.tensor([rows]))[0]
    assert np.allclose(one, expected.numpy(), atol=1e-5)
    assert one == other


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[[1, 2]]", "each step has 4 numbers"),
        ("[]", "each step has 4 numbers"),
        ("{}", "this is no sequence of numbers"),
        ("hello", "this is no sequence of numbers"),
        ("[[1, 2, 3, NaN]]", "a number is not finite"),
    ],
)
def test_a_line_that_is_no_sequence_is_told_with_its_place(run, capsys, tmp_path, line, told):
    file = tmp_path / "in.jsonl"
    file.write_text(line + "\n")
    assert app.run(["predict", str(run), str(file)]) != 0
    error = capsys.readouterr().err
    assert f"{file}:1: {told}" in error
    assert "Traceback" not in error


def test_gradients_are_followed_through_the_cell_of_a_run(run, tmp_path):
    found = gradients_of(run)
    assert [(each.layer, each.weights) for each in found] == [("layers.cell", "first"), ("layers.cell", "best")]
    assert all(norm <= bound + 1e-4 for each in found for norm, bound in zip(each.norms, each.bounds, strict=True))
    plot_gradients(found)
