"""The ways to turn a gradient into a step, all but one of them torch's.

All keep their state in tensors, which a checkpoint brings back to the bit.

With g the gradient and E the running mean  E[x] = rho E[x] + (1 - rho) x:

    sgd         v = momentum v + g,  step = -rate v                        Polyak 1964; Nesterov 1983
    rmsprop     v = momentum v + g / (sqrt(E[g^2]) + epsilon),  step = -rate v    Tieleman and Hinton 2012, lecture 6.5
    adadelta    step = -rate g sqrt(E[step^2] + epsilon) / sqrt(E[g^2] + epsilon)    Zeiler 2012, algorithm 1
    adamw       Loshchilov and Hutter 2019, algorithm 2

Averaged SGD (Polyak and Juditsky 1992) uses in the end the mean of the weights after each step. When to begin with it
is told by the validation (Merity et al. 2018, algorithm 1): SGD soon wanders about the minimum, and the mean does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from softsearch.training.stopping import Stopping


def trained(model: nn.Module) -> list[nn.Parameter]:
    """Return the parameters that an optimiser is to move."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def decayed(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return the parameters that an optimiser is to move, in groups: weight decay spares biases and scales."""
    parameters = trained(model)
    groups: list[dict[str, Any]] = [
        {"params": [parameter for parameter in parameters if parameter.dim() >= 2], "weight_decay": weight_decay},
        {"params": [parameter for parameter in parameters if parameter.dim() < 2], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def set_momentum(optimizer: torch.optim.Optimizer, momentum: float | None) -> None:
    """Set the momentum of the next step, or the first of AdamW's betas; None leaves it, and so does having none."""
    for group in optimizer.param_groups if momentum is not None else ():
        if "betas" in group:
            group["betas"] = (momentum, group["betas"][1])
        elif group.get("momentum"):
            group["momentum"] = momentum


class AveragedSGD(torch.optim.SGD):
    """Gradient descent that takes the mean of its weights from a moment on.

    Parameters
    ----------
    patience
        The mean begins when a validation is no better than the best one that is older than the last so many.
    """

    def __init__(self, parameters: Any, *, lr: float, patience: int) -> None:
        super().__init__(parameters, lr=lr)
        self.patience = patience

    def is_due(self, stopping: Stopping) -> bool:
        """Whether the mean is to begin now."""
        begun = any("mean" in state for state in self.state.values())
        return not begun and stopping.no_better_than_before(self.patience)

    def begin(self) -> None:
        """Begin the mean with the weights as they are."""
        for group in self.param_groups:
            for parameter in group["params"]:
                self.state[parameter]["mean"] = parameter.detach().clone()
                self.state[parameter]["count"] = torch.ones((), device=parameter.device)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Take a step, and the weights after it into the mean."""
        loss = super().step(closure)
        for parameter, state in self.state.items():
            if "mean" in state:
                state["count"] += 1
                state["mean"].lerp_(parameter, float(1 / state["count"]))
        return loss

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the weights of the model and the mean; nothing happens before it has begun."""
        for parameter, state in self.state.items():
            if "mean" in state:
                kept = parameter.clone()
                parameter.copy_(state["mean"])
                state["mean"].copy_(kept)


@contextmanager
def mean_weights(optimizer: torch.optim.Optimizer) -> Iterator[None]:
    """Let the model have the mean of its weights, where its optimiser takes one."""
    swap = optimizer.swap if isinstance(optimizer, AveragedSGD) else lambda: None
    swap()
    try:
        yield
    finally:
        swap()
