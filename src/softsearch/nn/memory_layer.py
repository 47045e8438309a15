"""A cell with a memory, read over a sequence (Graves, Wayne and Danihelka 2014); in training compiled, where it can be.

    state_t = cell(W x_t, state_t-1)        y_t = the visible part of state_t        softsearch.nn.turing_machine

========  ===================================  =========================
symbol    name                                 shape
========  ===================================  =========================
x_t, y_t  ``inputs[:, t]``, ``outputs[:, t]``  batch input; batch hidden
W x_t     ``gates[t]``                         batch gates
state_t   ``state``, a tuple                   the cell's
========  ===================================  =========================

A small recurrent cell of many operations spends its time between them, not in them. torch can make one of all
(``torch.compile``), but needs a C++ compiler for it, most of a minute on two idle cores, and every time the same
shapes, strides and precision.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import nn

from softsearch.nn.cells import State
from softsearch.nn.recurrent import unroll
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.shapes import Float, Tensor
from softsearch.trees import leaves

_BLOCK = 4  # steps that are compiled as one: fewer calls, and longer to compile


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
    """A cell with a memory, read over a sequence; `width` is that of the controller's state and what was read."""

    def __init__(self, cell: TuringMachineCell) -> None:
        super().__init__()
        self.cell = cell
        self.width = cell.visible
        self._compiled: _Compiled | None = None

    def compile_for(self, batch: int) -> None:
        """Train on batches of so many sequences with a compiled cell, if there is a compiler, and a minute."""
        inputs = self.cell.input(self.cell.input.weight.new_zeros(_BLOCK, batch, self.cell.input.in_features))
        state = _as_in_between(self.start(batch))

        def block(gates: Tensor, state: State) -> tuple[Tensor, State]:
            return unroll(self.cell, gates, state)

        faster = compiled(block, inputs, state)
        if faster is not block:
            self._compiled = _Compiled(batch, faster, compiled(self.cell.forward, inputs[0], state))

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


def compiled(function: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """Return what computes the same as `function` in less time; or `function` itself, in silence, where it cannot be.

    `example` are arguments of the shapes that it will have; calls with others may take long.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        level = logging.getLogger("torch").level
        logging.getLogger("torch").setLevel(logging.CRITICAL)
        try:
            found = torch.compile(function, dynamic=False)
            outputs = torch.stack([each.sum() for each in leaves(found(*example))]).sum()
            if learnt := [each for each in leaves(example) if each.requires_grad]:  # the way back is compiled on it
                torch.autograd.grad(outputs, learnt, allow_unused=True)
        except Exception:
            return function
        finally:
            logging.getLogger("torch").setLevel(level)
    return found
