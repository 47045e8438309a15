"""One optimiser step learns, accumulates, clips, and refuses what is not finite."""

from __future__ import annotations

import math
from types import ModuleType, SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from softsearch.tasks.task import Carry, Loss, Term
from softsearch.training.step import StepResult, backward, update


class _Linear:
    """The loss is the sum of the weights times `factor`, over two items, plus a term of its own count."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def loss(self, model: nn.Linear, batch: object, carry: Carry) -> tuple[Loss, Carry]:
        return {"a": Term(model.weight.sum() * self.factor, 2), "b": Term(model.bias.sum() * 12, 4)}, carry

    def counts(self, batch: object) -> dict[str, int]:
        return {"a": 2, "b": 4}


def _step(factor: float, clip_norm: float | None) -> tuple[nn.Linear, StepResult]:
    model = nn.Linear(3, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=9.0)
    loss, _ = backward(model, _Linear(factor), [SimpleNamespace(to=lambda device: None)], carry={}, precision="fp32")
    return model, update(model, loss, optimizer=optimizer, learning_rate=1.0, clip_norm=clip_norm)


def test_a_gradient_that_is_not_finite_is_not_taken_even_if_the_loss_is() -> None:
    model = nn.Linear(1, 1)
    optimizer, before = torch.optim.SGD(model.parameters(), lr=1.0), model.weight.item()
    (model.weight - model.weight.detach()).sqrt().sum().backward()  # 0, and infinitely steep
    loss = {"a": Term(torch.zeros(()), 1)}
    result = update(model, loss, optimizer=optimizer, learning_rate=1.0, clip_norm=1.0)
    assert not result.updated
    assert not math.isfinite(result.grad_norm)
    assert model.weight.item() == before


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


def _gradient(toy: ModuleType, batches: list[Tensor]) -> tuple[list[Tensor], tuple[float, int]]:
    model = toy.Model().eval().double()
    loss, _ = backward(model, toy.Task(), [toy.Batch(tokens) for tokens in batches], carry={}, precision="fp32")
    return [parameter.grad for parameter in model.parameters()], (loss["token"].total.item(), loss["token"].count)


def test_batches_of_any_size_accumulate_to_the_gradient_of_one_large_batch(toy: ModuleType) -> None:
    tokens = toy.Data().tokens
    whole, (total, count) = _gradient(toy, [tokens])
    parts, (total_of_parts, count_of_parts) = _gradient(toy, [tokens[:1], tokens[1:9], tokens[9:]])
    assert count == count_of_parts == tokens.numel()
    assert total_of_parts == pytest.approx(total, rel=1e-12)
    for mine, theirs in zip(parts, whole, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-14)


def test_a_mean_of_the_batches_means_would_be_another_gradient(toy: ModuleType) -> None:
    tokens = toy.Data().tokens
    whole, _ = _gradient(toy, [tokens])
    few, _ = _gradient(toy, [tokens[:1]])
    many, _ = _gradient(toy, [tokens[1:]])
    assert not torch.allclose((few[0] + many[0]) / 2, whole[0], rtol=1e-3)
