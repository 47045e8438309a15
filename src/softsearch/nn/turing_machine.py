"""A recurrent cell with a memory beside it: the Neural Turing Machine (Graves, Wayne and Danihelka 2014).

    h_t           = controller([x_t; r_t-1], h_t-1)     any recurrent cell, or one layer without a state of its own
    numbers       = W h_t + b                           for each head
    w_t, M_t, r_t = heads look, write, read             softsearch.nn.memory
    visible       = [h_t; r_t]                          what a layer above reads

The state before the first step is learnt: h_0 and r_0, which begin as zeros, and each head's w_0 as a softmax, which
begins at the first location: from there heads learn to walk, and from weights that are all alike they hardly do. The
memory before it is 1e-6 everywhere ("constant", which Collier and Beel 2018 found to learn best), learnt ("learned"),
or drawn anew for each sequence, with a deviation of 0.5 ("random").

========  ===================================================  =====================
symbol    name                                                 shape
========  ===================================================  =====================
x_t       what ``input`` reads                                 batch input
h_t, r_t  ``hidden``, ``read``; their first ``first_visible``  batch hidden; batch _
W, b      ``looks``, ``changes``, layers with a bias           _ hidden
w_t       ``weights``; the first ``first_weights``             batch heads locations
M_t       ``memory``; the first learnt ``first_memory``        batch locations word
========  ===================================================  =====================
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from softsearch.nn.cells import Cell, CellKind, State, make_cell
from softsearch.nn.memory import addressed, look_of, numbers_of_a_look, written
from softsearch.nn.products import Linear
from softsearch.shapes import Float, Tensor

ControllerKind = CellKind | Literal["feed_forward"]
MemoryStart = Literal["constant", "learned", "random"]

_CONSTANT, _DEVIATION = 1e-6, 0.5
_AT_FIRST = 10.0  # of the logits of w_0: nearly all of it is on the first cell


class FeedForwardCell(Cell):
    """One layer, ``h_t = tanh(W x)``, in the place of a cell: what it knows of before it has from the memory."""

    state_size = 1

    def __init__(self, *, input: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.input = Linear(input, hidden)
        nn.init.xavier_uniform_(self.input.weight)
        nn.init.zeros_(self.input.bias)

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return what is written; `gates` are ``self.input(x)``."""
        return (torch.tanh(gates),)


class TuringMachineCell(Cell):
    """One step of a Neural Turing Machine.

    Its state is (visible, memory, weights, and what else the controller's state has): the heads that write come first
    among the weights.

    Parameters
    ----------
    input, hidden
        Widths of the input and of the controller's state.
    controller
        Its cell.
    locations, word
        How many rows the memory has, and their width.
    read_heads, write_heads
        How many heads read, and how many write.
    shift_range
        By how many locations a head may move in a step, either way.
    start
        The memory before the first step.
    """

    def __init__(
        self,
        *,
        input: int,
        hidden: int,
        controller: ControllerKind,
        locations: int,
        word: int,
        read_heads: int,
        write_heads: int,
        shift_range: int,
        start: MemoryStart,
    ) -> None:
        super().__init__()
        heads, read = read_heads + write_heads, read_heads * word
        self.controller = _controller(controller, input=input + read, hidden=hidden)
        whole = self.controller.input
        self.input = Linear(input, whole.out_features)
        self.from_read = Linear(read, whole.out_features, bias=False)
        with torch.no_grad():
            self.input.weight.copy_(whole.weight[:, :input])
            self.input.bias.copy_(whole.bias)
            self.from_read.weight.copy_(whole.weight[:, input:])
        del self.controller.input  # its shares are the two above
        self.looks = Linear(hidden, heads * numbers_of_a_look(word, shift_range))
        self.changes = Linear(hidden, write_heads * 2 * word)
        for layer in (self.looks, self.changes):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.hidden, self.locations, self.word = hidden, locations, word
        self.read_heads, self.write_heads = read_heads, write_heads
        self.state_size = 2 + self.controller.state_size
        self.visible = hidden + read
        self.start = start
        self.first_visible = nn.Parameter(torch.zeros(self.visible))
        self.first_inner = nn.Parameter(torch.zeros(self.controller.state_size - 1, hidden))
        self.first_weights = nn.Parameter(torch.zeros(heads, locations))
        with torch.no_grad():
            self.first_weights[:, 0] = _AT_FIRST
        if start == "learned":
            self.first_memory = nn.Parameter(_DEVIATION * torch.randn(locations, word))

    def initial_state(self, batch: int) -> State:
        """Return the state before the first step of so many sequences."""
        visible, shape = self.first_visible.expand(batch, -1), (batch, self.locations, self.word)
        match self.start:
            case "constant":
                memory = visible.new_full(shape, _CONSTANT)
            case "learned":
                memory = self.first_memory.expand(shape)
            case "random":
                memory = _DEVIATION * torch.randn(shape, dtype=visible.dtype, device=visible.device)
        weights = self.first_weights.softmax(dim=1).expand(batch, -1, -1)
        return (visible, memory, weights, *(each.expand(batch, -1) for each in self.first_inner))

    def forward(self, gates: Float[Tensor, "batch gates"], state: State) -> State:
        """Return the next state; `gates` are ``self.input(x)``."""
        visible, memory, weights, *inner = state
        hidden, read = visible[:, : self.hidden], visible[:, self.hidden :]
        hidden, *inner = self.controller(gates + self.from_read(read), (hidden, *inner))
        look = look_of(self.looks(hidden).unflatten(1, (*weights.shape[1:2], -1)), word=self.word)
        weights = addressed(look, memory, weights)
        erase, add = self.changes(hidden).unflatten(1, (self.write_heads, -1)).chunk(2, dim=2)
        memory = written(memory, weights[:, : self.write_heads], torch.sigmoid(erase), torch.tanh(add))
        read = (weights[:, self.write_heads :] @ memory).flatten(1)
        return (torch.cat([hidden, read], dim=1), memory, weights, *inner)

    def named(self, state: State) -> dict[str, Tensor]:
        """Return the parts of a state by their names, in the order in which a step computes them."""
        visible, memory, weights, *inner = state
        heads = [f"write head {head + 1}" for head in range(self.write_heads)]
        heads += [f"read head {head + 1}" for head in range(self.read_heads)]
        return {
            "the controller's state": torch.cat([visible[:, : self.hidden], *inner], dim=1),
            **{f"the weights of {name}": each for name, each in zip(heads, weights.unbind(dim=1), strict=True)},
            "the memory": memory,
            "what was read": visible[:, self.hidden :],
        }


def _controller(kind: ControllerKind, *, input: int, hidden: int) -> Cell:
    if kind == "feed_forward":
        return FeedForwardCell(input=input, hidden=hidden)
    return make_cell(kind, input=input, hidden=hidden)
