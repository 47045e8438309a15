"""A sweep trains every combination once, goes on where it stopped, and tells means over repetitions."""

from __future__ import annotations

import json
import math
import statistics

import pytest

from softsearch.errors import RecipeError, RunError
from softsearch.metrics.repeats import Figures
from softsearch.runs import sweeps
from softsearch.runs.sweeps import Axis, settings_of, summary_of, sweep
from softsearch.training.folder import RunFolder

RECIPE = """
task: {kind: sentence_classification}
data: {kind: grammar, num_train: 40, num_valid: 20, num_test: 30}
model: {kind: bag_of_words, embedding: 4}
training: {batch_size: 10, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "mine.yaml").write_text(RECIPE)
    return tmp_path / "mine.yaml"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seed=1,2,3", ("1", "2", "3")),
        ("data.fold=9..11", ("9", "10", "11")),
        ("model.widths=[3, 4], [5]", ("[3, 4]", "[5]")),
        ("training.budget=2 minutes", ("2 minutes",)),
    ],
)
def test_values_are_listed_or_counted(text, values):
    assert Axis.parse(text).values == values


@pytest.mark.parametrize("text", ["seed", "seed=", "=1", "seed=1,,2", "seed=1,1", "seed=1..", "seed=..3", "seed=a..b"])
def test_what_names_no_values_is_told(text):
    with pytest.raises(RecipeError):
        Axis.parse(text)


def test_every_combination_is_trained_scored_and_summed_up(recipe, tmp_path):
    axes = [Axis.parse("model.embedding=4,6"), Axis.parse("seed=1..3")]
    settings = settings_of(recipe, axes, ["training.max_steps=1"], tmp_path / "out")
    *_, found = sweep(settings, tmp_path / "out", live=False)
    assert [run["folder"] for run in found["runs"]][:2] == ["embedding-4_seed-1", "embedding-4_seed-2"]
    assert [(each["values"], each["count"]) for each in found["summary"]] == [
        ({"model.embedding": "4"}, 3),
        ({"model.embedding": "6"}, 3),
    ]
    errors = [run["scores"]["error"] for run in found["runs"][:3]]
    score = found["summary"][0]["scores"]["error"]
    assert score["mean"] == pytest.approx(statistics.fmean(errors))
    assert score["deviation"] == pytest.approx(statistics.stdev(errors))
    assert score["high"] - score["mean"] == pytest.approx(4.303 * statistics.stdev(errors) / math.sqrt(3))
    kept = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert kept["summary"] == json.loads(json.dumps(found["summary"]))


def test_a_sweep_goes_on_where_it_stopped(recipe, tmp_path, monkeypatch):
    settings = settings_of(recipe, [Axis.parse("seed=1,2,3")], (), tmp_path / "out")
    next(sweep(settings, tmp_path / "out", live=False))
    first = RunFolder.open(tmp_path / "out" / "seed-1").about["created"]
    trained = []
    train = sweeps.train
    monkeypatch.setattr(
        sweeps, "train", lambda recipe, out, **more: trained.append(out.name) or train(recipe, out, **more)
    )
    *_, found = sweep(settings, tmp_path / "out", live=False)
    assert trained == ["seed-2", "seed-3"]
    assert RunFolder.open(tmp_path / "out" / "seed-1").about["created"] == first
    assert found["summary"][0]["count"] == 3


def test_a_folder_with_another_training_is_refused(recipe, tmp_path):
    list(sweep(settings_of(recipe, [Axis.parse("seed=1")], (), tmp_path / "out"), tmp_path / "out", live=False))
    others = settings_of(recipe, [Axis.parse("seed=1")], ["model.embedding=5"], tmp_path / "out")
    with pytest.raises(RunError, match="another recipe"):
        list(sweep(others, tmp_path / "out", live=False))


def test_a_sweep_may_get_more_values_and_is_not_replaced_by_another(recipe, tmp_path):
    out = tmp_path / "out"
    list(sweep(settings_of(recipe, [Axis.parse("seed=1")], (), out), out, live=False))
    *_, found = sweep(settings_of(recipe, [Axis.parse("seed=1,2")], (), out), out, live=False)
    kept = (out / "sweep.json").read_bytes()
    assert found["summary"][0]["count"] == 2
    for axis in ("seed=1", "model.embedding=4,5"):
        with pytest.raises(RunError, match="this folder holds another sweep"):
            list(sweep(settings_of(recipe, [Axis.parse(axis)], (), out), out, live=False))
    assert (out / "sweep.json").read_bytes() == kept
    (out / "sweep.json").write_text("{}")
    with pytest.raises(RunError, match="damaged"):
        list(sweep(settings_of(recipe, [Axis.parse("seed=1")], (), out), out, live=False))


def test_settings_are_compared_on_validation_data_and_repetitions_are_tested(recipe, tmp_path):
    for axis, data in {"model.embedding=4,5": "valid", "seed=1,2": "test"}.items():
        out = tmp_path / axis
        *_, found = sweep(settings_of(recipe, [Axis.parse(axis)], (), out), out, live=False)
        assert found["data"] == data


def test_a_training_that_fails_is_told_of_and_the_others_go_on(recipe, tmp_path, monkeypatch):
    def train(recipe, out, **more):
        if recipe.seed == 1:
            raise RunError("no finite loss", path=out)
        return real(recipe, out, **more)

    real = sweeps.train
    monkeypatch.setattr(sweeps, "train", train)
    out = tmp_path / "out"
    *_, found = sweep(settings_of(recipe, [Axis.parse("seed=1..3")], (), out), out, live=False)
    assert "no finite loss" in found["runs"][0]["failed"]
    assert (len(found["runs"]), found["summary"][0]["count"]) == (3, 2)
    monkeypatch.setattr(sweeps, "train", real)
    *_, found = sweep(settings_of(recipe, [Axis.parse("seed=1..3")], (), out), out, live=False)
    assert found["summary"][0]["count"] == 3


def test_a_finished_sweep_that_is_asked_for_again_keeps_all_that_it_knows(recipe, tmp_path, monkeypatch):
    out = tmp_path / "out"
    settings = settings_of(recipe, [Axis.parse("seed=1..3")], (), out)
    *_, before = sweep(settings, out, live=False)
    evaluated = []
    evaluate = sweeps.evaluate
    monkeypatch.setattr(sweeps, "evaluate", lambda run, **more: evaluated.append(run) or evaluate(run, **more))
    first = next(sweep(settings, out, live=False))
    assert first["summary"] == before["summary"]
    assert len(evaluated) == 1
    assert json.loads((out / "sweep.json").read_text())["runs"] == before["runs"]


def test_a_mistake_is_found_before_the_first_training(recipe, tmp_path):
    with pytest.raises(RecipeError, match=r"model\.embeding"):
        settings_of(recipe, [Axis.parse("model.embeding=1,2")], (), tmp_path / "out")
    with pytest.raises(RecipeError, match="of one field"):
        settings_of(recipe, [Axis.parse("seed=1"), Axis.parse("seed=2")], (), tmp_path / "out")
    with pytest.raises(RecipeError, match="a list of values, and one beside it"):
        settings_of(recipe, [Axis.parse("seed=1..2")], ["seed=5"], tmp_path / "out")
    with pytest.raises(RecipeError, match="runs backwards"):
        Axis.parse("seed=2..1")
    with pytest.raises(RecipeError, match="too many runs"):
        settings_of(recipe, [Axis.parse("seed=1..10001")], (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_that_clash_are_numbered(recipe, tmp_path):
    axis = Axis("training.budget", ("2 minutes", "2-minutes"))
    with pytest.raises(RecipeError):
        settings_of(recipe, [axis], (), tmp_path)
    found = settings_of(recipe, [Axis("training.budget", ("2 minutes", '"2 minutes"'))], (), tmp_path)
    assert len({each.folder for each in found}) == 2
    more = settings_of(recipe, [Axis("training.budget", ("2 minutes", '"2 minutes"', "3 minutes"))], (), tmp_path)
    assert [each.folder for each in more][:2] == [each.folder for each in found]  # a value more renames none


def test_folds_are_repetitions_and_other_fields_are_not():
    rows = [{"values": {"data.fold": str(fold), "seed": "1"}, "scores": {"error": 0.1 * fold}} for fold in range(1, 4)]
    (found,) = summary_of(rows)
    assert (found["values"], found["count"]) == ({}, 3)
    assert Figures.of([2.0]).deviation == 0
