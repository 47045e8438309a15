"""However a training is stopped, going on ends with the weights of the training that was never stopped."""

from __future__ import annotations

import json
import math
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from softsearch.errors import RunError
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder
from softsearch.training.optimisers import AveragedSGD, decayed, mean_weights
from softsearch.training.schedules import (
    Constant,
    Cosine,
    InverseSqrt,
    Moment,
    MultiStep,
    OneCycle,
    OnPlateau,
    Schedule,
)


@pytest.fixture(scope="module")
def peace(toy: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The trace of a training that nothing disturbed."""
    path = tmp_path_factory.mktemp("peace") / "run"
    toy.run(path)
    return toy.trace(path)


def _raise_at(step: int, *signals: signal.Signals) -> Any:
    def hook(number: int) -> None:
        if number == step:
            for each in signals:
                signal.raise_signal(each)

    return hook


def _rows(path: Path, kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    return [row for row in rows if row["kind"] == kind]


def test_training_learns(peace: dict[str, Any]) -> None:
    losses = [row["loss"] for row in peace["metrics"] if row["kind"] == "valid"]
    assert losses[-1] < 0.5 * losses[0]


def test_the_same_training_twice_is_the_same(toy: ModuleType, tmp_path: Path, peace: dict[str, Any]) -> None:
    torch.manual_seed(12345)
    toy.run(tmp_path / "run")
    assert toy.trace(tmp_path / "run") == peace


@pytest.mark.parametrize(
    ("step", "number", "code"), [(1, signal.SIGTERM, 143), (5, signal.SIGINT, 130), (23, signal.SIGTERM, 143)]
)
def test_a_signal_saves_first_and_going_on_changes_nothing(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any], step: int, number: signal.Signals, code: int
) -> None:
    outcome = toy.run(tmp_path / "run", task=toy.Task(_raise_at(step, number)))
    assert (outcome.step, outcome.interrupted_by, outcome.exit_code) == (step, number, code)
    assert RunFolder.open(tmp_path / "run").last == step
    outcome = toy.run(tmp_path / "run")
    assert (outcome.step, outcome.interrupted_by, outcome.exit_code) == (30, None, 0)
    assert toy.trace(tmp_path / "run") == peace


def test_a_training_interrupted_after_every_other_step_ends_the_same(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any]
) -> None:
    for step in range(2, 30, 2):
        assert toy.run(tmp_path / "run", task=toy.Task(_raise_at(2, signal.SIGTERM))).step == step
    toy.run(tmp_path / "run")
    assert toy.trace(tmp_path / "run") == peace


OPTIMISERS: dict[str, Callable[[nn.Module], torch.optim.Optimizer]] = {
    "sgd": lambda model: torch.optim.SGD(decayed(model, 0.1), lr=1.0),
    "nesterov": lambda model: torch.optim.SGD(model.parameters(), lr=1.0, momentum=0.9, nesterov=True),
    "rmsprop": lambda model: torch.optim.RMSprop(model.parameters(), lr=1.0, alpha=0.9, momentum=0.5),
    "adadelta": lambda model: torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95),
}


def _averaged(model: nn.Module) -> torch.optim.Optimizer:
    return AveragedSGD(model.parameters(), lr=1.0, patience=1)


def _interrupted_every_third_step(toy: ModuleType, path: Path, **changes: Any) -> dict[str, Any]:
    while toy.run(path, task=toy.Task(_raise_at(3, signal.SIGTERM)), **changes).interrupted_by is not None:
        pass
    return toy.trace(path)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_goes_on_bit_for_bit(toy: ModuleType, tmp_path: Path, peace: dict[str, Any], name: str) -> None:
    changes: dict[str, Any] = {"optimizer": OPTIMISERS[name], "max_steps": 13}
    toy.run(tmp_path / "whole", **changes)
    whole = toy.trace(tmp_path / "whole")
    assert _interrupted_every_third_step(toy, tmp_path / "parts", **changes) == whole
    assert not set(map(str, whole["tensors"].values())) & set(map(str, peace["tensors"].values()))


def test_a_mean_of_weights_goes_on_bit_for_bit_and_is_what_is_validated_and_saved(
    toy: ModuleType, tmp_path: Path
) -> None:
    # Steps so long that the validation soon no longer improves.
    changes: dict[str, Any] = {"optimizer": _averaged, "learning_rate": 100.0, "schedule": Constant(warmup_steps=5)}
    toy.run(tmp_path / "whole", **changes)
    assert _interrupted_every_third_step(toy, tmp_path / "parts", **changes) == toy.trace(tmp_path / "whole")
    folder, model = RunFolder.open(tmp_path / "whole"), toy.Model()
    optimizer = _averaged(model)
    load_checkpoint(folder, "last", model=model, optimizer=optimizer)
    scored = toy.Task().validate(model, toy.Data()).scores["loss"]
    assert scored == _rows(tmp_path / "whole", "valid")[-1]["loss"]
    with mean_weights(optimizer):
        assert toy.Task().validate(model, toy.Data()).scores["loss"] > scored


@pytest.mark.parametrize(
    ("schedule", "last"),
    [
        (Constant(warmup_steps=5), 0.03),
        (Cosine(warmup_steps=5), 0.03 * (1 - math.cos(math.pi * 2 / 16)) / 2),
        (InverseSqrt(warmup_steps=5), 0.03 * math.sqrt(5 / 20)),
        (MultiStep(factor=0.1, at=(0.5,)), 0.003),
        (OneCycle(rise=0.5, momentum=(0.5, 0.9)), 0.03 * OneCycle(rise=0.5, momentum=(0.5, 0.9)).scale(Moment(19, 21))),
        # 0.03 / 2**5 lies below the floor
        (OnPlateau(warmup_steps=5, factor=0.5, patience=1, min_learning_rate=1e-3), 1e-3),
    ],
)
def test_every_schedule_goes_on_bit_for_bit_and_is_its_own(
    toy: ModuleType, tmp_path: Path, schedule: Schedule, last: float
) -> None:
    changes: dict[str, Any] = {"schedule": schedule, "max_steps": 21, "validate_every": (2, "steps")}
    worse = [3.0, 2.0, 2.5, 2.6, 2.7, 2.6, 2.8, 2.9, 2.9, 3.0, 3.0]

    class Given(toy.Task):
        def validate(self, model: Any, data: Any) -> Any:
            validation = super().validate(model, data)
            return validation._replace(scores={"loss": worse[int(model.calls) // 2 - 1]})

    toy.run(tmp_path / "whole", task=Given(), **changes)
    while toy.run(tmp_path / "parts", task=Given(_raise_at(3, signal.SIGTERM)), **changes).interrupted_by is not None:
        pass
    assert toy.trace(tmp_path / "parts") == toy.trace(tmp_path / "whole")
    (row,) = _rows(tmp_path / "whole", "train")
    assert row["learning_rate"] == pytest.approx(last)


def test_what_a_task_carries_from_batch_to_batch_goes_on_bit_for_bit(toy: ModuleType, tmp_path: Path) -> None:
    outcome = toy.run(tmp_path / "peace", task=toy.Carrying())
    for step in range(1, outcome.step - 4, 4):
        toy.run(tmp_path / "run", task=toy.Carrying(_raise_at(4, signal.SIGTERM)))
        assert (tmp_path / "run" / "checkpoints" / f"step-{step + 3:08d}" / "carry.safetensors").exists()
    toy.run(tmp_path / "run", task=toy.Carrying())
    assert toy.trace(tmp_path / "run") == toy.trace(tmp_path / "peace")
    toy.run(tmp_path / "without")
    assert toy.trace(tmp_path / "without")["tensors"] != toy.trace(tmp_path / "peace")["tensors"]


def test_accumulated_batches_go_on_bit_for_bit_and_count_as_one_step(toy: ModuleType, tmp_path: Path) -> None:
    data = toy.Data()
    outcome = toy.run(tmp_path / "whole", data=data, accumulate=3, max_steps=9)
    assert (outcome.step, outcome.epoch) == (9, 5)
    assert data.read == [rows.tolist() for epoch in range(5) for rows in data.plan(epoch)][: len(data.read)]
    assert len(data.read) == 5 + 6 + 5 + 6 + 3
    parts = _interrupted_every_third_step(toy, tmp_path / "parts", accumulate=3, max_steps=9)
    assert parts == toy.trace(tmp_path / "whole")


def test_a_second_ctrl_c_quits_at_once_and_the_last_checkpoint_stays(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        toy.run(tmp_path / "run", task=toy.Task(_raise_at(7, signal.SIGINT, signal.SIGINT)))
    assert RunFolder.open(tmp_path / "run").last == 5
    toy.run(tmp_path / "run")
    assert toy.trace(tmp_path / "run") == peace


@pytest.mark.parametrize(("number", "stride"), [(3, 17), pytest.param(50, 1, marks=pytest.mark.slow)])
def test_a_training_killed_at_random_moments_and_between_moves_on_the_disk_ends_the_same(
    toy: ModuleType, tmp_path: Path, number: int, stride: int
) -> None:
    command = [sys.executable, toy.__file__, str(tmp_path), str(number), str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    kills, crashes = json.loads(done.stdout)
    assert kills["equal"]
    assert kills["failed"] == 0
    assert kills["killed"] >= number // 2
    assert crashes["different"] == []
    assert crashes["moves"] > 20


def test_going_on_reads_no_batch_twice(toy: ModuleType, tmp_path: Path) -> None:
    first, second, whole = toy.Data(), toy.Data(), toy.Data()
    toy.run(tmp_path / "run", data=first, task=toy.Task(_raise_at(13, signal.SIGTERM)))
    toy.run(tmp_path / "run", data=second)
    toy.run(tmp_path / "other", data=whole)
    assert first.read + second.read == whole.read
    assert len(first.read) == 13


def test_validating_and_saving_more_often_leaves_the_weights_alone(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any]
) -> None:
    toy.run(tmp_path / "run", validate_every=(1, "steps"), checkpoint_every=(0.0, "seconds"))
    name = "checkpoints/step-00000030/model.safetensors"
    assert toy.trace(tmp_path / "run")["tensors"][name] == peace["tensors"][name]


def test_training_leaves_the_callers_randomness_threads_and_handlers_alone(toy: ModuleType, tmp_path: Path) -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state(), torch.get_num_threads(), signal.getsignal(signal.SIGTERM)
    toy.run(tmp_path / "run", threads=2, max_steps=3)
    after = torch.random.get_rng_state(), torch.get_num_threads(), signal.getsignal(signal.SIGTERM)
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]


def test_a_batch_that_is_not_finite_is_skipped_counted_and_survives_a_resume(toy: ModuleType, tmp_path: Path) -> None:
    def poison(number: int) -> float | None:
        return math.nan if number in {3, 8, 9} else None

    outcome = toy.run(tmp_path / "whole", task=toy.Task(poison))
    assert (outcome.step, outcome.skipped) == (30, 3)
    weights = load_file(tmp_path / "whole" / "checkpoints" / "step-00000030" / "model.safetensors")
    assert int(weights["calls"]) == 27  # what a network keeps of a batch, statistics, is as it was before those

    def poison_then_stop(number: int) -> float | None:
        if number == 8:
            signal.raise_signal(signal.SIGTERM)
        return poison(number)

    toy.run(tmp_path / "parts", task=toy.Task(poison_then_stop))
    outcome = toy.run(tmp_path / "parts", task=toy.Task(lambda number: math.nan if number == 1 else None))
    assert outcome.skipped == 3
    assert toy.trace(tmp_path / "parts") == toy.trace(tmp_path / "whole")


def test_what_a_batch_that_is_not_finite_would_carry_on_is_dropped(toy: ModuleType, tmp_path: Path) -> None:
    outcome = toy.run(tmp_path / "run", task=toy.Carrying(lambda number: math.nan if number == 3 else None))
    assert (outcome.step, outcome.skipped) == (30, 1)


def test_ten_batches_in_a_row_that_are_not_finite_end_it_with_their_lines_and_the_last_good_state(
    toy: ModuleType, tmp_path: Path
) -> None:
    data = toy.Data()
    with pytest.raises(RunError, match="no finite loss or gradient in 10 batches in a row") as raised:
        toy.run(tmp_path / "run", data=data, task=toy.Task(lambda number: math.inf if number > 12 else None))
    assert len(data.read) == 22
    assert f"toy.tsv:{data.read[-1][0] + 1}, " in raised.value.problem
    assert raised.value.problem.endswith("saved as step 22; the best so far are those of step 16")
    assert "learning_rate or clip_norm" in str(raised.value.fix)
    toy.run(tmp_path / "good", task=toy.Task(_raise_at(12, signal.SIGTERM)))
    kept, good = toy.trace(tmp_path / "run"), toy.trace(tmp_path / "good")
    assert kept["last"] == 22
    expected = good["tensors"]["checkpoints/step-00000012/optimizer.safetensors"]
    assert kept["tensors"]["checkpoints/step-00000022/optimizer.safetensors"] == expected


@contextmanager
def _disk_of(num_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("num_bytes", [0, 700, 3000, 9000])
def test_a_full_disk_loses_nothing(toy: ModuleType, tmp_path: Path, peace: dict[str, Any], num_bytes: int) -> None:
    toy.run(tmp_path / "run", task=toy.Task(_raise_at(9, signal.SIGTERM)))
    with _disk_of(num_bytes), pytest.raises(RunError, match="no space left to write this") as raised:
        toy.run(tmp_path / "run")
    assert "the checkpoint of step" in str(raised.value)
    assert "is intact" in str(raised.value)
    assert f"free some space, then go on with: softsearch resume {tmp_path / 'run'}" in str(raised.value)
    toy.run(tmp_path / "run")
    assert toy.trace(tmp_path / "run") == peace


def test_after_deleting_a_damaged_last_checkpoint_it_goes_on_from_the_one_before(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any]
) -> None:
    toy.run(tmp_path / "run", task=toy.Task(_raise_at(13, signal.SIGTERM)))
    damaged = tmp_path / "run" / "checkpoints" / "step-00000013"
    (damaged / "model.safetensors").write_bytes(b"")
    with pytest.raises(RunError, match=r"step-00000013/model\.safetensors") as raised:
        toy.run(tmp_path / "run")
    assert f"delete {damaged}" in str(raised.value)
    for file in damaged.iterdir():
        file.unlink()
    damaged.rmdir()
    toy.run(tmp_path / "run")
    assert toy.trace(tmp_path / "run") == peace


def test_a_training_whose_checkpoints_are_all_gone_is_not_begun_anew(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "run", max_steps=2)
    (tmp_path / "run" / "checkpoints").rename(tmp_path / "elsewhere")
    before = (tmp_path / "run" / "metrics.jsonl").read_text()
    with pytest.raises(RunError, match="all checkpoints of this run are missing"):
        toy.run(tmp_path / "run")
    assert (tmp_path / "run" / "metrics.jsonl").read_text() == before


def test_a_finished_training_that_is_resumed_stays_as_it_is(
    toy: ModuleType, tmp_path: Path, peace: dict[str, Any]
) -> None:
    toy.run(tmp_path / "run")
    assert toy.run(tmp_path / "run").step == 30
    assert toy.trace(tmp_path / "run") == peace


def test_a_folder_that_holds_a_training_is_not_trained_in_anew(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.run(tmp_path / "run", max_steps=2)
    train = toy.train
    monkeypatch.setattr(toy, "train", lambda *given, **how: train(*given, **{**how, "resume": False}))
    with pytest.raises(RunError, match="already holds a training"):
        toy.run(tmp_path / "run", max_steps=2)


def test_patience_ends_it_early_and_the_best_checkpoint_is_the_best_validation(toy: ModuleType, tmp_path: Path) -> None:
    class Worsening(toy.Task):
        losses_to_report = iter([2.2, 2.0, 2.5, 2.6, 1.0])

        def validate(self, model: Any, data: Any) -> Any:
            return super().validate(model, data)._replace(scores={"loss": next(self.losses_to_report)})

    outcome = toy.run(tmp_path / "run", task=Worsening(), validate_every=(3, "steps"), patience=2)
    assert outcome.stopped_early
    assert (outcome.step, outcome.best_step, outcome.best_score) == (12, 6, 2.0)
    assert (RunFolder.open(tmp_path / "run").best, RunFolder.open(tmp_path / "run").last) == (6, 12)
    assert toy.run(tmp_path / "run", patience=2).step == 12
    assert toy.run(tmp_path / "run", patience=9).step == 30


def test_the_journal_has_a_row_every_twenty_steps_and_one_per_validation(toy: ModuleType, tmp_path: Path) -> None:
    toy.run(tmp_path / "run", max_steps=45, validate_every=(2, "epochs"))
    assert [row["step"] for row in _rows(tmp_path / "run", "train")] == [20, 40]
    assert [row["step"] for row in _rows(tmp_path / "run", "valid")] == [11, 22, 33, 44, 45]
    row = _rows(tmp_path / "run", "train")[0]
    assert set(row) >= {"step", "epoch", "elapsed_s", "loss", "tokens_per_s", "learning_rate", "grad_norm"}
    assert row["epoch"] == 4


def test_elapsed_time_accumulates_over_resumes(toy: ModuleType, tmp_path: Path) -> None:
    first = toy.run(tmp_path / "run", task=toy.Task(_raise_at(20, signal.SIGTERM)))
    second = toy.run(tmp_path / "run")
    assert second.elapsed_s > first.elapsed_s > 0
