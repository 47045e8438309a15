from __future__ import annotations

import json

import pytest

from softsearch.errors import Interrupted
from softsearch.training.folder import RunFolder


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("data: {kind: grammar}\ntraining: {max_steps: 10}\n")
    return path


def test_train_prints_scores_with_their_interval_the_report_and_what_to_do_next(command, fake_runs, recipe, tmp_path):
    ended = command("train", recipe, "--out", tmp_path / "run", "--overfit", 4)
    assert ended.code == 0
    assert "91.25" in ended.out
    assert "90.00 to 92.50" in ended.out
    assert "51 to 60" in ended.out
    assert "report.html" in ended.out
    assert "softsearch predict" in ended.err
    [(name, asked)] = fake_runs
    assert (name, asked["out"], asked["overfit"]) == ("train", tmp_path / "run", 4)


def test_dry_run_forecasts_and_trains_nothing(command, fake_runs, recipe):
    ended = command("train", recipe, "--dry-run")
    assert ended.code == 0
    assert "1,234,567" in ended.out
    assert "250 ms" in ended.out
    assert "256 MiB" in ended.out
    assert [name for name, _ in fake_runs] == ["dry_run"]
    assert "--out" not in ended.err


def test_dry_run_forecasts_an_overfitting_and_warns_that_out_is_idle(command, fake_runs, recipe, tmp_path):
    ended = command("train", recipe, "--dry-run", "--overfit", 4, "--out", tmp_path / "run")
    assert ended.code == 0
    assert fake_runs[0][1]["overfit"] == 4
    assert "--out has no effect with --dry-run" in ended.err


def test_a_forecast_leaves_out_the_memory_where_the_system_does_not_tell(command, fake_runs, monkeypatch, recipe):
    from softsearch import runs

    told = runs.dry_run(None)
    monkeypatch.setattr("softsearch.runs.dry_run", lambda recipe, start, overfit: {**told, "peak_memory_bytes": None})
    ended = command("train", recipe, "--dry-run")
    assert ended.code == 0
    assert "250 ms" in ended.out
    assert "memory" not in ended.out


def test_a_forecast_tells_what_training_would_say_first_and_that_data_have_no_end(
    command, fake_runs, monkeypatch, recipe
):
    from softsearch import runs

    told = {**runs.dry_run(None), "train_items": None, "items": "episodes", "remarks": ["the memory is small"]}
    monkeypatch.setattr("softsearch.runs.dry_run", lambda recipe, start, overfit: told)
    ended = command("train", recipe, "--dry-run")
    assert "episodes, drawn without end" in ended.out
    assert "warning: the memory is small" in ended.err


def test_the_test_scores_come_before_the_validation_scores(command, fake_runs, monkeypatch, tmp_path):
    from softsearch import runs

    evaluation = runs.evaluate(tmp_path, on_progress=lambda count: None)

    def resume(run, overrides=(), *, live=True):
        RunFolder.create(run, files={}, about={})
        (run / "evaluations").mkdir()
        for name in ("valid", "test", "another"):
            (run / "evaluations" / f"{name}.json").write_text(json.dumps({**evaluation, "data": name}))
        return run

    monkeypatch.setattr("softsearch.runs.resume", resume)
    told = command("resume", tmp_path / "run").out.split()
    order = [told[place + 2] for place, word in enumerate(told) if word == "sentences" and told[place + 1] == "of"]
    assert order == ["test", "valid", "another"]


def test_scores_of_earlier_weights_are_named_and_not_printed(command, fake_runs, monkeypatch, tmp_path):
    from softsearch import runs

    evaluation = runs.evaluate(tmp_path, on_progress=lambda count: None)

    def resume(run, overrides=(), *, live=True):
        folder = RunFolder.create(run, files={}, about={})
        for path in (run / "evaluations", folder.checkpoint_path(260)):
            path.mkdir(parents=True)
        folder.point_to(last=260, best=260, kept=[], averaged=[])
        for name, step in (("valid", 260), ("test", 170)):
            content = {**evaluation, "data": name, "steps": [step], "num_sentences": step}
            (run / "evaluations" / f"{name}.json").write_text(json.dumps(content))
        return run

    monkeypatch.setattr("softsearch.runs.resume", resume)
    told = command("resume", tmp_path / "run").out
    assert "260 sentences of valid" in told
    assert "170 sentences" not in told
    assert "scored with earlier weights, and left out here: test (beam 5)" in told


def test_an_interrupted_training_leaves_with_the_signals_exit_code(command, fake_runs, monkeypatch, recipe, tmp_path):
    def train(recipe, out, *, start=None, overfit=None, live=True):
        raise Interrupted("interrupted by SIGTERM", path=out, fix=f"softsearch resume {out}", exit_code=143)

    monkeypatch.setattr("softsearch.runs.train", train)
    ended = command("train", recipe, "--out", tmp_path / "run")
    assert ended.code == 143
    assert f"softsearch resume {tmp_path / 'run'}" in ended.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("training.max_stps=3", "max_steps"),
        ("training.max_steps=many", "many"),
        ("seed", "seed: a field and a value are needed"),
    ],
)
def test_a_wrong_override_is_refused_before_training(change, told, command, fake_runs, recipe):
    ended = command("train", recipe, "--set", change)
    assert ended.code == 2
    assert told in ended.err
    assert fake_runs == []


def test_resume_ends_like_train(command, fake_runs, tmp_path):
    ended = command("resume", tmp_path / "run")
    assert ended.code == 0
    assert "91.25" in ended.out
    assert fake_runs == [("resume", {"run": tmp_path / "run", "overrides": []})]


def test_a_finished_training_is_not_scored_again(command, fake_runs, tmp_path):
    ended = command("resume", tmp_path / "finished")
    assert ended.code == 0
    assert "this training is finished" in ended.err
    assert fake_runs == []


def test_a_finished_training_goes_on_with_a_new_limit(command, fake_runs, tmp_path):
    ended = command("resume", tmp_path / "finished", "--set", "training.max_steps=99")
    assert ended.code == 0
    assert fake_runs[0][1]["overrides"] == ["training.max_steps=99"]


def test_from_names_the_run_to_start_from(command, fake_runs, recipe, tmp_path):
    command("train", recipe, "--from", tmp_path / "old", "--out", tmp_path / "new")
    command("train", recipe, "--from", tmp_path / "old", "--dry-run")
    assert [(name, asked["start"]) for name, asked in fake_runs] == [
        ("train", tmp_path / "old"),
        ("dry_run", tmp_path / "old"),
    ]
