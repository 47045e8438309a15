"""Executors of programs from the recipe to the report: trained, scored, asked, resumed, looked into."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pytest
import torch

from softsearch import runs
from softsearch.build.execution import held_out_of, problem_of
from softsearch.build.families import family_of
from softsearch.cli import app
from softsearch.data.programs import batches
from softsearch.data.programs.batches import DrawnExercises
from softsearch.data.programs.problems import scrambled
from softsearch.errors import DataError, RecipeError
from softsearch.inspection.gradients_of_runs import clipping_of
from softsearch.inspection.report import write_report
from softsearch.recipes import load_recipe
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
    assert found["metrics"]["accuracy"]["low"] <= right / count <= found["metrics"]["accuracy"]["high"]


def test_a_share_of_no_answer_has_an_interval(run):
    found = runs.evaluate(run)
    score = found["metrics"]["exact"]
    assert (score["value"], score["low"]) == (0, 0)
    assert score["high"] == pytest.approx(3.8415 / (found["count"] + 3.8415), rel=1e-4)  # Wilson's


@pytest.mark.parametrize("on", ["", "train", "length=3"])
def test_programs_that_there_are_not_are_told(run, on):
    with pytest.raises(DataError, match="there are no such programs"):
        runs.evaluate(run, on=on)


def test_how_many_programs_of_each_level_were_scored_is_told(recipe, tmp_path, capsys):
    data = "data={kind: addition, length: 2, num_valid: 4, num_test: 60}"
    run = runs.train(recipe(data, "training.max_steps=1"), tmp_path / "run", live=False)
    levels = held_out_of(load_recipe(run / "recipe.yaml"), "test")
    counts = [len(set(each.exercises)) for each in levels]
    assert counts[0] < counts[1] <= 60
    assert [each["count"] for each in runs.evaluate(run)["levels"]] == counts
    assert app.run(["evaluate", str(run)]) == 0
    *_, heads, one, other = (line.split() for line in capsys.readouterr().out.splitlines() if line.strip())
    assert (heads[:2], heads[-1]) == (["nesting", "length"], "programs")
    assert [(each[:2], each[-1]) for each in (one, other)] == [
        (["1", "1"], str(counts[0])),
        (["1", "2"], str(counts[1])),
    ]


def test_of_a_single_program_nothing_is_said_of_the_blind(recipe, tmp_path, capsys):
    run = runs.train(recipe("data.num_test=1", "training.max_steps=1"), tmp_path / "run", live=False)
    assert runs.evaluate(run)["blind"] is None
    assert app.run(["evaluate", str(run)]) == 0
    assert "(blind)" in capsys.readouterr().out


def test_no_program_is_held_out_and_trained_on(recipe, run):
    loaded = load_recipe(run / "recipe.yaml")
    held = {
        each.drawn for split in ("valid", "test") for level in held_out_of(loaded, split) for each in level.exercises
    }
    folder = RunFolder.open(run)
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


def _as_it_is(drawn: str) -> str:
    return drawn


@pytest.mark.parametrize(
    ("changes", "last", "drawn_levels", "read"),
    [
        (["data={kind: addition, length: 3, num_valid: 8, num_test: 8}"], (3, 1), {(1, 1), (2, 1), (3, 1)}, _as_it_is),
        (
            ["data={kind: memorisation, length: 3, num_valid: 8, num_test: 8, inversion: true, doubling: true}"],
            (3, 1),
            {(1, 1), (2, 1), (3, 1)},
            lambda drawn: f"{drawn[::-1]};{drawn[::-1]}",
        ),
        (
            ["data.scrambled=true", "data.curriculum=naive", "seed=3"],
            (2, 2),
            {(1, 1)},
            lambda drawn: scrambled(drawn, seed=3),
        ),
        (["data.curriculum=mix"], (2, 2), {(1, 1), (2, 1), (1, 2), (2, 2)}, _as_it_is),
        (["data.curriculum=baseline"], (2, 2), {(2, 2)}, _as_it_is),
    ],
)
def test_every_problem_is_drawn_as_its_recipe_says_and_can_be_trained_and_scored(
    recipe, tmp_path, changes, last, drawn_levels, read
):
    loaded = recipe(*changes)
    run = runs.train(loaded, tmp_path / "run", live=False)
    data, _ = family_of(loaded).open(loaded, run / "data", name="", task=runs.load(run).task)
    exercises = [data._exercise(row) for row in range(60)]
    assert {each.level for each in exercises} == drawn_levels
    assert all(each.source == read(each.drawn) for each in exercises)
    found = runs.evaluate(run)
    assert (found["length"], found["nesting"]) == last


@pytest.mark.parametrize(
    "changes",
    [
        ["data.curriculum=naive"],
        ["data.curriculum=combined", "model.dropout=0.3"],
        ["data.curriculum=combined", "training.optimizer={kind: rmsprop, learning_rate: 0.01, momentum: 0.9}"],
    ],
)
def test_a_training_that_was_stopped_goes_on_at_the_level_that_it_had_reached(recipe, tmp_path, monkeypatch, changes):
    """All steps are of one group of batches, within which the level changes after every second validation."""
    monkeypatch.setattr(batches, "has_stalled", lambda scored: len(scored) == 2)
    changes = [*changes, "training.stop.on=loss", "training.validate_every=1 steps"]
    whole = runs.train(recipe(*changes, "training.max_steps=8"), tmp_path / "whole", live=False)
    half = runs.train(recipe(*changes, "training.max_steps=5"), tmp_path / "half", live=False)
    state = json.loads(next((half / "checkpoints").glob("step-*5/state.json")).read_text())
    assert state["state"]["pace"]["reached"] == 2
    assert len(state["state"]["pace"]["scored"]) == 1
    runs.resume(half, ["training.max_steps=8"], live=False)
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
        ("while True: pass", "line 1, column 1: while is not in these programs"),
        ("a=1\nprint(a+1.5)", "line 2, column 9: 1.5 is not in these programs"),
        ("print(1+", "line 1, column 6: this is no program"),
        ("", "line 1, column 1: there is nothing here"),
    ],
)
def test_what_is_no_program_is_told_with_its_line_and_column(run, capsys, tmp_path, program, told):
    file = tmp_path / "one.py"
    file.write_text(program + "\n")
    assert app.run(["predict", str(run), str(file)]) == 2
    assert f"{file}: {told}" in capsys.readouterr().err


def test_larger_numbers_and_more_operations_than_any_of_training_are_warned_of(run, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("warnings.showwarning", warnings.showwarning)  # put back afterwards: a command replaces it
    file = tmp_path / "one.py"
    for program, longer, deeper in (
        ("print(12+345)", True, False),
        ("print(12+34)", False, False),
        ("a=12\nfor x in range(3):a+=12\nb=(a*2)\nprint((b-11))", False, True),
    ):
        file.write_text(program)
        assert app.run(["predict", str(run), str(file)]) == 0
        error = capsys.readouterr().err
        assert ("a number has 3 digits, and those" in error) == longer
        assert ("this program has 3 operations, and those that this network has learnt" in error) == deeper


@pytest.mark.parametrize(
    ("data", "given", "told"),
    [
        ("addition", "a=5\nprint(a)", ["line 1, column 1: this network has never read", "value: 'a'", "0 to 9 and"]),
        ("addition", "print(1+\t2)", ["line 1, column 9: this network has never read", "value: '\\t'"]),
        ("programs", "A=5\nprint(A)", ["line 1, column 1: this network", "value: 'A'", "did you mean: a?"]),
        ("memorisation", "", ["there is nothing here", "allowed: 0 to 9"]),
        ("memorisation", "12\n34", ["line 1, column 3: this network", "allowed: 0 to 9"]),
        ("memorisation", "1h", ["line 1, column 2: this network has never read such a character", "value: 'h'"]),
    ],
)
def test_what_holds_characters_that_no_exercise_has_is_told_with_its_place(recipe, tmp_path, capsys, data, given, told):
    changes = [f"data={{kind: {data}, length: 3, num_valid: 8, num_test: 8}}", "training.max_steps=1"]
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    file = tmp_path / "given.txt"
    file.write_text(given)
    assert app.run(["predict", str(run), str(file)]) == 2
    error = capsys.readouterr().err
    assert all(each in error for each in told), error
    file.write_text("123\n" if data == "memorisation" else "print(123+456)\n")
    assert app.run(["predict", str(run), str(file)]) == 0
    assert f"\t(the answer is {123 if data == 'memorisation' else 579})" in capsys.readouterr().out


def test_of_digits_of_one_place_there_are_too_few_to_hold_some_out(recipe):
    with pytest.raises(RecipeError, match="too few to hold some out") as error:
        recipe("data={kind: memorisation, length: 1}")
    assert "data.length" in str(error.value)
    assert "from 2 on" in str(error.value)


@pytest.mark.parametrize("split", ["valid", "test"])
@pytest.mark.parametrize("kind", ["memorisation", "addition", "programs"])
def test_of_the_shortest_exercises_some_are_held_out(recipe, kind, split):
    shortest = recipe(f"data={{kind: {kind}, length: {2 if kind == 'memorisation' else 1}}}")
    assert held_out_of(shortest, split)[-1].level == problem_of(shortest).last


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
