"""Recurrent cells: one step each.

RNN (Elman 1990):

    h_t = tanh(W x + U h_t-1)

GRU (Cho et al. 2014), in the form that computes all products with h_t-1 at once:

    r = sigmoid(W_r x + U_r h_t-1)      z = sigmoid(W_z x + U_z h_t-1)
    n = tanh(W_n x + r * (U_n h_t-1))   h_t = (1 - z) * n + z * h_t-1

LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate):

    i, f, o = sigmoid(W x + U h_t-1)    g = tanh(W x + U h_t-1)
    c_t = f * c_t-1 + i * g             h_t = o * tanh(c_t)

All as in torch, gate order included, so that weights can be compared. Departures: Elman's units were logistic; in Cho
et al. r multiplies h_t-1 before its product with U_n, and z has the opposite sense.

A cell takes the input's share of the gates, W x, ready-made: for a sequence it is one product over all steps. Its state
is a tuple of tensors, the visible one, h, first.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from softsearch.nn.products import Linear
from softsearch.shapes import Float, Tensor

State = tuple[Tensor, ...]
CellKind = Literal["rnn", "gru", "lstm"]


class RNNCell(nn.Module):
    """One step of a plain recurrent net; its state is (h,).

    Parameters
    ----------
    input, hidden
        Widths of the input and of the state.
    """

    state_size = 1

    def __init__(self, *, input: int, hidden: int) -> None:
        super().__init__()
        self.input = Linear(input, hidden)
        self.recurrent = Linear(hidden, hidden)
        _initialise(self.input, self.recurrent)

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""
        return (torch.tanh(gates + self.recurrent(state[0])),)


class GRUCell(nn.Module):
    """One step of a gated recurrent unit; its state is (h,).

    Parameters
    ----------
    input, hidden
        Widths of the input and of the state.
    """

    state_size = 1

    def __init__(self, *, input: int, hidden: int) -> None:
        super().__init__()
        self.input = Linear(input, 3 * hidden)
        self.recurrent = Linear(hidden, 3 * hidden)
        _initialise(self.input, self.recurrent)

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""
        (hidden,) = state
        from_hidden = self.recurrent(hidden)
        width = 2 * hidden.shape[-1]
        reset, update = torch.sigmoid(gates[:, :width] + from_hidden[:, :width]).chunk(2, dim=1)
        new = torch.tanh(torch.addcmul(gates[:, width:], reset, from_hidden[:, width:]))
        return (torch.lerp(new, hidden, update),)


class LSTMCell(nn.Module):
    """One step of a long short-term memory; its state is (h, c). The forget gate starts open (bias 1).

    Parameters
    ----------
    input, hidden
        Widths of the input and of the state.
    """

    state_size = 2

    def __init__(self, *, input: int, hidden: int) -> None:
        super().__init__()
        self.input = Linear(input, 4 * hidden)
        self.recurrent = Linear(hidden, 4 * hidden)
        _initialise(self.input, self.recurrent)
        with torch.no_grad():
            self.input.bias[hidden : 2 * hidden] = 1.0

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""
        hidden, cell = state
        add, forget, new, output = (gates + self.recurrent(hidden)).chunk(4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(add) * torch.tanh(new)
        return torch.sigmoid(output) * torch.tanh(cell), cell


Cell = RNNCell | GRUCell | LSTMCell


def make_cell(kind: CellKind, *, input: int, hidden: int) -> Cell:
    """Return the cell of that name."""
    kinds: dict[CellKind, type[Cell]] = {"rnn": RNNCell, "gru": GRUCell, "lstm": LSTMCell}
    return kinds[kind](input=input, hidden=hidden)


def _initialise(from_input: nn.Linear, from_hidden: nn.Linear) -> None:
    """Glorot for the input, orthogonal for each gate's recurrence (Saxe et al. 2014), zero biases."""
    hidden = from_hidden.in_features
    for gate in from_hidden.weight.data.split(hidden):
        nn.init.orthogonal_(gate)
    for gate in from_input.weight.data.split(hidden):
        nn.init.xavier_uniform_(gate)
    nn.init.zeros_(from_input.bias)
    nn.init.zeros_(from_hidden.bias)
