"""One optimiser step: the gradient of one or several batches, clipping by norm, and the update."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm

from softsearch.nn.products import Precision, products_in
from softsearch.tasks.task import Carry, Loss, Task, Term


@dataclass(frozen=True)
class StepResult:
    """What one step did: the norm of its gradient before clipping, and each term's sum in nats and count."""

    grad_norm: float
    terms: dict[str, tuple[float, int]]
    updated: bool


def backward(
    model: nn.Module, task: Task, batches: Sequence[Any], *, carry: Carry, precision: Precision
) -> tuple[Loss, Carry]:
    """Leave in ``.grad`` the gradient of the loss of all batches together; return the terms of that loss and the carry.

    Each term is divided once, by its count over all batches, which is therefore counted before the first of them is
    computed: the mean of the batches' means would weigh a word in a small batch more than one in a large batch.
    """
    model.zero_grad(set_to_none=True)
    device = next(model.parameters()).device
    counts: Counter[str] = Counter()
    for batch in batches:
        counts.update(task.counts(batch))
    sums: Loss = {}
    for batch in batches:
        with products_in(precision):
            loss, carry = task.loss(model, batch.to(device), carry)
            torch.stack([term.total / max(1, counts[name]) for name, term in loss.items()]).sum().backward()
        for name, term in loss.items():
            total = term.total.detach()
            sums[name] = Term(sums[name].total + total if name in sums else total, counts[name])
    return sums, carry


@torch.no_grad()
def restore(model: nn.Module, buffers: Sequence[Tensor]) -> None:
    """Give a network the buffers that it had, clones of them: a step that is not taken leaves no statistics behind."""
    for own, before in zip(model.buffers(), buffers, strict=True):
        own.copy_(before)


def update(
    model: nn.Module, loss: Loss, *, optimizer: torch.optim.Optimizer, learning_rate: float, clip_norm: float | None
) -> StepResult:
    """Learn from the gradient; where it or the loss is not finite, leave weights and optimiser as they are."""
    parameters = [parameter for parameter in model.parameters() if parameter.grad is not None]
    norm = get_total_norm([parameter.grad for parameter in parameters if parameter.grad is not None], foreach=True)
    # The one moment at which the host waits for the device.
    grad_norm, *totals = torch.stack([norm, *(term.total for term in loss.values())]).tolist()
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
