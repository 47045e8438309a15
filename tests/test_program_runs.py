"""Executors of programs from the recipe to the report: trained, scored, asked, resumed, looked into."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from softsearch import runs
from softsearch.build.execution import held_out_of
from softsearch.cli import app
from softsearch.data.programs.batches import DrawnExercises
from softsearch.errors import DataError, RecipeError
from softsearch.inspection.gradients_of_runs import clipping_of
from softsearch.inspection.report import write_report
from softsearch.recipes import Recipe, load_recipe
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: execution}
data: {kind: programs, length: 2, nesting: 2, curriculum: combined, num_valid: 8, num_test: 12}
model: {kind: reader_writer, cell: lstm, embedding: 8, hidden: 12}
training:
  batch_size: 6
  optimizer: {kind: adamw, learning_rate: 0.01}
  max_steps: 6
  validate_every: 2 steps
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
"""
ATTENTION = """model={kind: encoder_decoder, embedding: 8, encoder: {hidden: 6}, decoder: {hidden: 8},
 attention: {kind: additive, hidden: 8}, readout: 8}"""


@pytest.fixture
def recipe(tmp_path: Path) -> Any:
    def load(*changes: str) -> Recipe:
        path = tmp_path / "recipe.yaml"
        path.write_text(RECIPE)
        return load_recipe(path, changes)

    return load


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "recipe.yaml").write_text(RECIPE)
    return runs.train(load_recipe(folder / "recipe.yaml"), folder / "run", live=False)


def test_scores_are_those_of_what_is_written(run):
    found = runs.evaluate(run)
    executor = runs.load(run)
    levels = held_out_of(load_recipe(run / "recipe.yaml"), "test")
    assert [(each["length"], each["nesting"]) for each in found["levels"]] == [tuple(each.level) for each in levels]
    last = levels[-1].exercises
    written = [each.written for each in executor.run(last)]
    exact = np.mean([one == each.target for one, each in zip(written, last, strict=True)])
    assert found["metrics"]["exact"]["value"] == found["levels"][-1]["exact"] == pytest.approx(exact)
    right, count = 0, 0
    for each in last:
        answer = executor.task.tokenizer.encode_batch([each.target])[0] + [3]
        given = torch.tensor([[2, *answer[:-1]]])
        source = torch.tensor([executor.task.tokenizer.encode_batch([each.source])[0] + [3]])
        with torch.no_grad():
            features = executor.model(source, source > 0, given, given > 0)
        held = executor.model.output(features).argmax(1).tolist()
        right += sum(one == other for one, other in zip(held, answer, strict=True))
        count += len(answer)
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(right / count)


def test_no_program_is_held_out_and_trained_on(recipe, run):
    loaded = load_recipe(run / "recipe.yaml")
    held = {
        each.drawn for split in ("valid", "test") for level in held_out_of(loaded, split) for each in level.exercises
    }
    folder = RunFolder.open(run)
    from softsearch.build.families import family_of

    data, _ = family_of(loaded).open(loaded, folder.data, name="programs", task=runs.load(run).task)
    drawn = {
        text.replace("↵", "\n") for epoch in (0, 1) for rows in data.plan(epoch)[:40] for text in data.describe(rows)
    }
    assert len(drawn) > 300
    assert not drawn & held


def test_a_network_with_attention_shows_where_it_looks(recipe, tmp_path, capsys):
    run = runs.train(recipe(ATTENTION), tmp_path / "run", live=False)
    out = tmp_path / "map.png"
    assert app.run(["look", str(run), "--attention", "print(1+2)", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_one_without_says_that_it_has_none(run, capsys):
    assert app.run(["look", str(run), "--attention", "print(1+2)"]) != 0
    assert "this network has no attention" in capsys.readouterr().err


@pytest.mark.parametrize(
    "changes",
    [
        ["data={kind: addition, length: 3, num_valid: 8, num_test: 8}"],
        ["data={kind: memorisation, length: 4, num_valid: 8, num_test: 8, inversion: true, doubling: true}"],
        ["data.scrambled=true", "data.curriculum=naive"],
        ["data.curriculum=mix"],
        ["data.curriculum=baseline"],
    ],
)
def test_every_problem_can_be_trained_and_scored(recipe, tmp_path, changes):
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    assert 0 <= runs.evaluate(run)["metrics"]["accuracy"]["value"] <= 1


def test_a_training_that_was_stopped_goes_on_at_the_level_that_it_had_reached(recipe, tmp_path):
    changes = ["data.curriculum=naive", "training.stop.on=loss"]
    whole = runs.train(recipe(*changes), tmp_path / "whole", live=False)
    half = runs.train(recipe(*changes, "training.max_steps=4"), tmp_path / "half", live=False)
    state = json.loads(next((half / "checkpoints").glob("step-000*4/state.json")).read_text())
    assert state["state"]["pace"]["reached"] >= 1
    runs.resume(half, ["training.max_steps=6"], live=False)
    one, other = runs.load(whole), runs.load(half)
    for mine, its in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine, its)


def test_programs_can_be_learnt_by_heart(recipe, tmp_path):
    run = runs.train(recipe("training.max_steps=2"), tmp_path / "run", overfit=5, live=False)
    assert json.loads((run / "evaluations" / "valid.json").read_text())["count"] == 5


def test_what_a_program_prints_is_asked_for_and_told(run, capsys, tmp_path):
    file = tmp_path / "one.py"
    file.write_text("a=3\nprint((a+4))\n")
    assert app.run(["predict", str(run), str(file), "--format", "jsonl"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["answer"] == "7"
    assert found["right"] == (found["written"] == "7")


def test_a_program_of_another_kind_is_told_with_its_place(run, capsys, tmp_path):
    file = tmp_path / "one.py"
    file.write_text("while 1:\n  a=2\n")
    assert app.run(["predict", str(run), str(file)]) != 0
    error = capsys.readouterr().err
    assert str(file) in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("while True: pass", "line 1, column 1: While is not in these programs"),
        ("a=1\nprint(a+1.5)", "line 2, column 9: Constant with float"),
        ("print(1+", "line 1, column 6: this is no program"),
        ("", "line 1, column 1: there is nothing here"),
    ],
)
def test_what_is_no_program_is_told_with_its_line_and_column(run, capsys, tmp_path, program, told):
    file = tmp_path / "one.py"
    file.write_text(program + "\n")
    assert app.run(["predict", str(run), str(file)]) == 2
    assert f"{file}: {told}" in capsys.readouterr().err


def test_larger_numbers_than_any_of_training_are_warned_of(run, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("warnings.showwarning", warnings.showwarning)  # put back afterwards: a command replaces it
    file = tmp_path / "one.py"
    for program, warned in (("print(12+345)", True), ("print(12+34)", False)):
        file.write_text(program)
        assert app.run(["predict", str(run), str(file)]) == 0
        assert ("a number has 3 digits, and those" in capsys.readouterr().err) == warned


def test_levels_without_anything_to_hold_out_are_told(recipe, tmp_path):
    with pytest.raises(DataError) as error:
        runs.train(recipe("data={kind: memorisation, length: 1}", "seed=3"), tmp_path / "run", live=False)
    assert "too few exercises of length 1" in str(error.value)


@pytest.mark.parametrize(
    "change", ["data.length=19", "data.nesting=0", "data.curriculum=easy", "training.stop.on=bleu"]
)
def test_a_recipe_that_means_nothing_is_told(recipe, change):
    with pytest.raises(RecipeError):
        recipe(change)


def test_the_report_shows_levels_and_wrong_digits(run):
    runs.evaluate(run)
    page = write_report(run).read_text()
    assert "answers right" in page
    assert "by length and nesting" in page
    assert "<mark>" in page


def test_gradients_are_those_of_the_level_that_the_best_weights_had_reached(recipe, tmp_path, monkeypatch):
    run = runs.train(recipe("data.curriculum=naive", "training.stop.on=loss"), tmp_path / "run", live=False)
    folder = RunFolder.open(run)
    best = json.loads((folder.checkpoint_path(folder.in_use[-1]) / "state.json").read_text())["state"]["pace"]
    assert best["reached"] > 0
    paces, batch = [], DrawnExercises.batch

    def watched(data: DrawnExercises, rows: np.ndarray) -> Any:
        paces.append(data.pace)
        return batch(data, rows)

    monkeypatch.setattr(DrawnExercises, "batch", watched)
    found = clipping_of(run)
    assert found is not None
    assert found.count == len(paces) == 48
    assert all(pace == best for pace in paces)
