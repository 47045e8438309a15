"""The ways to turn a gradient into a step. All keep their state in tensors, which a checkpoint brings back to the bit.

With g the gradient and E the running mean  E[x] = rho E[x] + (1 - rho) x:

    sgd         v = momentum v + g,  step = -rate v                        Polyak 1964; Nesterov 1983
    rmsprop     step = -rate g / (sqrt(E[g^2]) + epsilon)                  Tieleman and Hinton 2012, lecture 6.5
    adadelta    step = -rate g sqrt(E[step^2] + epsilon) / sqrt(E[g^2] + epsilon)    Zeiler 2012, algorithm 1
    adamw       Loshchilov and Hutter 2019, algorithm 2
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def adamw(
    model: nn.Module, *, learning_rate: float, weight_decay: float, betas: tuple[float, float]
) -> torch.optim.AdamW:
    """Return AdamW, whose weight decay spares biases and scales."""
    return torch.optim.AdamW(_groups(model, weight_decay), lr=learning_rate, betas=betas, fused=True)


def sgd(
    model: nn.Module, *, learning_rate: float, momentum: float, nesterov: bool, weight_decay: float
) -> torch.optim.SGD:
    """Return gradient descent with momentum; its weight decay spares biases and scales."""
    groups = _groups(model, weight_decay)
    return torch.optim.SGD(groups, lr=learning_rate, momentum=momentum, nesterov=nesterov)


def rmsprop(model: nn.Module, *, learning_rate: float, rho: float, epsilon: float) -> torch.optim.RMSprop:
    """Return RMSprop."""
    return torch.optim.RMSprop(_trained(model), lr=learning_rate, alpha=rho, eps=epsilon)


def adadelta(model: nn.Module, *, learning_rate: float, rho: float, epsilon: float) -> torch.optim.Adadelta:
    """Return Adadelta."""
    return torch.optim.Adadelta(_trained(model), lr=learning_rate, rho=rho, eps=epsilon)


def _trained(model: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def _groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    parameters = _trained(model)
    groups: list[dict[str, Any]] = [
        {"params": [parameter for parameter in parameters if parameter.dim() >= 2], "weight_decay": weight_decay},
        {"params": [parameter for parameter in parameters if parameter.dim() < 2], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]
