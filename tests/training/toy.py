"""A tiny recurrent network with dropout and tied weights that learns to repeat its input, for the tests of training.

As a program, ``python toy.py FOLDER NUMBER STRIDE``, it trains in child processes that it kills: at `NUMBER` random
moments, and at every `STRIDE`-th single move that a training makes on the disk.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from softsearch.tasks import task
from softsearch.tasks.task import Carry, Loss, Term, Validation
from softsearch.training.checkpoints import verify
from softsearch.training.folder import RunFolder
from softsearch.training.loop import train
from softsearch.training.optimisers import decayed
from softsearch.training.outcome import Outcome
from softsearch.training.schedules import Linear
from softsearch.training.settings import Setup, TrainingSettings

ROWS, LENGTH, VOCABULARY, HIDDEN = 48, 5, 11, 16


@dataclasses.dataclass(frozen=True)
class Batch:
    tokens: Tensor

    @property
    def num_items(self) -> int:
        return self.tokens.numel()

    def to(self, device: torch.device) -> Batch:
        return self


class Data:
    """Epochs of alternately five and six batches; remembers which rows were read."""

    unit = "tokens"
    typical_epoch = 0

    def __init__(self) -> None:
        self.tokens = torch.randint(VOCABULARY, (ROWS, LENGTH), generator=torch.Generator().manual_seed(7))
        self.read: list[list[int]] = []

    def __len__(self) -> int:
        return len(self.tokens)

    def plan(self, epoch: int) -> list[np.ndarray]:
        return np.array_split(np.random.default_rng(epoch).permutation(ROWS), 5 + epoch % 2)

    def batch(self, rows: np.ndarray) -> Batch:
        self.read.append(rows.tolist())
        return Batch(self.tokens[torch.from_numpy(rows)])

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        return np.full(len(rows), LENGTH)

    def describe(self, rows: np.ndarray) -> list[str]:
        return [f"toy.tsv:{row + 1}" for row in rows]


class Paced(Data):
    """Would become harder; remembers at which paces its batches were read."""

    def __init__(self) -> None:
        super().__init__()
        self.pace, self.last_pace = {"reached": 0}, {"reached": 3}
        self.paces: set[int] = set()

    def learnt(self, scores: dict[str, float]) -> str | None:
        return None

    def batch(self, rows: np.ndarray) -> Batch:
        self.paces.add(self.pace["reached"])
        return super().batch(rows)


class Model(nn.Module):
    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(VOCABULARY, HIDDEN)
            self.cell = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
            self.dropout = nn.Dropout(0.3)
            self.output = nn.Linear(HIDDEN, VOCABULARY)
        self.output.weight = self.embedding.weight
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, tokens: Tensor) -> Tensor:
        self.calls += self.training
        return self.output(self.dropout(self.cell(self.embedding(tokens))[0]))


class Task(task.Task):
    """Calls `hook` with the number of each loss computed so far, from 1; a hook may return a factor for the loss."""

    def __init__(self, hook: Callable[[int], float | None] | None = None) -> None:
        self.hook, self.losses = hook, 0

    def loss(self, model: nn.Module, batch: Batch, carry: Carry) -> tuple[Loss, Carry]:
        self.losses += 1
        factor = None if self.hook is None else self.hook(self.losses)
        total = _cross_entropy(model, batch.tokens)
        return {"token": Term(total if factor is None else total * factor, batch.num_items)}, carry

    def counts(self, batch: Batch) -> dict[str, int]:
        return {"token": batch.num_items}

    def validate(self, model: nn.Module, data: Data) -> Validation:
        model.eval()
        torch.rand(3)
        loss = _cross_entropy(model, data.tokens).item() / data.tokens.numel()
        model.train()
        return Validation({"loss": loss, "bleu": 100 - loss}, {"source": "a b", "reference": "a b", "translation": "a"})


class Carrying(Task):
    """Weighs each loss by those before it, however long ago."""

    def loss(self, model: nn.Module, batch: Batch, carry: Carry) -> tuple[Loss, Carry]:
        loss, _ = super().loss(model, batch, carry)
        (term,) = loss.values()
        before = carry.get("losses", torch.zeros(2))
        after = {"losses": 0.9 * before + torch.stack([torch.ones(()), term.total.detach() / term.count])}
        weight = 1 + 0.1 * before[1] / max(1.0, float(before[0]))
        return {"token": Term(term.total * weight, term.count)}, after


def _cross_entropy(model: nn.Module, tokens: Tensor) -> Tensor:
    return nn.functional.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten(), reduction="sum")


def settings(**changes: Any) -> TrainingSettings:
    plain = TrainingSettings(
        max_steps=30,
        max_epochs=None,
        budget_s=None,
        validate_every=(1, "epochs"),
        checkpoint_every=(4, "steps"),
        accumulate=1,
        learning_rate=0.03,
        schedule=Linear(warmup_steps=5),
        clip_norm=1.0,
        stop_on="loss",
        patience=None,
        min_delta=0.0,
        average=None,
        keep=0,
        threads=1,
        precision="fp32",
    )
    return dataclasses.replace(plain, **changes)


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(decayed(model, 0.1), lr=1.0, betas=(0.9, 0.98), fused=True)


def setup(
    model: nn.Module | None = None,
    *,
    task: Task | None = None,
    data: Data | None = None,
    optimizer: Callable[[nn.Module], torch.optim.Optimizer] = make_optimizer,
    **changes: Any,
) -> Setup:
    """Return the toy's training, with changes of its settings."""
    model = model or Model()
    return Setup(
        model=model,
        task=task or Task(),
        data=data or Data(),
        valid=Data(),
        optimizer=optimizer(model),
        settings=settings(**changes),
    )


def run(path: Path, **changes: Any) -> Outcome:
    """Train in `path`, or go on there, with a model whose own weights are wrong for going on."""
    there = path.exists()
    folder = RunFolder.open(path) if there else RunFolder.create(path, files={"recipe.yaml": "toy: 1\n"}, about={})
    model = Model(seed=99 if folder.last is not None else 0)
    return train(setup(model, **changes), folder, seed=3, resume=there, live=False)


def trace(path: Path) -> dict[str, Any]:
    """Return all that a training leaves behind, but for times, so that two trainings can be compared bit for bit."""
    folder = RunFolder.open(path)
    verify(folder)
    rows = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    tensors = {
        str(file.relative_to(path)): file.read_bytes().hex()
        for file in sorted(path.glob("checkpoints/*/*.safetensors"))
    }
    entries = sorted(entry.name for entry in (path / "checkpoints").iterdir())
    times = ("elapsed_s", "tokens_per_s")
    metrics = [{key: value for key, value in row.items() if key not in times} for row in rows]
    facts = {name: folder.about.get(name) for name in ("average", "resolved")}
    pointers = {"best": folder.best, "last": folder.last, "averaged": folder.averaged}
    return {**pointers, **facts, "checkpoints": entries, "tensors": tensors, "metrics": metrics}


def _in_child(work: Callable[[], object]) -> int:
    process = os.fork()
    if process == 0:
        try:
            work()
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return process


def _exit_code(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kills(folder: Path, number: int) -> dict[str, Any]:
    """Train once in peace, once with about `number` kills, and compare."""
    long: dict[str, Any] = {"max_steps": max(60, 12 * number)}
    began_at = time.monotonic()
    assert _exit_code(_in_child(lambda: run(folder / "peace", **long))) == 0
    alone_s = time.monotonic() - began_at
    moments = random.Random(number)
    codes = []
    for _ in range(number):
        process = _in_child(lambda: run(folder / "war", **long))
        time.sleep(moments.uniform(0, 1.5 * alone_s / number))
        os.kill(process, signal.SIGKILL)
        codes.append(_exit_code(process))
    last = _exit_code(_in_child(lambda: run(folder / "war", **long)))
    equal = last == 0 and trace(folder / "peace") == trace(folder / "war")
    return {"equal": equal, "killed": codes.count(-signal.SIGKILL), "failed": codes.count(1) + (last != 0)}


def crashes(folder: Path, stride: int) -> dict[str, Any]:
    """Die at every `stride`-th move on the disk until a training needs no more moves; go on each time, and compare."""
    short: dict[str, Any] = {"max_steps": 3, "validate_every": (2, "steps")}
    assert _exit_code(_in_child(lambda: run(folder / "peace", **short))) == 0
    peace, number, different = trace(folder / "peace"), 1, []
    while True:
        path = folder / f"crash-{number}"
        died = _exit_code(_in_child(lambda: (_die_at(number), run(path, **short))))  # noqa: B023 - used at once
        if died == 0:
            return {"moves": number, "different": different}
        if _exit_code(_in_child(lambda: run(path, **short))) != 0 or trace(path) != peace:  # noqa: B023
            different.append(number)
        number += stride


def _die_at(number: int) -> None:
    calls = 0

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == number:
                os._exit(137)
            return function(*args, **kwargs)

        return wrapped

    for name in ("rename", "replace", "fsync", "rmdir", "unlink", "mkdir"):
        setattr(os, name, deadly(getattr(os, name)))


if __name__ == "__main__":
    import torch._dynamo  # an optimiser imports it at its first use: once here, and not in every child

    torch.set_num_threads(1)
    os.fsync = lambda descriptor: None  # a killed process loses nothing that it has written: only a power cut would
    where, number, stride = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps([kills(where / "kills", number), crashes(where / "crashes", stride)]))
