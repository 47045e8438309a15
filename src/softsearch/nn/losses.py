"""Cross-entropy of an output layer, a few rows at a time.

    loss = - sum over rows, over words k of q_k log p_k        q = (1 - smoothing) [k = target] + smoothing / vocabulary

with p = softmax(W t + b) (label smoothing: Szegedy et al. 2016, section 7). Its gradient with respect to the logits is
p - q, known as soon as p is. So each chunk of rows is taken from features to gradients at once, and the logits of a
whole batch, a megabyte for every 30 words, never exist.
"""

from __future__ import annotations

from typing import Any

import torch

from softsearch.nn.products import factor
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
        gradients = [torch.zeros_like(tensor) for tensor in (features, weight, bias)] if wanted else []
        total = features.new_zeros(())
        left, right = factor(features), factor(weight)
        for start in range(0, len(features), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            logits = torch.mm(left[rows], right.t()).to(bias.dtype).add_(bias)
            normaliser = logits.logsumexp(dim=1)
            chosen = targets[rows].unsqueeze(1)
            hit = logits.gather(1, chosen).squeeze(1)
            total += (normaliser - (1 - smoothing) * hit).sum()
            if smoothing:
                total -= smoothing * logits.mean(dim=1).sum()
            if not wanted:
                continue
            error = logits.sub_(normaliser.unsqueeze(1)).exp_()  # p, then p - q
            if smoothing:
                error.sub_(smoothing / error.shape[1])
            error.scatter_add_(1, chosen, error.new_full(chosen.shape, smoothing - 1))
            gradients[2] += error.sum(0)
            error = factor(error)
            gradients[0][rows] = torch.mm(error, right)
            gradients[1] += torch.mm(error.t(), left[rows])
        ctx.gradients = gradients
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        gradients = [tensor.mul_(gradient) for tensor in ctx.gradients]
        ctx.gradients = None
        return (*gradients, None, None, None)
