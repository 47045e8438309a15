"""The promise of `softsearch resume`, proved on the real commands, in processes that are killed.

This file is also the program in which they run: ``python test_kills.py`` imports what a training needs once, and then
runs each command line that it reads, a JSON list, in a process of its own, whose number it writes.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

STEPS_BETWEEN_KILLS = 7
TINY = [
    "data.num_train=300",
    "data.num_valid=4",
    "data.num_test=4",
    "tokenizer={kind: words}",
    "model.embedding=16",
    "model.readout=16",
    "model.encoder.hidden=16",
    "model.decoder.hidden=16",
    "model.attention.hidden=16",
    "training.batch_tokens=128",
    "training.accumulate=2",
    "training.budget=null",
    "training.schedule.warmup_steps=5",
    "training.schedule.kind=inverse_sqrt",
    "training.validate_every=50 steps",
    "training.checkpoint_every=3 steps",
    "training.stop.patience=null",
    "training.average=3",
    "training.threads=1",
]


class Commands:
    """A process that forks another for each command, so that none of them has to import torch."""

    def __init__(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(self, *arguments: str) -> int:
        """Start a command and return the number of its process."""
        print(json.dumps(arguments), file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline())

    def wait(self) -> int:
        """Wait for the command to end and return its exit code, negative after a signal."""
        return int(self.server.stdout.readline())


class Learnt(NamedTuple):
    """What a finished run has learnt: checksums of its weights and its optimiser, and the journal without times."""

    checksums: dict[str, str]
    journal: list[dict[str, object]]


def learnt(run: Path) -> Learnt:
    files = sorted(run.glob("checkpoints/*/*.safetensors"))
    checksums = {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    times = ("elapsed_s", "tokens_per_s")
    return Learnt(checksums, [{key: row[key] for key in row if key not in times} for row in rows])


def training(run: Path, *, steps: int) -> list[str]:
    settings = [*TINY, f"training.max_steps={steps}"]
    return ["train", "translate/builtin", "--out", str(run), *(word for one in settings for word in ("--set", one))]


@pytest.mark.parametrize("num_kills", [pytest.param(number, marks=pytest.mark.slow) for number in (10, 200)])
@pytest.mark.timeout(3600)
def test_a_training_that_is_killed_again_and_again_ends_with_the_weights_of_the_uninterrupted_one(
    tmp_path: Path, num_kills: int
) -> None:
    commands, dice, steps = Commands(), random.Random(num_kills), STEPS_BETWEEN_KILLS * (num_kills + 5)
    commands.start(*training(tmp_path / "whole", steps=steps))
    assert commands.wait() == 0
    run, command = tmp_path / "killed", training(tmp_path / "killed", steps=steps)
    for _ in range(num_kills):
        before = set(run.glob("checkpoints/step-*"))
        process = commands.start(*command)
        while set(run.glob("checkpoints/step-*")) <= before:  # until it trains, and has come further
            time.sleep(0.001)
        time.sleep(dice.uniform(0.0, 0.02))
        os.kill(process, signal.SIGKILL)
        assert commands.wait() == -signal.SIGKILL, "the training came to its end before it was killed often enough"
        command = ["resume", str(run)]
    commands.start(*command)
    assert commands.wait() == 0
    assert learnt(run) == learnt(tmp_path / "whole")


def serve() -> None:
    """Run each command of stdin in a child; write its number, and its exit code when it has ended."""
    import torch._dynamo  # noqa: F401 (an optimiser imports it at its first use: once here, and not in every child)

    from softsearch import runs  # noqa: F401
    from softsearch.cli import app

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os._exit(app.run(json.loads(line)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
