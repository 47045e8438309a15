"""The precision of a training: measured where it is left open, settled once."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from softsearch.nn.products import Precision
from softsearch.training import precision as under_test
from softsearch.training.folder import RunFolder
from softsearch.training.halving import backward_within_memory
from softsearch.training.precision import choose_precision


def _slower_in(slow: Precision, monkeypatch: pytest.MonkeyPatch) -> list[Precision]:
    """Let gradients take longer in one precision; return the list to which each adds its own."""
    taken: list[Precision] = []

    def backward(*args: Any, precision: Precision, **keywords: Any) -> Any:
        taken.append(precision)
        time.sleep(0.03 if precision == slow else 0.0)
        return backward_within_memory(*args, precision=precision, **keywords)

    monkeypatch.setattr(under_test, "backward_within_memory", backward)
    return taken


def _chosen(toy: ModuleType, setting: Any, model: Any = None) -> Precision:
    model = model or toy.Model()
    optimizer = toy.make_optimizer(model)
    return choose_precision(setting, model=model, task=toy.Task(), data=toy.Data(), optimizer=optimizer, accumulate=1)


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
