"""Recurrent cells: one step each.

Linear, and the RNN (Elman 1990):

    h_t = W x + U h_t-1             h_t = tanh(W x + U h_t-1)

GRU (Cho et al. 2014), in the form that computes all products with h_t-1 at once:

    r = sigmoid(W_r x + U_r h_t-1)      z = sigmoid(W_z x + U_z h_t-1)
    n = tanh(W_n x + r * (U_n h_t-1))   h_t = (1 - z) * n + z * h_t-1

LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate):

    i, f, o = sigmoid(W x + U h_t-1)    g = tanh(W x + U h_t-1)
    c_t = f * c_t-1 + i * g             h_t = o * tanh(c_t)

LSTMs that lack a gate (Greff et al. 2017, section 3; Gers et al. 2000 had the first as what they improve on):

    without forget gate    c_t = c_t-1 + i * g
    coupled                c_t = (1 - i) * c_t-1 + i * g
    without output gate    h_t = tanh(c_t)

Multiplicative RNN (Sutskever, Martens and Hinton 2011) and LSTM (Krause et al. 2016): in place of h_t-1 stands

    m = (W_m x) * (U_m h_t-1)

so that each token has a transition of its own, U m = U diag(W_m x) U_m h_t-1.

All as in torch, gate order included, so that weights can be compared. Departures: Elman's units were logistic; in Cho
et al. r multiplies h_t-1 before its product with U_n, and z has the opposite sense.

Each W x and each U h has a bias. A cell takes the input's share of the gates, W x, ready-made: for a sequence it is one
product over all steps. Its state is a tuple of tensors, the visible one, h, first.

==========  ==========================================================  ===========================
symbol      name                                                        shape
==========  ==========================================================  ===========================
x           what ``input`` reads                                        batch input
W x         ``gates``, of all gates one behind the other                batch gates
h, c        ``hidden``, ``cell``, together ``state``                    batch hidden
W, U        ``input.weight``, ``recurrent.weight``                      gates input; gates hidden
r, z, n     ``reset``, ``update``, ``new``                              batch hidden
i, f, g, o  ``add``, ``forget``, ``new``, ``output``, not yet squashed  batch hidden
m, U_m      ``mixed``, ``factor.weight``                                batch hidden; hidden hidden
W_m         the last rows of ``input.weight``                           hidden input
==========  ==========================================================  ===========================
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import torch
from torch import nn

from softsearch.nn.products import Linear
from softsearch.shapes import Float, Tensor

State = tuple[Tensor, ...]
CellKind = Literal["linear", "rnn", "gru", "lstm", "lstm_no_forget", "lstm_coupled", "lstm_no_output", "mrnn", "mlstm"]


class Cell(nn.Module, ABC):
    """One step of a recurrent net.

    Attributes
    ----------
    input
        Makes the gates, one layer for a whole sequence.
    hidden, state_size
        Width of h, and how many tensors the state is.
    """

    input: Linear
    hidden: int
    state_size: int

    @abstractmethod
    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""


class GatedCell(Cell):
    """A cell whose state is (h,), or (h, c) for those with a cell c; each gate is as wide as h."""

    num_gates: ClassVar[int] = 1
    state_size = 1
    forgets: ClassVar[bool] = False  # the second gate is a forget gate, which starts open (bias 1)

    def __init__(self, *, input: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.input = Linear(input, self.num_gates * hidden)
        self.recurrent = Linear(hidden, self.num_gates * hidden)
        _initialise(self.input, self.recurrent)
        if self.forgets:
            nn.init.ones_(self.input.bias.data[hidden : 2 * hidden])


class LinearCell(GatedCell):
    """Squashes nothing."""

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        return (gates + self.recurrent(state[0]),)


class RNNCell(LinearCell):
    """What the linear one is, squashed."""

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        return (torch.tanh(gates + self.recurrent(state[0])),)


class GRUCell(GatedCell):
    """Gated recurrent unit."""

    num_gates = 3

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        (hidden,) = state
        from_hidden = self.recurrent(hidden)
        width = 2 * hidden.shape[-1]
        reset, update = torch.sigmoid(gates[:, :width] + from_hidden[:, :width]).chunk(2, dim=1)
        new = torch.tanh(torch.addcmul(gates[:, width:], reset, from_hidden[:, width:]))
        return (torch.lerp(new, hidden, update),)


class LSTMCell(GatedCell):
    """Long short-term memory."""

    num_gates, state_size, forgets = 4, 2, True

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        hidden, cell = state
        add, forget, new, output = (gates + self.recurrent(hidden)).chunk(4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(add) * torch.tanh(new)
        return torch.sigmoid(output) * torch.tanh(cell), cell


class NoForgetGateCell(GatedCell):
    """An LSTM that never forgets (Hochreiter and Schmidhuber 1997)."""

    num_gates, state_size = 3, 2

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        hidden, cell = state
        add, new, output = (gates + self.recurrent(hidden)).chunk(3, dim=1)
        cell = cell + torch.sigmoid(add) * torch.tanh(new)
        return torch.sigmoid(output) * torch.tanh(cell), cell


class CoupledGatesCell(GatedCell):
    """An LSTM that forgets as much as it adds."""

    num_gates, state_size = 3, 2

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        hidden, cell = state
        add, new, output = (gates + self.recurrent(hidden)).chunk(3, dim=1)
        cell = torch.lerp(cell, torch.tanh(new), torch.sigmoid(add))
        return torch.sigmoid(output) * torch.tanh(cell), cell


class NoOutputGateCell(GatedCell):
    """An LSTM that shows all it holds."""

    num_gates, state_size, forgets = 3, 2, True

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state."""
        hidden, cell = state
        add, forget, new = (gates + self.recurrent(hidden)).chunk(3, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(add) * torch.tanh(new)
        return torch.tanh(cell), cell


class MultiplicativeCell(Cell):
    """An RNN or LSTM whose transition depends on the input; its state is that of the cell inside, m is as wide as h."""

    def __init__(self, inner: type[GatedCell], *, input: int, hidden: int) -> None:
        super().__init__()
        self.inner = inner(input=input, hidden=hidden)
        self.hidden, self.state_size = hidden, self.inner.state_size
        self.factor = Linear(hidden, hidden, bias=False)
        gates = self.inner.input.out_features
        self.input = Linear(input, gates + hidden)
        with torch.no_grad():
            self.input.weight[:gates] = self.inner.input.weight
            self.input.bias[:gates] = self.inner.input.bias
            nn.init.xavier_uniform_(self.input.weight[gates:])
            self.input.bias[gates:] = 1.0  # with small inputs, m is about U_m h
        nn.init.orthogonal_(self.factor.weight)
        del self.inner.input  # its share is part of `self.input`

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``: those of the cell inside, then W_m x."""
        width = state[0].shape[-1]
        mixed = gates[:, -width:] * self.factor(state[0])
        return self.inner(gates[:, :-width], (mixed, *state[1:]))


_CELLS: dict[CellKind, type[GatedCell]] = {
    "linear": LinearCell,
    "rnn": RNNCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
    "lstm_no_forget": NoForgetGateCell,
    "lstm_coupled": CoupledGatesCell,
    "lstm_no_output": NoOutputGateCell,
}
_INSIDE: dict[CellKind, type[GatedCell]] = {"mrnn": RNNCell, "mlstm": LSTMCell}


def make_cell(kind: CellKind, *, input: int, hidden: int) -> Cell:
    """Return the cell of that name."""
    if kind in _INSIDE:
        return MultiplicativeCell(_INSIDE[kind], input=input, hidden=hidden)
    return _CELLS[kind](input=input, hidden=hidden)


def _initialise(from_input: nn.Linear, from_hidden: nn.Linear) -> None:
    """Glorot for the input, orthogonal for each gate's recurrence (Saxe et al. 2014), zero biases."""
    hidden = from_hidden.in_features
    for gate in from_hidden.weight.data.split(hidden):
        nn.init.orthogonal_(gate)
    for gate in from_input.weight.data.split(hidden):
        nn.init.xavier_uniform_(gate)
    nn.init.zeros_(from_input.bias)
    nn.init.zeros_(from_hidden.bias)
