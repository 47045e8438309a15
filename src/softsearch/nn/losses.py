"""Cross-entropy of an output layer, a few rows at a time.

    loss = - sum over rows, over words k of q_k log p_k        q = (1 - smoothing) [k = target] + smoothing / vocabulary

with p = softmax(W t + b) (label smoothing: Szegedy et al. 2016, section 7). Its gradient with respect to the logits is
p - q, known as soon as p is. So each chunk of rows is taken from features to gradients at once, and the logits of a
whole batch, a megabyte for every 30 words, never exist. With e = exp(logits - max) and z the sum of a row of e,

    dt = e W / z - q W          dW = e' (t / z) - q' t          db = e' (1 / z) - q' 1

so that e, the only matrix as wide as the vocabulary, is written once; what stands after the minus needs no matrix.

===========  ================================  ===============================
symbol       name                              shape
===========  ================================  ===============================
t, target    ``features``, ``targets``         rows features; rows
W, b         ``weight``, ``bias``              vocabulary features; vocabulary
logits, max  ``logits``, ``highest``           rows vocabulary; rows 1
e, z         ``exponentials``, ``normaliser``  rows vocabulary; rows 1
dt, dW, db   ``gradients``                     as t, W and b
===========  ================================  ===============================
"""

from __future__ import annotations

from typing import Any

import torch

from softsearch.nn.products import operand
from softsearch.shapes import Float, Int, Tensor

ROWS_AT_ONCE = 512  # 16 MB of logits for a vocabulary of 8,000: about what the caches of two cores hold


def linear_cross_entropy(
    features: Float[Tensor, "rows features"],
    weight: Float[Tensor, "vocabulary features"],
    bias: Float[Tensor, " vocabulary"],
    targets: Int[Tensor, " rows"],
    *,
    smoothing: float,
) -> Float[Tensor, ""]:
    """Return the summed cross-entropy, in nats, of ``softmax(features @ weight.T + bias)`` against `targets`.

    It can be differentiated once.
    """
    wanted = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in (features, weight, bias))
    return _LinearCrossEntropy.apply(features, weight, bias, targets, smoothing, wanted)


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float, wanted: bool
    ) -> Tensor:
        gradients = [torch.empty_like(tensor) for tensor in (features, weight, bias)] if wanted else []
        total = features.new_zeros(())
        right = operand(weight)[: len(weight)]
        for start in range(0, max(1, len(features)), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            left = operand(features[rows])
            logits = torch.mm(left, right.t())[: len(features[rows])].to(bias.dtype).add_(bias)
            hit = logits.gather(1, targets[rows].unsqueeze(1))
            highest = logits.amax(dim=1, keepdim=True)
            if smoothing:
                total -= smoothing * logits.mean(dim=1).sum()
            exponentials = logits.sub_(highest).exp_()
            normaliser = exponentials.sum(dim=1, keepdim=True)
            total += (normaliser.log() + highest - (1 - smoothing) * hit).sum()
            if not wanted:
                continue
            share = 1 / normaliser
            of_bias = torch.mv(exponentials.t(), share.squeeze(1))
            exponentials = operand(exponentials)
            gradients[0][rows] = torch.mm(exponentials, right)[: len(share)] * share
            of_weight = torch.mm(exponentials.t(), operand(features[rows] * share)).to(weight.dtype)
            if start == 0:
                gradients[1:] = of_weight, of_bias
            else:
                gradients[1].add_(of_weight)
                gradients[2].add_(of_bias)
        if wanted:
            _subtract_wanted(gradients, features, weight, targets, smoothing)
        ctx.gradients = gradients
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        gradients = [tensor.mul_(gradient) for tensor in ctx.gradients]
        ctx.gradients = None
        return (*gradients, None, None, None)


def _subtract_wanted(
    gradients: list[Tensor], features: Tensor, weight: Tensor, targets: Tensor, smoothing: float
) -> None:
    """Take q W, q' t and q' 1 off the gradients of features, weight and bias."""
    of_features, of_weight, of_bias = gradients
    of_features.sub_(weight[targets], alpha=1 - smoothing)
    of_weight.index_add_(0, targets, features, alpha=-(1 - smoothing))
    of_bias.index_add_(0, targets, of_bias.new_ones(len(targets)), alpha=-(1 - smoothing))
    if smoothing:
        share = smoothing / len(weight)
        of_features.sub_(weight.sum(0), alpha=share)
        of_weight.sub_(features.sum(0), alpha=share)
        of_bias.sub_(share * len(targets))
