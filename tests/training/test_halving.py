"""A batch that does not fit into memory is learnt in halves, and the training stays reproducible."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from softsearch.errors import RunError
from softsearch.training.halving import Fitted, backward_within_memory
from softsearch.training.settings import Setup
from softsearch.training.step import backward


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("softsearch.training.halving.gc.collect", lambda: 0)  # it looks at all that the tests imported


_CPU = "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate"
ERRORS = {
    "python": lambda: MemoryError(),
    "accelerator": lambda: torch.OutOfMemoryError("CUDA out of memory."),
    "processor": lambda: RuntimeError(_CPU),
}


def _small(toy: ModuleType, most: int, *, error: Callable[[], Exception] = ERRORS["processor"], **hooks: Any) -> Any:
    """Return a task that runs out of memory on batches of more than `most` rows."""

    class Small(toy.Task):
        refused = 0

        def loss(self, model: Any, batch: Any, carry: Any) -> Any:
            if len(batch.tokens) > most:
                self.refused += 1
                raise error()
            return super().loss(model, batch, carry)

    return Small(**hooks)


def _gradient(setup: Setup, rows: np.ndarray, *, limit: int | None = None) -> Fitted:
    return backward_within_memory(setup, [rows], carry={}, limit=limit, seed=1, precision="fp32")


@pytest.mark.parametrize("error", ERRORS)
def test_halves_give_the_gradient_of_the_whole(toy: ModuleType, error: str) -> None:
    data, rows, (model, other) = toy.Data(), np.arange(21), (toy.Model().eval(), toy.Model().eval())
    backward(other, toy.Task(), [data.batch(rows)], carry={}, precision="fp32")
    task = _small(toy, 6, error=ERRORS[error])
    fitted = _gradient(toy.setup(model, task=task, data=data), rows)
    # 21 rows fail, 10 and 11 fail, 5 and 5 and 5 and 3 and 3 fit
    assert (task.refused, task.losses, fitted.num_items) == (2, 5, 21 * toy.LENGTH)
    assert fitted.limit == (10 * toy.LENGTH) // 2
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad)


def test_it_tells_the_longest_sentence_and_the_padded_size(toy: ModuleType) -> None:
    data = toy.Data()
    data.lengths = lambda rows: np.where(rows == 4, 9, 5)
    fitted = _gradient(toy.setup(task=_small(toy, 6), data=data), np.arange(2, 10))
    (message,) = fitted.messages
    assert "a batch of 8, padded to 72 positions by its longest, toy.tsv:5, 9 positions" in message
    assert "more than 36 positions" in message


def test_a_limit_is_remembered_and_nothing_is_tried_beyond_it(toy: ModuleType) -> None:
    task = _small(toy, 6)
    fitted = _gradient(toy.setup(task=task), np.arange(21), limit=30)
    assert (task.refused, fitted.limit, fitted.messages) == (0, 30, [])


def test_a_single_pair_that_does_not_fit_is_named(toy: ModuleType) -> None:
    with pytest.raises(RunError, match=r"a batch of one: toy\.tsv:8, 5 positions") as raised:
        _gradient(toy.setup(task=_small(toy, 0)), np.array([7, 3]))
    for each in ("data.max_tokens (pairs)", "data.length (episodes, programs)"):
        assert each in str(raised.value.fix)


@pytest.mark.parametrize("place", ["optimiser", "validation"])
def test_what_cannot_be_done_in_halves_ends_the_training_in_words_and_loses_nothing(
    toy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ERRORS["processor"]()

    toy.run(
        tmp_path / "run", task=toy.Task(lambda number: signal.raise_signal(signal.SIGTERM) if number == 3 else None)
    )
    with monkeypatch.context() as patch, pytest.raises(RunError, match="not enough memory for") as raised:
        patch.setattr(*((torch.optim.AdamW, "step") if place == "optimiser" else (toy.Task, "validate")), fail)
        toy.run(tmp_path / "run")
    assert "is intact" in raised.value.problem
    assert f"softsearch resume {tmp_path / 'run'}" in str(raised.value.fix)
    toy.run(tmp_path / "run")
    toy.run(tmp_path / "peace")
    assert toy.trace(tmp_path / "run") == toy.trace(tmp_path / "peace")


def test_another_error_is_not_taken_for_a_lack_of_memory(toy: ModuleType) -> None:
    task = _small(toy, 6, error=lambda: RuntimeError("shapes differ"))
    with pytest.raises(RuntimeError, match="shapes differ"):
        _gradient(toy.setup(task=task), np.arange(9))


def test_a_training_that_ran_out_of_memory_ends_the_same_however_often_it_was_interrupted(
    toy: ModuleType, tmp_path: Path
) -> None:
    peace = _small(toy, 8)
    assert toy.run(tmp_path / "peace", task=peace).step == 30
    assert peace.refused == 1

    def stop(number: int) -> None:
        if number in (2, 9):
            signal.raise_signal(signal.SIGTERM)

    while toy.run(tmp_path / "parts", task=(task := _small(toy, 8, hook=stop))).interrupted_by is not None:
        assert task.refused <= 1
    assert toy.trace(tmp_path / "parts") == toy.trace(tmp_path / "peace")


def test_a_limit_that_was_found_is_saved_at_once(toy: ModuleType, tmp_path: Path) -> None:
    def quit_now(number: int) -> None:
        if number == 5:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    rarely: dict[str, Any] = {"checkpoint_every": (100, "steps"), "validate_every": (100, "steps")}
    with pytest.raises(KeyboardInterrupt):
        toy.run(tmp_path / "run", task=_small(toy, 8, hook=quit_now), **rarely)
    again = _small(toy, 8)
    toy.run(tmp_path / "run", task=again, **rarely)
    assert again.refused == 0
