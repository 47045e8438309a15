"""A network that writes one output for each step of its input: recurrent layers, and a linear one on top.

h_t = layers(x_t, h_t-1)                 any cells, one on top of the other; or a cell with a memory
y_t = W h_t + b                          logits of bits, or numbers: the task knows
"""

from __future__ import annotations

from typing import NamedTuple, final

import torch
from torch import nn

from softsearch.nn.cells import State
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Layers, RecurrentLayer, UpperLayers, unroll
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.shapes import Float, Tensor


class RecurrentStack(nn.Module):
    """Recurrent layers that start from zeros.

    Parameters
    ----------
    input
        Width of the input.
    layers
        What they are made of.
    dropout
        Rate between layers.

    Attributes
    ----------
    width
        Of what is passed on.
    """

    def __init__(self, *, input: int, layers: Layers, dropout: float) -> None:
        super().__init__()
        self.first = RecurrentLayer(cell=layers.cell, input=input, hidden=layers.hidden)
        self.upper = UpperLayers(layers, dropout=Dropout(dropout))
        self.layers, self.width = layers, layers.hidden

    def start(self, batch: int) -> tuple[State, ...]:
        """Return each layer's state before the first step."""
        zeros = next(self.parameters()).new_zeros(batch, self.layers.hidden)
        return ((zeros,) * self.first.cell.state_size,) * self.layers.depth

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: tuple[State, ...]
    ) -> tuple[Float[Tensor, "batch length hidden"], tuple[State, ...]]:
        """Read the next steps."""
        first, *above = state
        outputs, first = self.first(inputs, first)
        outputs, after = self.upper(outputs, above)
        return outputs, (first, *after)


class Traced(NamedTuple):
    """What a memory held after each step, and where the heads were that write and that read."""

    memory: Float[Tensor, "batch length cells word"]
    writing: Float[Tensor, "batch length heads cells"]
    reading: Float[Tensor, "batch length heads cells"]


class MemoryLayer(nn.Module):
    """A cell with a memory, read over a sequence.

    Attributes
    ----------
    width
        Of what is passed on: the controller's state and what was read.
    """

    def __init__(self, cell: TuringMachineCell) -> None:
        super().__init__()
        self.cell = cell
        self.width = cell.visible

    def start(self, batch: int) -> State:
        """Return the state before the first step."""
        return self.cell.initial_state(batch)

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: State
    ) -> tuple[Float[Tensor, "batch length hidden"], State]:
        """Read the next steps."""
        return unroll(self.cell, self.cell.input(inputs.transpose(0, 1)), state)

    def traced(self, inputs: Float[Tensor, "batch length input"]) -> Traced:
        """Return what the memory holds after each step, and where each head was."""
        state, states = self.start(len(inputs)), []
        for gates in self.cell.input(inputs.transpose(0, 1)):
            state = self.cell(gates, state)
            states.append(state)
        memory, weights = (torch.stack([each[place] for each in states], dim=1) for place in (1, 2))
        return Traced(memory, weights[:, :, : self.cell.writing], weights[:, :, self.cell.writing :])


@final
class Transducer(nn.Module):
    """Recurrent layers with a linear one on top.

    Parameters
    ----------
    layers
        What reads.
    outputs
        How many numbers are written at each step.
    """

    def __init__(self, layers: RecurrentStack | MemoryLayer, *, outputs: int) -> None:
        super().__init__()
        self.layers = layers
        self.output = Linear(layers.width, outputs)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def forward(self, inputs: Float[Tensor, "batch length input"]) -> Float[Tensor, "batch length out"]:
        """Return what is written at each step."""
        outputs, _ = self.layers(inputs, self.layers.start(len(inputs)))
        return self.output(outputs)
