"""Backpropagation through time, derived by hand: to be read beside the equations, and checked against autograd.

The lecture's recurrent net of one unit

    z_t = w h_t-1 + u x_t      h_t = f(z_t)      r_t = v h_t      y_t = g(r_t)

has, from the last step to the first, with a bar for the derivative of the loss by what is under it,

    rbar_t = ybar_t g'(r_t)                      vbar = sum of rbar_t h_t
    hbar_t = rbar_t v + zbar_t+1 w               wbar = sum of zbar_t h_t-1
    zbar_t = hbar_t f'(z_t)                      ubar = sum of zbar_t x_t

and Bahdanau's decoder, the GRU with additive attention of :mod:`softsearch.nn.attention` and
:mod:`softsearch.nn.cells`,

    t_ij = tanh(W s_i-1 + k_j)     alpha_i = softmax of v . t_ij      c_i = sum over j of alpha_ij h_j
    a_i  = x_i + C c_i             b_i = R s_i-1 + b
    r, z = sigmoid(a + b)          n = tanh(a + r b)                  s_i = (1 - z) n + z s_i-1

the steps of :func:`decoder_backward`, each below the line whose derivative it is. ``x_i`` is the share of the gates
that the last word has, ``k_j = U h_j`` the annotation's share of the energies: both are there before the first step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import torch

from softsearch.shapes import Float, Tensor


class Scalar(NamedTuple):
    """The derivatives of the loss by the three weights of the net of one unit."""

    u: float
    v: float
    w: float


def scalar_backward(
    inputs: Sequence[float], targets: Sequence[float], *, u: float, v: float, w: float
) -> tuple[float, Scalar]:
    """Return the loss, and its derivatives by the recursions; f is tanh, g is the identity.

    The loss is half the squared error, summed over the steps; h_0 is 0.
    """
    hidden, loss = [0.0], 0.0
    for each in inputs:
        hidden.append(math.tanh(w * hidden[-1] + u * each))
    outputs = [v * each for each in hidden[1:]]
    by_u = by_v = by_w = next_z = 0.0
    for step in reversed(range(len(inputs))):
        error = outputs[step] - targets[step]
        loss += error**2 / 2
        by_r = error
        by_h = by_r * v + next_z * w
        by_z = by_h * (1 - hidden[step + 1] ** 2)
        by_u += by_z * inputs[step]
        by_v += by_r * hidden[step + 1]
        by_w += by_z * hidden[step]
        next_z = by_z
    return loss, Scalar(by_u, by_v, by_w)


@dataclass(frozen=True)
class Decoder:
    """What the decoder reads and its weights; or the derivatives of a loss by each of them.

    Attributes
    ----------
    start
        The state before the first step, s_0.
    words
        x_i for each step: reset, update and new one after the other, as in our cell.
    annotations, keys
        h_j and k_j.
    query, score
        W and v of the attention.
    context
        C.
    recurrent, bias
        R and b.
    """

    start: Float[Tensor, "batch hidden"]
    words: Float[Tensor, "batch tgt gates"]
    annotations: Float[Tensor, "batch src annotation"]
    keys: Float[Tensor, "batch src attention"]
    query: Float[Tensor, "attention hidden"]
    score: Float[Tensor, " attention"]
    context: Float[Tensor, "gates annotation"]
    recurrent: Float[Tensor, "gates hidden"]
    bias: Float[Tensor, " gates"]

    @property
    def parts(self) -> tuple[Tensor, ...]:
        """All tensors, in this order."""
        return tuple(getattr(self, field.name) for field in fields(self))


class _Step(NamedTuple):
    """What a step leaves for its way back."""

    before: Tensor
    compared: Tensor
    weights: Tensor
    context: Tensor
    reset: Tensor
    update: Tensor
    new: Tensor
    from_state: Tensor


def decoder_forward(decoder: Decoder) -> tuple[Float[Tensor, "batch tgt hidden"], list[_Step]]:
    """Return the state after each step, and what is needed to go back."""
    state, states, steps = decoder.start, [], []
    for words in decoder.words.unbind(dim=1):
        compared = torch.tanh((state @ decoder.query.T).unsqueeze(1) + decoder.keys)
        weights = (compared @ decoder.score).softmax(dim=1)
        context = (weights.unsqueeze(2) * decoder.annotations).sum(dim=1)
        gates = words + context @ decoder.context.T
        from_state = state @ decoder.recurrent.T + decoder.bias
        width = state.shape[1]
        reset, update = torch.sigmoid(gates + from_state)[:, : 2 * width].chunk(2, dim=1)
        new = torch.tanh(gates[:, 2 * width :] + reset * from_state[:, 2 * width :])
        steps.append(_Step(state, compared, weights, context, reset, update, new, from_state[:, 2 * width :]))
        state = (1 - update) * new + update * state
        states.append(state)
    return torch.stack(states, dim=1), steps


def decoder_backward(decoder: Decoder, steps: Sequence[_Step], by_states: Float[Tensor, "batch tgt hidden"]) -> Decoder:
    """Return the derivatives of a loss, from those by the state after each step, from the last step to the first."""
    by = Decoder(*(torch.zeros_like(each) for each in decoder.parts))
    by_state = torch.zeros_like(decoder.start)
    for place in reversed(range(len(steps))):
        step = steps[place]
        # s_i = (1 - z) n + z s_i-1
        by_state = by_state + by_states[:, place]
        by_new = by_state * (1 - step.update)
        by_update = by_state * (step.before - step.new)
        by_before = by_state * step.update
        # r, z = sigmoid(a + b)          n = tanh(a + r b)
        in_new = by_new * (1 - step.new**2)
        in_reset = in_new * step.from_state * step.reset * (1 - step.reset)
        in_update = by_update * step.update * (1 - step.update)
        by_gates = torch.cat([in_reset, in_update, in_new], dim=1)
        by_from_state = torch.cat([in_reset, in_update, in_new * step.reset], dim=1)
        # b_i = R s_i-1 + b
        by_before = by_before + by_from_state @ decoder.recurrent
        by.recurrent.add_(by_from_state.T @ step.before)
        by.bias.add_(by_from_state.sum(dim=0))
        # a_i = x_i + C c_i
        by.words[:, place] = by_gates
        by.context.add_(by_gates.T @ step.context)
        by_context = by_gates @ decoder.context
        # c_i = sum over j of alpha_ij h_j
        by_weights = (decoder.annotations * by_context.unsqueeze(1)).sum(dim=2)
        by.annotations.add_(step.weights.unsqueeze(2) * by_context.unsqueeze(1))
        # alpha_i = softmax of v . t_ij
        by_energies = step.weights * (by_weights - (step.weights * by_weights).sum(dim=1, keepdim=True))
        by.score.add_((by_energies.unsqueeze(2) * step.compared).sum(dim=(0, 1)))
        # t_ij = tanh(W s_i-1 + k_j)
        in_compared = by_energies.unsqueeze(2) * decoder.score * (1 - step.compared**2)
        by.keys.add_(in_compared)
        by_query = in_compared.sum(dim=1)
        by.query.add_(by_query.T @ step.before)
        by_state = by_before + by_query @ decoder.query
    by.start.copy_(by_state)
    return by
