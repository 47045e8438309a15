"""The promise of `softsearch resume`, proved on the real thing: commands in processes that are killed."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

NUM_KILLS = 50
SMALL = [
    "data.num_train=2000",
    "data.num_valid=20",
    "data.num_test=20",
    "tokenizer.size=600",
    "model.embedding=32",
    "model.readout=32",
    "model.encoder.hidden=32",
    "model.decoder.hidden=32",
    "model.attention.hidden=32",
    "training.budget=null",
    "training.max_steps=4000",
    "training.validate_every=100 steps",
    "training.checkpoint_every=7 steps",
    "training.stop.patience=100",
    "training.threads=1",
]


def softsearch(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "softsearch", *arguments]


def start(run: Path) -> list[str]:
    return softsearch("train", "translate/builtin", "--out", str(run), *(w for one in SMALL for w in ("--set", one)))


def weights(run: Path) -> dict[str, str]:
    """Return what a finished run has learnt: checksums of its weights and its optimiser, and the journal's figures."""
    (last,) = sorted(run.glob("checkpoints/step-00004000"))
    files = [last / "model.safetensors", last / "optimizer.safetensors"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    timeless = [{key: value for key, value in row.items() if key not in ("elapsed_s", "tokens_per_s")} for row in rows]
    return {**found, "journal": json.dumps(timeless)}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_training_killed_fifty_times_ends_with_the_weights_of_the_uninterrupted_one(tmp_path: Path) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(start(tmp_path / "whole"), check=True, capture_output=True, env=environment)
    dice = random.Random(1)
    run, kills, command = tmp_path / "killed", 0, start(tmp_path / "killed")
    while kills < NUM_KILLS:
        before = set(run.glob("checkpoints/step-*"))
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        while set(run.glob("checkpoints/step-*")) <= before:  # until it trains, and has come further
            assert process.poll() is None, "the training came to its end before it was killed often enough"
            time.sleep(0.01)
        time.sleep(dice.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills, command = kills + 1, softsearch("resume", str(run))
    subprocess.run(command, check=True, capture_output=True, env=environment)
    assert weights(run) == weights(tmp_path / "whole")
