"""Recurrent layers over whole sequences, stacks of them, and the encoder that is made of them.

    h_t = cell(x_t, h_t-1)                        softsearch.nn.cells
    h_j = [forwards h_j; backwards h_j]           annotations (Schuster and Paliwal 1997)

A layer of a stack reads the outputs x_t of the layer below, after dropout. With residual connections (He et al. 2016;
between recurrent layers Wu et al. 2016, section 3.1) it passes on

    y_t = x_t + h_t

from the second layer on: what the first reads are embeddings, of another width and of another kind.

========  ===================================  =========================
symbol    name                                 shape
========  ===================================  =========================
x_t, h_t  ``inputs[:, t]``, ``outputs[:, t]``  batch input; batch hidden
h_t-1     ``state``: a tuple, h first          batch hidden
y_t       ``inputs[:, t]`` of the next layer   batch hidden
h_j       ``values[:, j]``                     batch annotation
========  ===================================  =========================

A layer of LSTM cells is torch's kernel for whole sequences or the cell, step by step: ``RecurrentLayer`` chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from softsearch.nn.annotations import Annotations, at_positions
from softsearch.nn.cells import Cell, CellKind, LSTMCell, State, make_cell
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import precision
from softsearch.shapes import Bool, Float, Int, Tensor

Direction = Literal["both", "forwards", "backwards"]

_WIDEST_IN_FP32 = 256  # states for which torch's kernel in fp32 is faster than the cell with bf16 products (ADR 17)


@dataclass(frozen=True)
class Layers:
    """Recurrent layers, one on top of the other.

    Attributes
    ----------
    cell
        See :data:`~softsearch.nn.cells.CellKind`.
    hidden
        Width of each state; of an encoder, in each direction.
    depth
        How many there are.
    residual
        Whether each from the second on adds what it has read to what it passes on.
    """

    cell: CellKind
    hidden: int
    depth: int
    residual: bool


def unroll(cell: Cell, gates: Iterable[Tensor], state: State) -> tuple[Float[Tensor, "batch length hidden"], State]:
    """Return the hidden state after each step, and the last state; `gates` are ``cell.input(x)``, step by step."""
    outputs = []
    for step in gates:
        state = cell(step, state)
        outputs.append(state[0])
    return torch.stack(outputs, dim=1), state


class RecurrentLayer(nn.Module):
    """A cell read over a sequence from its first step to its last."""

    def __init__(self, *, cell: CellKind, input: int, hidden: int) -> None:
        super().__init__()
        self.cell = make_cell(cell, input=input, hidden=hidden)
        self.hidden = hidden

    def zeros(self, batch: int) -> State:
        """Return the state before the first step, where nothing else is said."""
        return (self.cell.input.weight.new_zeros(batch, self.hidden),) * self.cell.state_size

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch length hidden"], State]:
        """Return the hidden state after each step, and the last state; it starts from `state` or from zeros."""
        if state is None:
            state = self.zeros(len(inputs))
        in_fp32 = precision() == "fp32" or self.hidden <= _WIDEST_IN_FP32
        if isinstance(self.cell, LSTMCell) and inputs.shape[1] > 1 and in_fp32:
            return _fused(self.cell, inputs, state)
        gates = self.cell.input(inputs.transpose(0, 1))  # time first: each step is one contiguous block
        return unroll(self.cell, gates, state)


def _fused(cell: LSTMCell, inputs: Tensor, state: State) -> tuple[Tensor, State]:
    """Return what :func:`unroll` does; torch has a kernel for whole sequences, up to 1.7 times as fast."""
    weights = [cell.input.weight, cell.recurrent.weight, cell.input.bias, cell.recurrent.bias]
    start = [each.unsqueeze(0) for each in state]
    outputs, hidden, memory = torch.lstm(inputs, start, weights, True, 1, 0.0, torch.is_grad_enabled(), False, True)
    return outputs, (hidden.squeeze(0), memory.squeeze(0))


class UpperLayers(nn.Module):
    """The layers on top of the first one, all reading forwards; where there are none the input passes through.

    The first one is the network's own, as it reads something else. `layers` describe the whole stack, the first one
    included; states that are given and returned are those of the others alone, the lowest first.
    """

    def __init__(self, layers: Layers, *, dropout: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            RecurrentLayer(cell=layers.cell, input=layers.hidden, hidden=layers.hidden) for _ in range(1, layers.depth)
        )
        self.residual = layers.residual
        self.dropout = dropout

    def forward(
        self, inputs: Float[Tensor, "batch length hidden"], states: Sequence[State]
    ) -> tuple[Float[Tensor, "batch length hidden"], tuple[State, ...]]:
        """Read a whole sequence; return the top layer's outputs and each layer's last state."""
        after = []
        for layer, state in zip(self.layers, states, strict=True):
            outputs, state = layer(self.dropout(inputs), state)
            inputs = inputs + outputs if self.residual else outputs
            after.append(state)
        return inputs, tuple(after)

    def step(
        self, inputs: Float[Tensor, "rows hidden"], states: Sequence[State]
    ) -> tuple[Float[Tensor, "rows hidden"], tuple[State, ...]]:
        """Read one step of a sequence; return the top layer's output and each layer's state."""
        outputs, after = self(inputs.unsqueeze(1), states)
        return outputs.squeeze(1), after


class RecurrentStack(nn.Module):
    """Recurrent layers that start from zeros; `width` is that of what is passed on."""

    def __init__(self, *, input: int, layers: Layers, dropout: float) -> None:
        super().__init__()
        self.first = RecurrentLayer(cell=layers.cell, input=input, hidden=layers.hidden)
        self.upper = UpperLayers(layers, dropout=Dropout(dropout))
        self.depth, self.width = layers.depth, layers.hidden

    def start(self, batch: int) -> tuple[State, ...]:
        """Return each layer's state before the first step."""
        return (self.first.zeros(batch),) * self.depth

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: tuple[State, ...]
    ) -> tuple[Float[Tensor, "batch length hidden"], tuple[State, ...]]:
        """Read the next steps."""
        first, *above = state
        outputs, first = self.first(inputs, first)
        outputs, after = self.upper(outputs, above)
        return outputs, (first, *after)


class RecurrentEncoder(nn.Module):
    """Recurrent nets that read forwards, backwards (Sutskever et al. 2014) or both ways (Schuster and Paliwal 1997).

    With both, each layer reads both directions of the one below. A backward net reads each sentence reversed within its
    own length, so that padding is always at the end, where it cannot be seen by a real position; what it writes about a
    word stays at that word's position. So Sutskever's reversed source is this encoder with one direction, backwards.

    `width` is that of an annotation: of a state, or twice that for both directions.
    """

    def __init__(self, layers: Layers, *, input: int, direction: Direction, dropout: float) -> None:
        super().__init__()
        cell, hidden = layers.cell, layers.hidden
        self.width = 2 * hidden if direction == "both" else hidden
        widths = [input] + [self.width] * (layers.depth - 1)
        ahead, back = (widths if direction in ("both", own) else [] for own in ("forwards", "backwards"))
        self.forwards = nn.ModuleList(RecurrentLayer(cell=cell, input=width, hidden=hidden) for width in ahead)
        self.backwards = nn.ModuleList(RecurrentLayer(cell=cell, input=width, hidden=hidden) for width in back)
        self.depth, self.residual = layers.depth, layers.residual
        self.dropout = Dropout(dropout)

    def forward(self, inputs: Float[Tensor, "batch src input"], mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Return an annotation for each position; the summary is each direction's last state."""
        lengths = mask.sum(1)
        mirror = _mirror(lengths, mask.shape[1])
        values = inputs
        for level in range(self.depth):
            below = self.dropout(values) if level else values
            sides = []
            if self.forwards:
                sides.append(self.forwards[level](below)[0])
            if self.backwards:
                mirrored, _ = self.backwards[level](at_positions(below, mirror))
                sides.append(at_positions(mirrored, mirror))
            read = torch.cat(sides, dim=2)
            values = values + read if self.residual and level else read
        last = (lengths - 1).clamp(min=0).unsqueeze(1)
        ends = [at_positions(sides[0], last).squeeze(1)] if self.forwards else []
        ends += [sides[-1][:, 0]] if self.backwards else []
        return Annotations(values, mask, torch.cat(ends, dim=1))


def _mirror(lengths: Int[Tensor, " batch"], num_steps: int) -> Int[Tensor, "batch src"]:
    """Return for each position the one that takes its place when a sentence is reversed; padding stays."""
    positions = torch.arange(num_steps, device=lengths.device).unsqueeze(0)
    mirrored = lengths.unsqueeze(1) - 1 - positions
    return torch.where(mirrored >= 0, mirrored, positions)
