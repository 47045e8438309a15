"""One optimiser step learns, clips, and refuses what is not finite."""

from __future__ import annotations

import math
from types import ModuleType

import pytest
import torch
from torch import nn

from softsearch.tasks.task import Term
from softsearch.training.optimisation import learning_rate_at, make_optimizer, optimizer_step


def _rates(schedule: str, *, warmup_steps: int, total_steps: int) -> list[float]:
    return [
        learning_rate_at(step, schedule=schedule, learning_rate=1.0, warmup_steps=warmup_steps, total_steps=total_steps)
        for step in range(total_steps)
    ]


def test_a_linear_schedule_rises_to_its_peak_and_falls_to_zero_after_the_last_step() -> None:
    rates = _rates("linear", warmup_steps=4, total_steps=8)
    assert rates == [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25]


def test_a_constant_schedule_stays_at_its_peak() -> None:
    assert _rates("constant", warmup_steps=2, total_steps=5) == [0.5, 1, 1, 1, 1]


def test_no_schedule_divides_by_zero_or_learns_backwards() -> None:
    for warmup_steps in (0, 3, 9):
        assert all(0 < rate <= 1 for rate in _rates("linear", warmup_steps=warmup_steps, total_steps=3))


def test_weight_decay_spares_biases_and_scales(toy: ModuleType) -> None:
    optimizer = make_optimizer(toy.Model(), learning_rate=1.0, weight_decay=0.1, betas=(0.9, 0.98))
    for group in optimizer.param_groups:
        assert {parameter.dim() >= 2 for parameter in group["params"]} == {group["weight_decay"] > 0}


class _Linear:
    """The loss is the sum of the weights times `factor`, over two items, plus a term of its own count."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def loss(self, model: nn.Linear, batch: object) -> dict[str, Term]:
        return {"a": Term(model.weight.sum() * self.factor, 2), "b": Term(model.bias.sum() * 12, 4)}


def _step(factor: float, clip_norm: float | None) -> tuple[nn.Linear, object]:
    model = nn.Linear(3, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=9.0)
    result = optimizer_step(model, _Linear(factor), None, optimizer=optimizer, learning_rate=1.0, clip_norm=clip_norm)
    return model, result


def test_each_term_is_divided_by_its_own_count() -> None:
    model, _ = _step(4.0, None)
    assert model.weight.tolist() == [[-2.0, -2.0, -2.0]]
    assert model.bias.tolist() == [-3.0]


def test_clipping_cuts_the_gradient_to_the_norm_and_reports_what_it_was() -> None:
    model, result = _step(4.0, 0.5)
    norm = math.sqrt(3 * 2.0**2 + 3.0**2)
    assert result.grad_norm == pytest.approx(norm)
    moved = torch.cat([model.weight.flatten(), model.bias]).norm().item()
    assert moved == pytest.approx(0.5, rel=1e-4)


@pytest.mark.parametrize("factor", [math.nan, math.inf, 1e38])
def test_what_is_not_finite_moves_nothing(factor: float) -> None:
    model, result = _step(factor * 1e6, 1.0)
    assert not result.updated
    assert model.weight.tolist() == [[0.0, 0.0, 0.0]]
    assert model.weight.grad is None
