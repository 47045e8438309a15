"""Recurrent cells and layers.

GRU (Cho et al. 2014), in the form that computes all products with h_t-1 at once:

    r = sigmoid(W_r x + U_r h_t-1)      z = sigmoid(W_z x + U_z h_t-1)
    n = tanh(W_n x + r * (U_n h_t-1))   h_t = (1 - z) * n + z * h_t-1

LSTM (Hochreiter and Schmidhuber 1997; Gers et al. 2000 for the forget gate):

    i, f, o = sigmoid(W x + U h_t-1)    g = tanh(W x + U h_t-1)
    c_t = f * c_t-1 + i * g             h_t = o * tanh(c_t)

Both as in torch, gate order included, so that weights can be compared. Departure from Cho et al.: there r multiplies
h_t-1 before its product with U_n, and z has the opposite sense.

A cell takes the input's share of the gates, W x, ready-made: for a sequence it is one product over all steps. Its state
is a tuple of tensors, the visible one, h, first.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from softsearch.nn.annotations import Annotations
from softsearch.shapes import Bool, Float, Int, Tensor

State = tuple[Tensor, ...]
CellKind = Literal["gru", "lstm"]


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
        self.input = nn.Linear(input, 3 * hidden)
        self.recurrent = nn.Linear(hidden, 3 * hidden)
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
        self.input = nn.Linear(input, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden)
        _initialise(self.input, self.recurrent)
        with torch.no_grad():
            self.input.bias[hidden : 2 * hidden] = 1.0

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""
        hidden, cell = state
        add, forget, new, output = (gates + self.recurrent(hidden)).chunk(4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(add) * torch.tanh(new)
        return torch.sigmoid(output) * torch.tanh(cell), cell


def make_cell(kind: CellKind, *, input: int, hidden: int) -> GRUCell | LSTMCell:
    """Return the cell of that name."""
    return (GRUCell if kind == "gru" else LSTMCell)(input=input, hidden=hidden)


class RecurrentLayer(nn.Module):
    """A cell read over a sequence from its first step to its last, starting from zeros.

    Parameters
    ----------
    cell
        "gru" or "lstm".
    input, hidden
        Widths of the input and of the state.
    """

    def __init__(self, *, cell: CellKind, input: int, hidden: int) -> None:
        super().__init__()
        self.cell = make_cell(cell, input=input, hidden=hidden)
        self.hidden = hidden

    def forward(self, inputs: Float[Tensor, "batch src input"]) -> Float[Tensor, "batch src hidden"]:
        """Return the hidden state after each step."""
        gates = self.cell.input(inputs.transpose(0, 1))  # time first: each step is one contiguous block
        zeros = inputs.new_zeros(len(inputs), self.hidden)
        state: State = (zeros,) * self.cell.state_size
        outputs = []
        for step in gates:
            state = self.cell(step, state)
            outputs.append(state[0])
        return torch.stack(outputs, dim=1)


class BidirectionalEncoder(nn.Module):
    """Layers of two recurrent nets, one reading forwards and one backwards (Schuster and Paliwal 1997).

    Each layer reads both directions of the one below. The backward net reads each sentence reversed within its own
    length, so that padding is always at the end, where it cannot be seen by a real position.

    Parameters
    ----------
    cell
        "gru" or "lstm".
    input, hidden
        Widths of the input and of the state of one direction; an annotation is ``2 * hidden`` wide.
    layers
        How many are stacked.
    dropout
        Rate between layers.
    """

    def __init__(self, *, cell: CellKind, input: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [input] + [2 * hidden] * (layers - 1)
        self.forwards = nn.ModuleList(RecurrentLayer(cell=cell, input=width, hidden=hidden) for width in widths)
        self.backwards = nn.ModuleList(RecurrentLayer(cell=cell, input=width, hidden=hidden) for width in widths)
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Float[Tensor, "batch src input"], mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Return an annotation for each position; the summary is each direction's last state."""
        lengths = mask.sum(1)
        mirror = _mirror(lengths, mask.shape[1])
        values = inputs
        for level, (forwards, backwards) in enumerate(zip(self.forwards, self.backwards, strict=True)):
            values = self.dropout(values) if level else values
            ahead = forwards(values)
            back = _gather(backwards(_gather(values, mirror)), mirror)
            values = torch.cat([ahead, back], dim=2)
        last = _gather(ahead, (lengths - 1).clamp(min=0).unsqueeze(1)).squeeze(1)
        return Annotations(values, mask, torch.cat([last, back[:, 0]], dim=1))


def _mirror(lengths: Int[Tensor, " batch"], num_steps: int) -> Int[Tensor, "batch src"]:
    """Return for each position the one that takes its place when a sentence is reversed; padding stays."""
    positions = torch.arange(num_steps, device=lengths.device).unsqueeze(0)
    mirrored = lengths.unsqueeze(1) - 1 - positions
    return torch.where(mirrored >= 0, mirrored, positions)


def _gather(
    values: Float[Tensor, "batch src width"], index: Int[Tensor, "batch new"]
) -> Float[Tensor, "batch new width"]:
    return values.gather(1, index.unsqueeze(2).expand(-1, -1, values.shape[2]))


def _initialise(from_input: nn.Linear, from_hidden: nn.Linear) -> None:
    """Glorot for the input, orthogonal for each gate's recurrence (Saxe et al. 2014), zero biases."""
    hidden = from_hidden.in_features
    for gate in from_hidden.weight.data.split(hidden):
        nn.init.orthogonal_(gate)
    for gate in from_input.weight.data.split(hidden):
        nn.init.xavier_uniform_(gate)
    nn.init.zeros_(from_input.bias)
    nn.init.zeros_(from_hidden.bias)
