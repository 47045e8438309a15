"""Transducers from the recipe to the report: trained, scored, swept, resumed, looked into."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from softsearch import runs
from softsearch.build.transduction import TransducerFamily, held_out_of
from softsearch.cli import app
from softsearch.data.episodes.drawing import DrawnEpisodes
from softsearch.data.episodes.episodes import Episodes
from softsearch.errors import DataError, RecipeError, RunError
from softsearch.inspection.gradients_of_runs import clipping_of, gradients_of, plot_gradients
from softsearch.inspection.report import write_report
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.recipes import load_recipe
from softsearch.runs.sweeps import Axis, settings_of, sweep
from softsearch.tasks.transduction import TransductionTask
from softsearch.training.checkpoints import save_average
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: transduction}
data: {kind: copy, width: 3, length: [1, 4], num_valid: 40, num_test: 50}
model: {kind: turing_machine, controller: feed_forward, hidden: 8, memory: {locations: 6, word: 4}}
training:
  batch_size: 4
  optimizer: {kind: adamw, learning_rate: 0.01}
  max_steps: 6
  validate_every: 3 steps
  threads: 1
  schedule: {kind: constant, warmup_steps: 0}
"""


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


def test_settings_of_a_transducer_are_swept_and_scored_by_size(recipe, tmp_path):
    path = recipe().path
    axes = [Axis.parse("model.memory.start=constant,random")]
    *_, found = sweep(settings_of(path, axes, (), tmp_path / "out"), tmp_path / "out", on="length=2,9", live=False)
    scores = found["runs"][0]["scores"]
    assert scores.keys() == {f"{name}_{size}" for name in ("bits", "errors", "exact") for size in (2, 9)}
    folder = tmp_path / "out" / found["runs"][0]["folder"]
    sizes = runs.evaluate(folder, on="length=2,9")["sizes"]
    assert scores["bits_9"] == sizes["9"]["metrics"]["bits"]["value"] > scores["bits_2"]
    assert runs.evaluate(folder)["metrics"].keys() == {"bits", "errors", "exact"}


def test_beside_what_nobody_can_be_sure_of_stands_the_best_guess(recipe, tmp_path, capsys):
    run = runs.train(recipe("data={kind: ngrams, order: 3, length: [6, 8]}"), tmp_path / "run", live=False)
    found = runs.evaluate(run, on="length=5,12")["sizes"]
    assert 0 < found["5"]["least"] < found["5"]["metrics"]["bits"]["value"]
    assert found["5"]["least"] < found["12"]["least"] < 10
    assert app.run(["evaluate", str(run), "--on", "length=5,12"]) == 0
    assert "bits of the best guess" in capsys.readouterr().out
    write_report(run)
    assert "best guess" in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("on", ["", "lenght=3", "length=", "length=a", f"length={'9' * 5000}", "train", "items=3"])
def test_episodes_that_there_are_not_are_told(run, on):
    with pytest.raises(DataError) as error:
        runs.evaluate(run, on=on)
    assert "length=10,20,50" in str(error.value)
    with pytest.raises(DataError):
        runs.traced(run, on=on)


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("length=", "length: a size is a whole number"),
        ("length", "length: a size is a whole number"),
        ("length=2,a", "length: a size is a whole number"),
        ("length=3,2,3", "length: a size is given twice"),
    ],
)
def test_a_wrong_size_is_named(run, on, told):
    for ask in (runs.evaluate, runs.traced):
        with pytest.raises(DataError, match=told):
            ask(run, on=on)


def test_a_share_of_no_episode_or_of_all_has_an_interval(run):
    score = runs.evaluate(run, on="length=9")["sizes"]["9"]["metrics"]["exact"]
    assert score["value"] == score["low"] == 0
    assert score["high"] == pytest.approx(0.0118, abs=1e-4)  # Wilson's, of 320


@pytest.mark.parametrize(
    ("data", "on", "told", "allowed"),
    [
        ("{kind: copy}", "length=3,0", "length=0: a size is out of range", "length: greater than or equal to 1"),
        (
            "{kind: copy}",
            "length=100001",
            "length=100001: a size is out of range",
            "length: less than or equal to 100000",
        ),
        (
            "{kind: ngrams, order: 4, length: [5, 6]}",
            "length=3",
            "length=3: there is no bit with so many",
            "length: from order, 4",
        ),
        ("{kind: associative_recall}", "items=1", "items=1: of one item none comes next", "items: from 2 on"),
        (
            "{kind: priority_sort, items: [4, 4], kept: [3, 3]}",
            "items=2",
            "items=2, kept=3: more are to be given back than there are",
            "kept: at most 2",
        ),
        (
            "{kind: priority_sort, items: [4, 4], kept: [3, 3]}",
            "kept=9",
            "items=4, kept=9: more are to be given back than there are",
            "kept: at most 4",
        ),
    ],
)
def test_sizes_that_no_recipe_could_ask_for_are_refused_before_anything_is_scored(
    recipe, tmp_path, capsys, data, on, told, allowed
):
    run = runs.train(recipe(f"data={data}", "training.max_steps=1", "data.num_valid=2"), tmp_path / "run", live=False)
    for words in (["evaluate", str(run)], ["look", str(run), "--memory", "--out", str(tmp_path / "memory.png")]):
        assert app.run([*words, "--on", on.replace("3,0", "0")]) == 2
        found = capsys.readouterr().err
        assert f"there are no episodes of {told}" in found
        assert f"allowed: {allowed}" in found
    with pytest.raises(DataError):
        runs.evaluate(run, on=on)


def test_where_a_batch_has_one_episode_nothing_is_said_of_the_blind(recipe, tmp_path, capsys):
    changes = ["data.length=[2, 2]", "data.num_test=33", "data.num_valid=1", "training.max_steps=1"]
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    assert json.loads((run / "evaluations" / "valid.json").read_text())["sizes"]["as trained"]["blind"] is None
    assert app.run(["evaluate", str(run), "--on", "valid"]) == 0
    assert "–" in capsys.readouterr().out
    assert "<td>–</td>" in write_report(run).read_text(encoding="utf-8")
    found = runs.evaluate(run)["sizes"]["as trained"]
    judged = runs.load(run).judged(held_out_of(load_recipe(run / "recipe.yaml"), "test"))
    assert found["count"] == 33
    assert np.isnan(judged.blind).tolist() == [False] * 32 + [True]
    assert found["blind"] == pytest.approx(judged.blind[:32].mean() / math.log(2))


def test_what_a_memory_begins_with_is_drawn_alike_for_each_score_and_each_picture(recipe, tmp_path):
    run = runs.train(recipe("model.memory.start=random"), tmp_path / "run", live=False)
    before = torch.random.get_rng_state()
    one, other = (runs.evaluate(run, on=on)["sizes"]["4"] for on in ("length=2,4", "length=4"))
    assert one == other
    assert runs.evaluate(run)["sizes"] == runs.evaluate(run)["sizes"]
    first, second = runs.traced(run), runs.traced(run)
    assert torch.equal(before, torch.random.get_rng_state())
    assert np.array_equal(first.uses.memory, second.uses.memory)
    assert [each.norms for each in gradients_of(run)] == [each.norms for each in gradients_of(run)]


def test_heads_and_outputs_of_a_picture_are_of_one_pass(recipe):
    loaded = recipe("model.memory.start=random", "data.length=[4, 4]")
    model = TransducerFamily().model(loaded, sizes={"inputs": 4, "outputs": 3})
    trained = TransductionTask(written="bits", inputs=4, outputs=3).ready(model.eval())
    torch.nn.init.normal_(model.layers.cell.from_read.weight, std=3.0)
    found = trained.traced(held_out_of(loaded, "valid")[0])
    read = (found.uses.reading[:, 0, None] @ found.uses.memory)[:, 0]
    with torch.no_grad():
        cell, read = model.layers.cell, torch.tensor(read)
        hidden = torch.tanh(cell.input(torch.tensor(found.inputs[1:])) + cell.from_read(read[:-1]))
        expected = torch.sigmoid(model.output(torch.cat([hidden, read[1:]], dim=1)))
    np.testing.assert_allclose(found.written[1:], expected.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        ["data={kind: repeat_copy, width: 2, length: [1, 2], repeats: [1, 2]}"],
        ["data={kind: associative_recall, width: 2, rows: 2, items: [2, 3]}"],
        ["data={kind: ngrams, order: 3, length: [8, 9]}"],
        ["data={kind: priority_sort, width: 2, items: [4, 4], kept: [3, 3]}"],
        ["data={kind: sum, length: [1, 3]}", "model={kind: recurrent, cell: linear, hidden: 1}"],
        ["data={kind: comparison, length: [1, 3]}", "model={kind: recurrent, cell: rnn, hidden: 3, layers: 2}"],
        ["model.controller=lstm", "model.read_heads=2", "model.write_heads=2", "model.shift_range=2"],
        ["model.memory.start=learned"],
        ["model.memory.start=random"],
    ],
)
def test_every_problem_and_every_network_can_be_trained_and_scored(recipe, tmp_path, changes):
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    found = runs.evaluate(run)["sizes"]["as trained"]["metrics"]
    assert found.keys() == ({"squared_error"} if "sum" in changes[0] else {"bits", "errors", "exact"})
    assert all(math.isfinite(score["value"]) for score in found.values())


@pytest.mark.parametrize(
    "changes",
    [
        [],
        ["model.memory.start=random"],
        ["model={kind: recurrent, hidden: 5, layers: 2, dropout: 0.4}"],
        ["training.optimizer={kind: rmsprop, learning_rate: 0.001, momentum: 0.9}"],
    ],
)
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(recipe, tmp_path, changes):
    whole = runs.train(recipe(*changes), tmp_path / "whole", live=False)
    half = runs.train(recipe(*changes, "training.max_steps=3"), tmp_path / "half", live=False)
    runs.resume(half, ["training.max_steps=6"], live=False)
    one, other = runs.load(whole), runs.load(half)
    for mine, its in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(mine, its)


COMPILED = """
import sys
import torch
from softsearch import runs
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.recipes import load_recipe

compile_for = MemoryLayer.compile_for


def surely(layer, batch):
    compile_for(layer, batch)
    assert layer._compiled is not None


MemoryLayer.compile_for = surely
path, folder = sys.argv[1:]
changes = ["training.compiled=true", "data.length=[2, 4]"]
whole = runs.train(load_recipe(path, changes), f"{folder}/whole", live=False)
half = runs.train(load_recipe(path, [*changes, "training.max_steps=3"]), f"{folder}/half", live=False)
runs.resume(half, ["training.max_steps=6"], live=False)
one, other = runs.load(whole).model, runs.load(half).model
assert all(map(torch.equal, one.parameters(), other.parameters()))
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no compiler")
def test_a_compiled_training_that_was_stopped_goes_on_as_if_it_had_not_been(recipe, tmp_path, project):
    """In a process of its own: the checks of shapes, which tests put around functions, cannot be compiled."""
    command = [sys.executable, "-c", COMPILED, str(recipe().path), str(tmp_path)]
    found = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_episodes_can_be_learnt_by_heart(recipe, tmp_path):
    run = runs.train(recipe("training.max_steps=3"), tmp_path / "run", overfit=5, live=False)
    assert RunFolder.open(run).about["overfit"] == 5
    assert json.loads((run / "evaluations" / "valid.json").read_text())["count"] == 5


def test_a_memory_that_is_too_small_is_told(recipe, tmp_path, capsys):
    runs.train(recipe("model.memory.locations=3", "training.max_steps=1"), tmp_path / "run", live=True)
    assert "the memory has 3 locations, and the largest episodes ask to keep 4 vectors" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("data.length=[5, 2]", "the most comes before the least"),
        ("data={kind: associative_recall, items: [1, 3]}", "of one item none comes next"),
        ("data={kind: priority_sort, items: [4, 9], kept: [5, 5]}", "more are to be given back than there are"),
        ("data={kind: ngrams, order: 6, length: [3, 9]}", "there is no bit with so many before it"),
        ("model.shift_range=3", "a head would move around the whole memory"),
        ("training.stop.on=bleu", "its validation has no such score"),
        ("training={max_steps: 3, compiled: true, precision: auto}", "a compiled cell takes its products in fp32"),
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
    assert "share without wrong bits" in page
    assert "of a share Wilson&#x27;s" in page
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
    assert list(found.uses.heads) == ["write head", "read head"]
    assert all(1 <= locations <= 6.001 for locations in found.uses.locations_at_once.values())


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
        ("[[1, 2, 3, 4], [1, 2]]", "each step has 4 numbers, and step 2 of 2 has 2"),
        ("[1, 2, 3, 4]", "each step has 4 numbers, in a list of its own, and step 1 is no list"),
        ('[[1, 2, 3, "4"]]', "each step has 4 numbers, and step 1 has something else"),
        ("[[[1], [2], [3], [4]]]", "each step has 4 numbers, and step 1 has something else"),
        ("[]", "this is no sequence of numbers: there are no steps"),
        ("{}", "this is no sequence of numbers: there are no steps"),
        ("hello", "this is no sequence of numbers: Expecting value"),
        ("[" * 100_000, "this is no sequence of numbers"),
        ("[[1, 2, 3, NaN]]", "a number of step 1 is not finite, or too large"),
        (f"[[1, 2, 3, -1{'0' * 400}]]", "a number of step 1 is not finite, or too large"),
    ],
)
def test_a_line_that_is_no_sequence_is_told_with_its_place(run, capsys, tmp_path, line, told):
    file = tmp_path / "in.jsonl"
    file.write_text(line + "\n")
    assert app.run(["predict", str(run), str(file)]) != 0
    error = capsys.readouterr().err
    assert f"{file}:1: {told}" in error
    assert "Traceback" not in error


def test_sequences_come_from_standard_input_too_and_blank_lines_are_passed_over(run, capsys, monkeypatch):
    def told(content: bytes) -> tuple[int, Any]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        return app.run(["predict", str(run)]), capsys.readouterr()

    code, found = told(b"\n[[1, 2, 3, 4]]\n  \n[[1, 2, 3, 4]]\n\n")
    assert (code, len(found.out.splitlines())) == (0, 2)
    code, found = told(b"[[1, 2, 3, 4]]\n\xff\n")
    assert code == 2
    assert len(found.out.splitlines()) == 1
    assert "<stdin>:2: the line is not UTF-8" in found.err


def test_an_episode_of_the_largest_sizes_of_training_is_drawn_by_default(run, recipe, tmp_path):
    assert [len(runs.traced(run, on=on).inputs) for on in (None, "test", "valid")] == [2 * 4 + 1] * 3
    np.testing.assert_array_equal(runs.traced(run).inputs, runs.traced(run, on="length=4").inputs)
    changes = ["data={kind: repeat_copy, width: 2, length: [1, 3], repeats: [1, 2], num_test: 2}"]
    other = runs.train(recipe(*changes, "training.max_steps=1"), tmp_path / "run", live=False)
    assert runs.traced(other).counts.sum() == 3 * 2 + 1


@pytest.mark.parametrize("controller", ["feed_forward", "lstm"])
def test_of_a_machine_what_is_visible_is_followed_through_the_memory_too(recipe, tmp_path, capsys, controller):
    run = runs.train(recipe(f"model.controller={controller}", "training.max_steps=2"), tmp_path / "run", live=False)
    found = gradients_of(run)
    assert {(each.layer, each.part) for each in found} == {("layers.cell", "visible")}
    assert all(not each.bounds and max(each.norms) < 100 for each in found)
    assert app.run(["look", str(run), "--gradients", "--out", str(tmp_path / "gradients.png")]) == 0
    assert "its visible part" in capsys.readouterr().out


def test_the_first_weights_are_those_that_the_training_began_with(recipe, tmp_path):
    base = runs.train(recipe(), tmp_path / "base", live=False)
    run = runs.train(recipe("training.max_steps=1"), tmp_path / "run", start=base, live=False)
    (best,) = (each.norms for each in gradients_of(base) if each.weights == "best")
    assert gradients_of(run)[0].norms == best != gradients_of(base)[0].norms


def test_gradients_are_followed_through_the_cell_of_a_run_along_its_training(recipe, tmp_path):
    changes = ["model={kind: recurrent, hidden: 4}", "training.validate_every=2 steps", "training.keep=3"]
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    folder = RunFolder.open(run)
    found = gradients_of(run)
    assert [each.step for each in found] == [0, 2, 4, 6]
    assert {(each.layer, each.part) for each in found} == {("layers.first", "state")}
    assert [each.weights for each in found] == [
        "first", *("best" if [step] == folder.in_use else "kept" for step in (2, 4, 6))
    ]  # fmt: skip
    for each in found:
        assert all(norm <= bound * (1 + 1e-9) for norm, bound in zip(each.norms, each.bounds, strict=True))
        smallest, median, largest = each.singular_values
        assert smallest <= median <= largest == pytest.approx(each.norms[-1])
    assert len({each.norms[-1] for each in found}) == 4
    plot_gradients(found)


def test_a_mean_of_weights_is_the_last_along_the_training(recipe, tmp_path):
    changes = ["training.max_steps=4", "training.validate_every=2 steps", "training.keep=2"]
    run = runs.train(recipe(*changes), tmp_path / "run", live=False)
    folder, model = RunFolder.open(run), runs.load(run).model
    with torch.no_grad():
        model.layers.cell.from_read.weight.mul_(2.0)
    save_average(folder, model=model, steps=[2, 4])
    folder.point_to(last=4, best=4, kept=[2, 4], averaged=[2, 4])
    found = gradients_of(run)
    assert [(each.step, each.weights) for each in found] == [(0, "first"), (2, "kept"), (4, "kept"), (4, "best")]
    assert found[2].norms != found[3].norms


def test_what_clipping_does_is_told(recipe, tmp_path, capsys):
    run = runs.train(recipe("training.clip_norm=0.01"), tmp_path / "run", live=False)
    found = clipping_of(run)
    assert found is not None
    assert (found.count, found.share) == (48, 1.0)
    assert found.length < 1
    picture = tmp_path / "gradients.png"
    assert app.run(["look", str(run), "--gradients", "--out", str(picture)]) == 0
    told = capsys.readouterr().out
    assert "training.clip_norm shortens 100 % of 48 gradients of the best weights" in told
    assert f"{found.degrees:.1f} degrees" in told
    assert app.run(["look", str(run), "--gradients", "--json", "--out", str(picture)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["clipping"] == dataclasses.asdict(found)
    assert [each["step"] for each in told["gradients"]] == [0, *RunFolder.open(run).checkpoints]


@pytest.mark.parametrize(
    ("limit", "told"), [("null", "training.clip_norm is null"), ("1000", "none of 48 gradients of the best weights")]
)
def test_that_nothing_is_clipped_is_told(recipe, tmp_path, capsys, limit, told):
    run = runs.train(recipe(f"training.clip_norm={limit}", "training.max_steps=1"), tmp_path / "run", live=False)
    assert app.run(["look", str(run), "--gradients", "--out", str(tmp_path / "gradients.png")]) == 0
    assert told in capsys.readouterr().out


def _poisoned(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    batch = DrawnEpisodes.batch

    def poison(data: DrawnEpisodes, rows: np.ndarray) -> Episodes:
        found = batch(data, rows)
        found.inputs[0, step] = math.nan
        return found

    monkeypatch.setattr(DrawnEpisodes, "batch", poison)


def test_a_training_that_ends_without_finite_numbers_says_at_which_step_they_begin(recipe, tmp_path, monkeypatch):
    loaded = recipe("training.max_steps=20", "data.length=[4, 4]")
    _poisoned(monkeypatch, 2)
    with pytest.raises(RunError) as error:
        runs.train(loaded, tmp_path / "run", live=False)
    assert "no finite loss or gradient in 10 batches in a row" in error.value.problem
    assert "the first number that is not finite is in the controller's state, at step 3 of 9" in error.value.problem


def test_the_memory_that_the_last_step_has_drawn_is_looked_at_again(recipe, tmp_path, monkeypatch):
    loaded = recipe("model.memory.start=random", "training.max_steps=20", "training.validate_every=50 steps")
    _poisoned(monkeypatch, 1)
    drawn, start = [], MemoryLayer.start

    def watched(layer: MemoryLayer, batch: int) -> Any:
        drawn.append(start(layer, batch))
        return drawn[-1]

    monkeypatch.setattr(MemoryLayer, "start", watched)
    with pytest.raises(RunError, match="the first number that is not finite"):
        runs.train(loaded, tmp_path / "run", live=False)
    *_, before, last, again = (state[1] for state in drawn)
    assert torch.equal(last, again)
    assert not torch.equal(before, last)


def test_what_is_not_finite_is_looked_for_with_the_dropout_of_the_training(recipe, monkeypatch):
    loaded = recipe("model={kind: recurrent, hidden: 3, layers: 2, dropout: 0.5}", "data.length=[4, 4]")
    model = TransducerFamily().model(loaded, sizes={"inputs": 4, "outputs": 3})
    task, (batch, *_) = TransductionTask(written="bits", inputs=4, outputs=3), held_out_of(loaded, "valid")
    torch.manual_seed(7)
    expected, found = model(batch.inputs), []
    monkeypatch.setattr(task, "costs", lambda written, _: found.append(written) or torch.zeros(1))
    torch.manual_seed(7)
    task.where_not_finite(model, [batch])
    torch.testing.assert_close(found[0], expected, rtol=0, atol=1e-6)
    assert float((model.eval()(batch.inputs) - expected).detach().abs().max()) > 1e-3


@pytest.fixture
def machine(recipe) -> tuple[Any, Any, list[Episodes]]:
    loaded = recipe("model.write_heads=2", "model.read_heads=2", "data.length=[4, 4]", "model.memory.start=learned")
    model = TransducerFamily().model(loaded, sizes={"inputs": 4, "outputs": 3})
    return TransductionTask(written="bits", inputs=4, outputs=3), model, held_out_of(loaded, "valid")[:1]


@pytest.mark.parametrize(
    ("weights", "place", "told"),
    [
        ("layers.cell.controller.nothing", (), "the forward pass is finite: only the gradient is not"),
        ("layers.cell.input.bias", (0,), "the controller's state, at step 1 of 9"),
        ("layers.cell.looks.bias", (12,), "the weights of write head 2, at step 1 of 9"),
        ("layers.cell.looks.bias", (24,), "the weights of read head 1, at step 1 of 9"),
        ("layers.cell.looks.bias", (36,), "the weights of read head 2, at step 1 of 9"),
        ("layers.cell.changes.bias", (0,), "the memory, at step 1 of 9"),
        ("layers.cell.first_memory", (2, 1), "the memory, before the first step"),
        ("output.bias", (0,), "what is written, at step 1 of 9"),
    ],
)
def test_the_part_of_the_network_that_is_not_finite_first_is_named(machine, weights, place, told):
    task, model, batches = machine
    for name, parameter in model.named_parameters():
        if name == weights:
            with torch.no_grad():
                parameter[place] = math.nan
    assert told in task.where_not_finite(model, batches)


def test_a_loss_that_is_not_finite_is_told_from_what_is_written(machine):
    _, model, batches = machine
    with torch.no_grad():
        model.output.bias.fill_(1e30)
    task = TransductionTask(written="numbers", inputs=4, outputs=3)
    assert task.where_not_finite(model, batches) == "all that is written is finite, and the loss is not"


def test_without_a_memory_what_is_written_is_looked_at(recipe):
    loaded = recipe("model={kind: recurrent, hidden: 3}", "data.length=[4, 4]")
    model = TransducerFamily().model(loaded, sizes={"inputs": 4, "outputs": 3})
    (batch, *_) = held_out_of(loaded, "valid")
    batch.inputs[1, 6] = math.inf
    batch.inputs[0, 4] = math.nan
    found = TransductionTask(written="bits", inputs=4, outputs=3).where_not_finite(model, [batch])
    assert found == "the first number that is not finite is in what is written, at step 5 of 9"


@pytest.mark.parametrize(("on", "warned"), [("length=9", "length=9 ask to keep 9"), ("length=6", None), (None, None)])
def test_episodes_that_need_more_cells_than_there_are_are_warned_of_and_scored(run, on, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert runs.evaluate(run, on=on)["count"] > 0
        assert runs.traced(run, on=on).uses is not None
    told = [str(each.message) for each in caught]
    expected = f"the memory has 6 locations, and episodes of {warned} vectors: they cannot all be kept"
    assert told == ([] if warned is None else [expected] * 2)


def test_episodes_of_training_that_need_more_cells_are_warned_of_too(recipe, tmp_path):
    run = runs.train(recipe("model.memory.locations=3", "training.max_steps=1"), tmp_path / "run", live=False)
    with pytest.warns(UserWarning, match="the memory has 3 locations, and the largest episodes ask to keep 4 vectors"):
        runs.evaluate(run)


def test_a_warning_points_at_whoever_asked(run):
    for ask in (lambda: runs.evaluate(run, on="length=9"), lambda: runs.traced(run, on="length=9")):
        with pytest.warns(UserWarning, match="they cannot all be kept") as caught:
            ask()
        assert [each.filename for each in caught] == [__file__]


def test_runs_of_another_kind_are_not_followed():
    with pytest.raises(RunError, match="this run is a translator, and only a transducer is followed step by step"):
        runs.traced(Path(__file__).parents[1] / "formats" / "format-1")


def test_one_episode_has_one_size(run):
    with pytest.raises(DataError, match="one episode has one size"):
        runs.traced(run, on="length=3,4")


def test_a_film_of_no_memory_is_refused(recipe, tmp_path, capsys):
    run = runs.train(recipe("model={kind: recurrent, hidden: 3}", "training.max_steps=1"), tmp_path / "run", live=False)
    assert app.run(["look", str(run), "--memory", "--out", str(tmp_path / "memory.gif")]) == 2
    assert "a film is of a memory, and this network has none" in capsys.readouterr().err
    assert app.run(["look", str(run), "--memory", "--out", str(tmp_path / "memory.png")]) == 0
