"""What is said where a training begins, where it is ended before it has begun, and where all it left is gone."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from softsearch import runs
from softsearch.build.translation import TranslationFamily
from softsearch.errors import Interrupted, RunError
from softsearch.recipes import Recipe, load_recipe

TINY = [
    *(f"model.{width}=8" for width in ("embedding", "readout", "encoder.hidden")),
    "data.num_train=20",
    "data.num_valid=4",
    "data.num_test=4",
    "tokenizer={kind: words, size: 5000}",
    "training.batch_tokens=256",
    "training.max_steps=2",
    "training.budget=null",
    "training.schedule.warmup_steps=1",
    "training.threads=1",
    "decoding.max_length=3",
]


def recipe(*changes: str) -> Recipe:
    return load_recipe("translate/builtin", [*TINY, *changes])


@pytest.fixture
def begun(tmp_path, capsys):
    """Train, and return the run with what was told."""

    def train(*changes: str, overfit: int | None = None) -> tuple[Path, str]:
        run = runs.train(recipe(*changes), tmp_path / "run", overfit=overfit)
        return run, capsys.readouterr().err

    return train


@pytest.mark.filterwarnings("ignore:--set model.kind")
def test_what_is_not_as_asked_for_is_told_at_the_start(begun):
    run, told = begun("model.kind=one_per_word", overfit=1000)
    about = json.loads((run / "run.json").read_text())["about"]
    assert about["overfit"] == 20
    assert "--overfit 1000: there are 20 training pairs" in told
    assert "one output for each input word" in told
    assert f"the vocabulary has {about['vocabulary']} entries, not tokenizer.size 5,000" in told


def test_nothing_is_told_of_what_is_as_asked_for(begun):
    run, told = begun("tokenizer.size=20", overfit=4)
    assert json.loads((run / "run.json").read_text())["about"]["overfit"] == 4
    for word in ("--overfit", "one output", "vocabulary"):
        assert word not in told


@pytest.mark.parametrize(("number", "code"), [((), 130), ((signal.SIGTERM,), 143)])
@pytest.mark.parametrize(("where", "fix"), [("materialise", "start it again"), ("model", "softsearch resume")])
def test_ctrl_c_before_the_first_checkpoint_says_that_nothing_was_trained(
    where, fix, number, code, tmp_path, monkeypatch
):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt(*number)

    monkeypatch.setattr(TranslationFamily, where, interrupted)
    with pytest.raises(Interrupted, match="nothing was trained yet") as caught:
        runs.train(recipe(), tmp_path / "run", live=False)
    assert caught.value.exit_code == code
    assert fix in caught.value.fix
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ([] if where == "materialise" else ["run"])


def test_whatever_is_asked_of_a_run_without_its_checkpoints_the_answer_is_the_same(begun):
    run, _ = begun()
    shutil.rmtree(run / "checkpoints")
    told = set()
    for ask in (runs.load, runs.resume, runs.is_finished, runs.evaluate):
        with pytest.raises(RunError, match="all checkpoints of this run are missing") as caught:
            ask(run)
        told.add(caught.value.fix)
    assert len(told) == 1
