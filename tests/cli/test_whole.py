"""The commands on a real run, tiny and untrained: what they hand to each other is what the other expects."""

from __future__ import annotations

import json
import shutil

import pytest

from softsearch.cli import app
from softsearch.training import measuring

SMALL = ["model.embedding=8", "model.readout=8", "model.encoder.hidden=8", "model.decoder.hidden=8", "decoding.beam=2"]
QUICK = [
    "model.attention.hidden=8",
    "tokenizer.size=60",
    "training.max_steps=2",
    "training.schedule.warmup_steps=0",
    "decoding.max_ratio=0.1",
]
SETTINGS = [word for setting in SMALL + QUICK for word in ("--set", setting)]


@pytest.fixture(scope="module", autouse=True)
def _few_steps_are_timed():
    """Time fewer steps than for a forecast that somebody relies on."""
    with pytest.MonkeyPatch.context() as patch:
        for number in ("_WARMUP_STEPS", "_MEASURED_STEPS", "_ROUNDS"):
            patch.setattr(measuring, number, 1)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of two steps, trained once by the commands for all tests of this file."""
    folder = tmp_path_factory.mktemp("trained")
    for name, words in (("train.de", "ein kleiner Satz Nummer"), ("train.en", "a small sentence number")):
        (folder / name).write_text("".join(f"{words} {number}\n" for number in range(40)))
    files = ["--source-file", str(folder / "train.de"), "--target-file", str(folder / "train.en")]
    assert app.run(["new", "translation", *files, "--out", str(folder / "own.yaml")]) == 0
    assert app.run(["train", str(folder / "own.yaml"), "--out", str(folder / "run"), *SETTINGS]) == 0
    return folder / "run"


@pytest.fixture
def run(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "run")


def test_a_corpus_becomes_a_run_that_every_command_can_use(command, run, tmp_path):
    assert (run / "report.html").exists()
    assert command("check", run).code == 0
    lines = tmp_path / "lines.txt"
    lines.write_text("ein kleiner Satz\n\n" + 20 * "Satz Nummer " + "\n")
    rows = command("predict", run, lines, "--format", "jsonl", "--nbest", 2).out.splitlines()
    assert [json.loads(row)["source"] for row in rows] == lines.read_text().splitlines()
    assert json.loads(rows[1])["translation"] == ""
    evaluation = json.loads(command("evaluate", run, "--json", "--beam", 1).out)
    assert {"metrics", "by_length", "num_sentences"} <= set(evaluation)
    ended = command("look", run, "--attention", "ein kleiner Satz", "--out", tmp_path / "map.png")
    assert (tmp_path / "map.png").exists() or "is empty" in ended.err
    assert command("resume", run).code == 0


def test_a_truncated_checkpoint_is_a_mistake_with_a_cure(command, run):
    weights = next(run.glob("checkpoints/*/model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    for words in (["check", run], ["look", run, "--attention", "Satz"]):
        ended = command(*words)
        assert ended.code == 2
        assert "model.safetensors" in ended.err or "step-" in ended.err


def test_a_dry_run_forecasts_and_leaves_nothing(command, corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("new", "translation", "--source-file", "train.de", "--target-file", "train.en").code == 0
    before = sorted(tmp_path.iterdir())
    ended = command("train", "de-en.yaml", "--dry-run", *SETTINGS)
    assert ended.code == 0, ended.err
    assert "parameters" in ended.out
    assert sorted(tmp_path.iterdir()) == before
