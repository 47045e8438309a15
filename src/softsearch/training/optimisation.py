"""One optimiser step: gradient, clipping by norm, AdamW, and the learning rate as a function of the step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from softsearch.tasks.task import Task

Schedule = Literal["linear", "constant"]


@dataclass(frozen=True)
class StepResult:
    """What one step did: the norm of its gradient before clipping, and each term's sum in nats and count."""

    grad_norm: float
    terms: dict[str, tuple[float, int]]
    updated: bool


def make_optimizer(
    model: nn.Module, *, learning_rate: float, weight_decay: float, betas: tuple[float, float]
) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter, 2019) whose weight decay spares biases and scales."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [parameter for parameter in parameters if parameter.dim() >= 2], "weight_decay": weight_decay},
        {"params": [parameter for parameter in parameters if parameter.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=learning_rate, betas=betas, fused=True)


def learning_rate_at(
    step: int, *, schedule: Schedule, learning_rate: float, warmup_steps: int, total_steps: int
) -> float:
    """Return the learning rate of step `step` (counted from 0).

    It rises in proportion over `warmup_steps`; then it stays ("constant") or falls in proportion, to zero after the
    last step ("linear").
    """
    factor = min(1.0, (step + 1) / max(1, warmup_steps))
    if schedule == "linear":
        factor = min(factor, (total_steps - step) / max(1, total_steps - warmup_steps))
    return learning_rate * factor


def optimizer_step(
    model: nn.Module,
    task: Task,
    batch: Any,
    *,
    optimizer: torch.optim.Optimizer,
    learning_rate: float,
    clip_norm: float | None,
) -> StepResult:
    """Learn from one batch; where the loss or its gradient is not finite, leave weights and optimiser as they are."""
    loss = task.loss(model, batch)
    objective = torch.stack([term.total / max(1, term.count) for term in loss.values()]).sum()
    optimizer.zero_grad(set_to_none=True)
    objective.backward()
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    norm = get_total_norm([parameter.grad for parameter in parameters if parameter.grad is not None], foreach=True)
    # The one moment at which the host waits for the device.
    grad_norm, *totals = torch.stack([norm, *(term.total.detach() for term in loss.values())]).tolist()
    terms = {name: (total, term.count) for (name, term), total in zip(loss.items(), totals, strict=True)}
    updated = math.isfinite(grad_norm) and all(math.isfinite(total) for total in totals)
    if updated:
        if clip_norm is not None:
            clip_grads_with_norm_(parameters, clip_norm, norm, foreach=True)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return StepResult(grad_norm=grad_norm, terms=terms, updated=updated)
