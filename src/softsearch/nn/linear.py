"""A linear map that is applied at every step of a sequence, with its weight's gradient taken once.

    y_t = x_t W' + b        dW = sum over t of dy_t' x_t

Backpropagation through time (Werbos 1990) adds T small products into dW. Each of them reads and writes the whole of dW,
which costs more than the product itself. Stacked along time they are one large product:

    dW = [dy_1; ...; dy_T]' [x_1; ...; x_T]

:meth:`Linear.deferred` does this: the steps' inputs and gradients wait on a tape until every step has been passed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from softsearch.shapes import Float, Tensor

LinearMap = Callable[[Tensor], Tensor]


class Linear(nn.Linear):
    """torch's linear layer, which can also be unrolled through time."""

    def deferred(self) -> LinearMap:
        """Return this map for use at many steps; where no gradient is wanted, it is the layer itself.

        The result belongs to one unrolling and one backward pass over it. It has no second derivative.
        """
        if not (torch.is_grad_enabled() and self.weight.requires_grad):
            return self
        tape = _Tape(self.weight, self.bias)
        ticket = _CollectGradient.apply(self.weight, self.bias, tape)
        return lambda inputs: _Step.apply(inputs, ticket, tape)


class _Tape:
    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self.weight = weight.detach()
        self.bias = None if bias is None else bias.detach()
        self.num_steps = 0
        self.passed: dict[int, tuple[Tensor, Tensor]] = {}  # by step: its input and its output's gradient


class _CollectGradient(torch.autograd.Function):
    """Hands out a ticket that every step depends on, so that its own backward pass comes after all of theirs."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, bias: Tensor | None, tape: _Tape) -> Tensor:
        ctx.tape, ctx.has_bias = tape, bias is not None
        return weight.new_zeros(())

    @staticmethod
    def backward(ctx: Any, _ticket: Tensor) -> tuple[Tensor, Tensor | None, None]:
        inputs, gradients = (torch.cat(parts) for parts in zip(*ctx.tape.passed.values(), strict=True))
        ctx.tape.passed = {}
        return gradients.t() @ inputs, gradients.sum(0) if ctx.has_bias else None, None


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Float[Tensor, "batch in"], ticket: Tensor, tape: _Tape) -> Float[Tensor, "batch out"]:
        ctx.tape, ctx.inputs, ctx.number = tape, inputs.detach(), tape.num_steps
        tape.num_steps += 1
        return functional.linear(inputs, tape.weight, tape.bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        ctx.tape.passed[ctx.number] = (ctx.inputs, gradient)
        return gradient @ ctx.tape.weight, gradient.new_zeros(()), None
