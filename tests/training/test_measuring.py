"""A time budget becomes steps, and "auto" a precision, by measuring: once, without a trace on what is trained."""

from __future__ import annotations

import dataclasses
import signal
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from softsearch.nn.products import Precision
from softsearch.training import measuring
from softsearch.training.folder import RunFolder
from softsearch.training.halving import backward_within_memory
from softsearch.training.measuring import Speed, choose_precision, measure_speed, steps_within, time_for

_SPEED = Speed(step_s=0.1, validation_s=4.0, save_s=1.0, steps_per_epoch=100)

_RARELY = {"validate_every": (100, "steps"), "checkpoint_every": (1000, "steps")}


def test_measuring_leaves_no_trace_on_weights_optimiser_or_randomness(toy: ModuleType) -> None:
    model, untouched = toy.Model(), toy.Model()
    setup = toy.setup(model, max_steps=None, budget_s=60.0)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    speed = measure_speed(setup, precision="fp32", save_s=0.5)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not setup.optimizer.state
    assert model.training
    for name, tensor in untouched.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name]), name
    assert speed.step_s > 0
    assert speed.validation_s > 0
    assert (speed.save_s, speed.steps_per_epoch) == (0.5, 5)


def test_measuring_tries_small_and_large_batches(toy: ModuleType) -> None:
    data = toy.Data()
    data.plan = lambda epoch: [torch.arange(size).numpy() for size in range(1, 41)]
    measure_speed(toy.setup(data=data), precision="fp32", save_s=0.0)
    sizes = [len(rows) for rows in data.read]
    assert len(sizes) == 23
    assert min(sizes) <= 4
    assert max(sizes) >= 37
    assert sum(sizes) / len(sizes) == pytest.approx(20.5, abs=2)


def test_data_that_become_harder_are_measured_at_their_hardest_and_put_back(toy: ModuleType) -> None:
    data = toy.Paced()
    setup = toy.setup(data=data, precision="auto")
    measure_speed(setup, precision="fp32", save_s=0.0)
    assert (data.paces, data.pace) == ({3}, {"reached": 0})
    choose_precision(setup)
    assert (data.paces, data.pace) == ({3}, {"reached": 0})


@pytest.mark.parametrize("every", [(1, "epochs"), (50, "steps")])
@pytest.mark.parametrize("checkpoint", [(60.0, "seconds"), (20, "steps"), (1, "epochs")])
def test_the_steps_with_their_validations_and_saves_fill_the_budget_but_for_the_reserve(
    toy: ModuleType, every: tuple[int, str], checkpoint: tuple[float, str]
) -> None:
    settings = toy.settings(validate_every=every, checkpoint_every=checkpoint)
    steps = steps_within(600.0, spent_s=20.0, speed=_SPEED, settings=settings)
    assert 20.0 + time_for(steps, speed=_SPEED, settings=settings) == pytest.approx(600 * 0.96, abs=0.5)


def test_a_budget_too_small_for_anything_is_one_step(toy: ModuleType) -> None:
    assert steps_within(1.0, spent_s=20.0, speed=_SPEED, settings=toy.settings()) == 1


def test_a_training_keeps_to_its_budget_and_says_what_it_planned(toy: ModuleType, tmp_path: Path) -> None:
    task = toy.Task(lambda number: time.sleep(0.01))
    outcome = toy.run(tmp_path / "run", task=task, max_steps=None, budget_s=1.5, **_RARELY)
    assert outcome.step == outcome.total_steps > 10
    assert outcome.planned_s == pytest.approx(1.5 * 0.96, rel=0.05)
    assert outcome.elapsed_s < 3


def test_a_resume_obeys_the_steps_and_threads_that_were_settled(toy: ModuleType, tmp_path: Path) -> None:
    budget = {"max_steps": None, "budget_s": 9.0, "max_epochs": 4, "threads": 1, **_RARELY}
    stop = toy.Task(lambda number: signal.raise_signal(signal.SIGTERM) if number == 28 else None)
    first = toy.run(tmp_path / "run", task=stop, **budget)
    settled = RunFolder.open(tmp_path / "run").about["resolved"]
    assert first.interrupted_by == signal.SIGTERM
    assert settled["threads"] == 1
    second = toy.run(tmp_path / "run", **{**budget, "max_epochs": 9, "threads": 2})
    assert second.step == second.total_steps == settled["total_steps"]
    assert RunFolder.open(tmp_path / "run").about["resolved"] == settled


def test_whichever_limit_comes_first_ends_it(toy: ModuleType, tmp_path: Path) -> None:
    limits = [{"max_epochs": 2}, {"max_epochs": 3, "max_steps": 11}, {"max_steps": 11, "budget_s": 600.0}]
    for number, limit in enumerate(limits):
        outcome = toy.run(tmp_path / str(number), **{"max_steps": None, **limit})
        assert (outcome.step, outcome.total_steps) == (11, 11)


def test_a_training_without_any_limit_is_refused(toy: ModuleType) -> None:
    with pytest.raises(Exception, match="never end"):
        dataclasses.replace(toy.settings(), max_steps=None)


def _slower_in(slow: Precision, monkeypatch: pytest.MonkeyPatch) -> list[Precision]:
    """Let gradients take longer in one precision; return the list to which each adds its own."""
    taken: list[Precision] = []

    def backward(*args: Any, precision: Precision, **keywords: Any) -> Any:
        taken.append(precision)
        time.sleep(0.03 if precision == slow else 0.0)
        return backward_within_memory(*args, precision=precision, **keywords)

    monkeypatch.setattr(measuring, "backward_within_memory", backward)
    return taken


def _chosen(toy: ModuleType, setting: Any, model: Any = None) -> Precision:
    return choose_precision(toy.setup(model, precision=setting))


@pytest.mark.parametrize(("slow", "chosen", "rounds"), [("fp32", "bf16", 7), ("bf16", "fp32", 2)])
def test_auto_is_the_faster_one_soon_if_it_is_clear_and_measuring_leaves_no_trace(
    toy: ModuleType, monkeypatch: pytest.MonkeyPatch, slow: Precision, chosen: Precision, rounds: int
) -> None:
    taken = _slower_in(slow, monkeypatch)
    model, untouched = toy.Model(), toy.Model()
    before = torch.random.get_rng_state()
    assert _chosen(toy, "auto", model) == chosen
    assert taken == ["fp32", "bf16"] * rounds
    assert torch.equal(torch.random.get_rng_state(), before)
    for mine, theirs in zip(model.parameters(), untouched.parameters(), strict=True):
        assert torch.equal(mine, theirs)
        assert mine.grad is None


@pytest.mark.parametrize("setting", ["fp32", "bf16"])
def test_what_is_set_is_not_measured(toy: ModuleType, monkeypatch: pytest.MonkeyPatch, setting: Precision) -> None:
    taken = _slower_in(setting, monkeypatch)
    assert _chosen(toy, setting) == setting
    assert not taken


def test_a_resume_obeys_what_was_settled_though_it_would_measure_otherwise(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slower_in("fp32", monkeypatch)
    stop = toy.Task(lambda number: signal.raise_signal(signal.SIGTERM) if number == 20 else None)
    first = toy.run(tmp_path / "run", task=stop, precision="auto")
    assert first.interrupted_by == signal.SIGTERM
    assert RunFolder.open(tmp_path / "run").about["precision"] == "bf16"
    taken = _slower_in("bf16", monkeypatch)
    toy.run(tmp_path / "run", precision="auto")
    assert not taken
    assert RunFolder.open(tmp_path / "run").about["precision"] == "bf16"
