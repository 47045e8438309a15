"""The products of linear layers, W x, and of convolutions, in fp32 or in bf16.

bf16 has the range of fp32 and 8 bits of its precision. Processors with instructions for it (AVX-512 BF16, AMX, Arm's)
take a product of two bf16 matrices, summed in fp32, about twice as fast. So it is the operands of products alone that
are rounded (mixed precision, Micikevicius et al. 2018): weights, states, softmax, gradients and optimiser stay fp32.

    y = W x          dx = W' dy          dW = sum over uses of dy x'          bottleneck: y = U V x + b

======  ====================================  ===================
symbol  name                                  shape
======  ====================================  ===================
x, y    ``input``, ``output``                 *rows in; *rows out
dy, dx  ``gradient``, ``of_input``            *rows out; *rows in
W, b    ``weight``, ``bias``                  out in; out
U, V    ``expand.weight``, ``reduce.weight``  out _; _ in
======  ====================================  ===================

Kernels are made anew for each number of rows, which changes with every batch of sentences, and torch keeps a thousand
of them. So rows are filled up with zeros to one of sixteen numbers between a power of two and the next.

Each weight is rounded once a pass. A recurrent weight is used at every step of a sequence: the operands of its gradient
are kept as they come, and the sum is taken as one product when backpropagation has reached the first of them.

A convolution takes most of its time to read and write maps, so in bf16 its maps stay in bf16 as well, until the next
layer that wants fp32 (:class:`~softsearch.models.image_classifier.ImageClassifier` does where classes are scored).
Normalisation takes its means and deviations in fp32 whatever it reads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import nn

from softsearch.shapes import Float, Tensor

Precision = Literal["fp32", "bf16"]

_rounded: dict[Tensor, _Rounded] | None = None  # None: products are taken in the precision of their operands


@contextmanager
def products_in(precision: Precision) -> Iterator[None]:
    """Take the products of all :class:`Linear` and :class:`Conv2d` layers in `precision`, for one pass both ways.

    Weights must not change inside the block.
    """
    global _rounded
    before, _rounded = _rounded, {} if precision == "bf16" else None
    try:
        yield
    finally:
        _rounded = before


def precision() -> Precision:
    """Return what :func:`products_in` has set."""
    return "fp32" if _rounded is None else "bf16"


def operand(tensor: Float[Tensor, "rows features"]) -> Float[Tensor, "_ features"]:
    """Return a matrix as it enters a product, in the precision that :func:`products_in` has set.

    There may be more rows than before, of zeros, at the end: those of a result are to be cut off.
    """
    return tensor if _rounded is None else _filled_up(tensor)


class Linear(nn.Linear):
    """``W x + b``, its product taken as :func:`products_in` says."""

    def forward(self, input: Float[Tensor, "*rows in"]) -> Float[Tensor, "*rows out"]:
        """Return ``W x + b``."""
        if _rounded is None:
            return super().forward(input)
        weight = _rounded.get(self.weight)
        if weight is None:
            weight = _rounded[self.weight] = _Rounded.of(self.weight)
        output = _Product.apply(input, weight.anchor, weight)
        return output if self.bias is None else output + self.bias


class LinearBottleneck(nn.Module):
    """``y = U V x + b``: two linear layers with nothing between them.

    With V r by n and U m by r, U V has rank r (`narrow`) at most, and r (m + n) parameters in place of m n. So it can
    express strictly less than a full layer, and has less to learn.
    """

    def __init__(self, *, inputs: int, narrow: int, outputs: int, bias: bool) -> None:
        super().__init__()
        self.reduce = Linear(inputs, narrow, bias=False)
        self.expand = Linear(narrow, outputs, bias=bias)

    def forward(self, inputs: Float[Tensor, "*rows in"]) -> Float[Tensor, "*rows out"]:
        """Return ``U V x + b``."""
        return self.expand(self.reduce(inputs))


class Conv2d(nn.Conv2d):
    """A convolution, taken as :func:`products_in` says; in bf16 it writes bf16."""

    def forward(self, input: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return the maps."""
        if _rounded is None:
            return super().forward(input)
        bias = None if self.bias is None else self.bias.bfloat16()
        return self._conv_forward(input.bfloat16(), self.weight.bfloat16(), bias)


def _filled_up(tensor: Float[Tensor, "rows features"]) -> Float[Tensor, "_ features"]:
    rows = len(tensor)
    unit = 1 << max(0, rows.bit_length() - 5)
    if rows % unit == 0:
        return tensor.bfloat16()
    filled = tensor.new_empty(-(-rows // unit) * unit, tensor.shape[1], dtype=torch.bfloat16)
    filled[:rows] = tensor
    filled[rows:] = 0.0
    return filled


@dataclasses.dataclass
class _Rounded:
    """A weight in bf16; `anchor` stands for it in the graph, `operands` are those of its gradient so far."""

    value: Tensor
    anchor: Tensor
    operands: list[tuple[Tensor, Tensor]]

    @classmethod
    def of(cls, weight: Tensor) -> _Rounded:
        operands: list[tuple[Tensor, Tensor]] = []
        return cls(weight.detach().bfloat16(), _Anchor.apply(weight, operands), operands)


class _Anchor(torch.autograd.Function):
    """Stands for a weight: its backward pass comes after those of all products with it."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, operands: list[tuple[Tensor, Tensor]]) -> Tensor:
        ctx.set_materialize_grads(False)
        ctx.operands = operands
        return weight.view_as(weight)

    @staticmethod
    def backward(ctx: Any, nothing: Tensor | None) -> tuple[Tensor, None]:
        outputs, inputs = zip(*ctx.operands, strict=True)
        ctx.operands.clear()
        return (torch.cat(outputs).t() @ torch.cat(inputs)).float(), None


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: Tensor, anchor: Tensor, weight: _Rounded) -> Tensor:
        rows = input.flatten(0, -2)
        ctx.weight, ctx.input = weight, _filled_up(rows)
        output = torch.mm(ctx.input, weight.value.t())[: len(rows)].float()
        return output.view(*input.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, None, None]:
        rows = gradient.flatten(0, -2)
        filled = _filled_up(rows)
        ctx.weight.operands.append((filled, ctx.input))
        if not ctx.needs_input_grad[0]:
            return None, None, None
        of_input = torch.mm(filled, ctx.weight.value)[: len(rows)].float()
        return of_input.view(*gradient.shape[:-1], -1), None, None
