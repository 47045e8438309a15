"""C16: the recursions of backpropagation through time, derived by hand, agree with automatic differentiation.

The lecture's recursions for the recurrent net of one unit (y, r, h, z; u, v, w), and a backward pass written out for
the decoder of Bahdanau et al., a GRU with additive attention, against autograd through our own cell and attention: the
largest difference of any derivative, over the largest derivative of its weight. In float64, over 40 steps, and 12
words.

Control: the recursion without its part from the next step, hbar_t = rbar_t v, must not agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.inspection.by_hand import Decoder, decoder_backward, decoder_forward, scalar_backward
from softsearch.metrics.repeats import Figures
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import AdditiveAttention
from softsearch.nn.cells import GRUCell, RNNCell
from softsearch.nn.products import Linear
from softsearch.pictures.charts import curves
from softsearch.shapes import Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 40
ROWS, SOURCE, WORDS, HIDDEN, ANNOTATION, ATTENTION = 3, 7, 12, 5, 6, 4
CLOSE = 1e-12

CLAIM = Claim(
    id="C16",
    statement=STATEMENTS["C16"],
    source="Lecture on recurrent networks; Bahdanau et al. (2015), appendix A",
    seeds=(1, 2, 3),
    expected={"net_of_one_unit": "0", "attention_decoder": "0", "without_the_next_step": "more than 0"},
)


def measure(seed: int) -> dict[str, float]:
    """Return how far the derivatives by hand are from those of autograd, at most, as shares."""
    weights = {"u": 0.7, "v": 1.3, "w": 0.9}
    inputs, targets = (each.tolist() for each in sequences(seed))
    _, found = scalar_backward(inputs, targets, **weights)
    expected = by_autograd(inputs, targets, **weights)
    return {
        "net_of_one_unit": max(abs(one / other - 1) for one, other in zip(found, expected, strict=True)),
        "attention_decoder": decoder_off(seed),
        "without_the_next_step": abs(cut_off(inputs, targets, **weights) / expected[0] - 1),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where both agree to 1e-12, and the control does not."""
    agree = all(figures[name].mean < CLOSE for name in ("net_of_one_unit", "attention_decoder"))
    return "holds" if agree and figures["without_the_next_step"].mean > 0.01 else "fails"


def picture(seed: int) -> Figure:
    """Draw the derivative by w over more and more steps, by hand and by autograd."""
    inputs, targets = (each.tolist() for each in sequences(seed))
    weights = {"u": 0.7, "v": 1.3, "w": 0.9}
    lengths = range(1, STEPS + 1)
    series = {
        "by hand": [(k, scalar_backward(inputs[:k], targets[:k], **weights)[1].w) for k in lengths],
        "autograd": [(k, by_autograd(inputs[:k], targets[:k], **weights)[2]) for k in lengths],
    }
    return curves(series, ylabel="derivative of the loss by w", xlabel="steps")


def sequences(seed: int) -> tuple[Tensor, Tensor]:
    """Return what the net of one unit reads, and what it is to write."""
    drawn = torch.randn(2, STEPS, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return drawn[0], drawn[1]


def by_autograd(inputs: list[float], targets: list[float], *, u: float, v: float, w: float) -> tuple[float, ...]:
    """Return the derivatives by u, v and w through our own cell."""
    cell = RNNCell(input=1, hidden=1).double()
    weight = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        cell.input.weight.fill_(u)
        cell.recurrent.weight.fill_(w)
    state, loss = (torch.zeros(1, 1, dtype=torch.float64),), torch.zeros((), dtype=torch.float64)
    for each, target in zip(inputs, targets, strict=True):
        state = cell(cell.input(torch.tensor([[each]], dtype=torch.float64)), state)
        loss = loss + (weight * state[0] - target).square().sum() / 2
    found = torch.autograd.grad(loss, [cell.input.weight, weight, cell.recurrent.weight])
    return tuple(float(each) for each in found)


def cut_off(inputs: list[float], targets: list[float], *, u: float, v: float, w: float) -> float:
    """Return the derivative by u where nothing comes from the next step."""
    state, total = 0.0, 0.0
    for each, target in zip(inputs, targets, strict=True):
        state = math.tanh(w * state + u * each)
        total += (v * state - target) * v * (1 - state**2) * each
    return total


def decoder_off(seed: int) -> float:
    """Return how far the derivatives of the decoder by hand are from autograd's, at most."""
    torch.manual_seed(seed)
    cell = GRUCell(input=ANNOTATION, hidden=HIDDEN).double()
    attention = AdditiveAttention(query=HIDDEN, annotation=ANNOTATION, hidden=ATTENTION, coverage=False).double()
    context = Linear(ANNOTATION, 3 * HIDDEN, bias=False).double()
    drawn = (
        torch.randn(ROWS, HIDDEN),
        torch.randn(ROWS, WORDS, 3 * HIDDEN),
        torch.randn(ROWS, SOURCE, ANNOTATION),
        torch.randn(ROWS, SOURCE, ATTENTION),
    )
    start, words, annotations, keys = (each.double().requires_grad_() for each in drawn)
    decoder = Decoder(
        start,
        words,
        annotations,
        keys,
        query=attention.query.weight,
        score=attention.score,
        context=context.weight,
        recurrent=cell.recurrent.weight,
        bias=cell.recurrent.bias,
    )
    source = Annotations(annotations, torch.ones(ROWS, SOURCE, dtype=torch.bool), start)
    state, states = (start,), []
    for word in words.unbind(dim=1):
        look = attention(state[0], source, keys, None)
        state = cell(word + context(look.context), state)
        states.append(state[0])
    by_states = torch.randn(ROWS, WORDS, HIDDEN, dtype=torch.float64)
    expected = torch.autograd.grad(torch.stack(states, dim=1), decoder.parts, by_states)
    with torch.no_grad():
        _, steps = decoder_forward(decoder)
        found = decoder_backward(decoder, steps, by_states)
    pairs = zip(found.parts, expected, strict=True)
    return max(float((one - other).abs().max() / other.abs().max()) for one, other in pairs)
