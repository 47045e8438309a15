"""A network that writes one output for each step of its input: recurrent layers, and a linear one on top.

h_t = layers(x_t, h_t-1)                 any cells, one on top of the other; or a cell with a memory
y_t = W h_t + b                          logits of bits, or numbers: the task knows
"""

from __future__ import annotations

from typing import final

from torch import nn

from softsearch.nn.cells import State
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import RecurrentStack
from softsearch.shapes import Float, Tensor


@final
class Transducer(nn.Module):
    """Recurrent layers with a linear one on top, which writes so many `outputs` at each step."""

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
