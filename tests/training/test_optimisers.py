"""Each optimiser takes the step of its paper."""

from __future__ import annotations

import math
from types import ModuleType

import pytest
import torch
from torch import nn

from softsearch.build.training import build_optimizer
from softsearch.recipes import schema
from softsearch.training.optimisers import AveragedSGD, decayed, mean_weights

RATE, DECAY = 0.1, 0.01


class _One(nn.Module):
    """A matrix of one weight, 1 at first."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1, dtype=torch.float64))


def _walk(recipe: schema.Optimizer, gradients: list[float]) -> list[float]:
    model, walked = _One(), []
    optimizer = build_optimizer(recipe, model)
    for gradient in gradients:
        model.weight.grad = torch.full((1, 1), gradient, dtype=torch.float64)
        optimizer.step()
        walked.append(model.weight.item())
    return walked


GRADIENTS = [0.5, -1.0, 2.0, 0.25, -0.125]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_that_of_polyak_and_nesterov(momentum: float, nesterov: bool) -> None:
    if nesterov and not momentum:
        return
    weight, velocity, expected = 1.0, 0.0, []
    for gradient in GRADIENTS:
        gradient += DECAY * weight
        velocity = momentum * velocity + gradient
        weight -= RATE * (gradient + momentum * velocity if nesterov else velocity)
        expected.append(weight)
    recipe = schema.SGD(kind="sgd", learning_rate=RATE, momentum=momentum, nesterov=nesterov, weight_decay=DECAY)
    assert _walk(recipe, GRADIENTS) == pytest.approx(expected, rel=1e-12)


def test_averaged_sgd_has_the_mean_of_the_weights_after_each_step_once_it_has_begun() -> None:
    model, walked = _One(), []
    optimizer = AveragedSGD(model.parameters(), lr=RATE, patience=1)
    for number, gradient in enumerate(GRADIENTS):
        if number == 2:
            optimizer.begin()
            walked.append(model.weight.item())
        model.weight.grad = torch.full((1, 1), gradient, dtype=torch.float64)
        optimizer.step()
        walked += [model.weight.item()] if number >= 2 else []
    weight = model.weight.item()
    assert weight == pytest.approx(1.0 - RATE * sum(GRADIENTS), rel=1e-12)
    with mean_weights(optimizer):
        assert model.weight.item() == pytest.approx(sum(walked) / len(walked), rel=1e-6)
    assert model.weight.item() == weight


def test_rmsprop_is_that_of_tieleman_and_hinton() -> None:
    weight, square, step, expected = 1.0, 0.0, 0.0, []
    for gradient in GRADIENTS:
        square = 0.9 * square + 0.1 * gradient**2
        step = 0.5 * step + gradient / (math.sqrt(square) + 1e-8)
        weight -= RATE * step
        expected.append(weight)
    recipe = schema.RMSprop(kind="rmsprop", learning_rate=RATE, rho=0.9, epsilon=1e-8, momentum=0.5)
    assert _walk(recipe, GRADIENTS) == pytest.approx(expected, rel=1e-12)


def test_adadelta_is_that_of_zeiler() -> None:
    rho, epsilon = 0.95, 1e-6
    weight, gradients, steps, expected = 1.0, 0.0, 0.0, []
    for gradient in GRADIENTS:
        gradients = rho * gradients + (1 - rho) * gradient**2
        step = -math.sqrt(steps + epsilon) / math.sqrt(gradients + epsilon) * gradient
        steps = rho * steps + (1 - rho) * step**2
        weight += step
        expected.append(weight)
    recipe = schema.Adadelta(kind="adadelta", learning_rate=1.0, rho=rho, epsilon=epsilon)
    assert _walk(recipe, GRADIENTS) == pytest.approx(expected, rel=1e-12)


def test_adamw_is_that_of_loshchilov_and_hutter() -> None:
    first, second, weight, expected = 0.0, 0.0, 1.0, []
    for number, gradient in enumerate(GRADIENTS, 1):
        first, second = 0.9 * first + 0.1 * gradient, 0.98 * second + 0.02 * gradient**2
        step = first / (1 - 0.9**number) / (math.sqrt(second / (1 - 0.98**number)) + 1e-8)
        weight -= RATE * (step + DECAY * weight)
        expected.append(weight)
    recipe = schema.AdamW(kind="adamw", learning_rate=RATE, weight_decay=DECAY, betas=(0.9, 0.98))
    assert _walk(recipe, GRADIENTS) == pytest.approx(expected, rel=1e-9)


def test_weight_decay_spares_biases_and_scales(toy: ModuleType) -> None:
    for group in decayed(toy.Model(), 0.1):
        assert {parameter.dim() >= 2 for parameter in group["params"]} == {group["weight_decay"] > 0}
