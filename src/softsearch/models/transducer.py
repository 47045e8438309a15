"""A network that writes one output for each step of its input: recurrent layers, and a linear one on top.

h_t = layers(x_t, h_t-1)                 any cells, one on top of the other; or a cell with a memory
y_t = W h_t + b                          logits of bits, or numbers: the task knows
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, final

import torch
from torch import nn

from softsearch.nn.cells import State
from softsearch.nn.compiling import compiled
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Layers, RecurrentLayer, UpperLayers, unroll
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.shapes import Float, Tensor

_BLOCK = 4  # steps that are compiled as one: fewer calls, and longer to compile


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


class _Compiled(NamedTuple):
    """What takes several steps, and one, of batches of one size."""

    batch: int
    block: Callable[..., Any]
    step: Callable[..., Any]


def _as_in_between(state: State) -> State:
    """Return a first state that has strides and gradients as every later one: for others, torch compiles anew."""
    return tuple(each.clone(memory_format=torch.contiguous_format).requires_grad_() for each in state)


class Traced(NamedTuple):
    """What a memory held after each step, and where the heads were that write and that read."""

    memory: Float[Tensor, "batch length locations word"]
    writing: Float[Tensor, "batch length heads locations"]
    reading: Float[Tensor, "batch length heads locations"]


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
        self._compiled: _Compiled | None = None

    def compile_for(self, batch: int) -> None:
        """Train on batches of so many sequences with a compiled cell, if there is a compiler, and a minute."""
        inputs = self.cell.input(self.cell.input.weight.new_zeros(_BLOCK, batch, self.cell.input.in_features))
        state = _as_in_between(self.start(batch))
        block = compiled(self._block, inputs, state)
        if block != self._block:
            self._compiled = _Compiled(batch, block, compiled(self.cell.forward, inputs[0], state))

    def start(self, batch: int) -> State:
        """Return the state before the first step."""
        return self.cell.initial_state(batch)

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: State
    ) -> tuple[Float[Tensor, "batch length hidden"], State]:
        """Read the next steps."""
        gates = self.cell.input(inputs.transpose(0, 1))
        trains = self.training and torch.is_grad_enabled()
        if self._compiled is None or not trains or len(inputs) != self._compiled.batch:
            return unroll(self.cell, gates, state)
        outputs, whole, state = [], len(gates) - len(gates) % _BLOCK, _as_in_between(state)
        for start in range(0, whole, _BLOCK):
            written, state = self._compiled.block(gates[start : start + _BLOCK], state)
            outputs.append(written)
        for step in gates[whole:]:
            state = self._compiled.step(step, state)
            outputs.append(state[0].unsqueeze(1))
        return torch.cat(outputs, dim=1), state

    def _block(
        self, gates: Float[Tensor, "length batch gates"], state: State
    ) -> tuple[Float[Tensor, "batch length hidden"], State]:
        return unroll(self.cell, gates, state)

    def traced(self, inputs: Float[Tensor, "batch length input"], state: State) -> Traced:
        """Return what the memory holds after each step from `state` on, and where each head was."""
        _, *states = self._states(inputs, state)
        memory, weights = (torch.stack([each[place] for each in states], dim=1) for place in (1, 2))
        return Traced(memory, weights[:, :, : self.cell.write_heads], weights[:, :, self.cell.write_heads :])

    def first_not_finite(self, inputs: Float[Tensor, "batch length input"], state: State) -> tuple[str, int] | None:
        """Return where the first number is that is not finite, and at which step; None where all are.

        Steps count from 1; 0 is `state`, before the first of them.
        """
        for step, after in enumerate(self._states(inputs, state)):
            for name, part in self.cell.named(after).items():
                if not bool(part.isfinite().all()):
                    return name, step
        return None

    def _states(self, inputs: Float[Tensor, "batch length input"], state: State) -> Iterator[State]:
        """Yield the state before the first step, and after each."""
        yield state
        for gates in self.cell.input(inputs.transpose(0, 1)):
            state = self.cell(gates, state)
            yield state


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

    def forward(
        self, inputs: Float[Tensor, "batch length input"], state: State | tuple[State, ...] | None = None
    ) -> Float[Tensor, "batch length out"]:
        """Return what is written at each step from `state` on, by default what :meth:`layers.start` gives."""
        outputs, _ = self.layers(inputs, self.layers.start(len(inputs)) if state is None else state)
        return self.output(outputs)
