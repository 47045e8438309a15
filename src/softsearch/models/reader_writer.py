"""One recurrent network that reads a source and then, without a break, writes the target (Zaremba and Sutskever 2014).

    h_t   = layers(E x_t, h_t-1)            over x_1 .. x_S, the source and its end, then over what has been written
    p(y)  = softmax(W h_t + b)              from the end of the source on

There is no attention, and no second network: what is known of the source is the state in which reading ends.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.cells import State
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Layers, RecurrentLayer, UpperLayers
from softsearch.shapes import Bool, Float, Int, Tensor
from softsearch.trees import filled, leaves


@final
class ReaderWriter(SequenceModel):
    """Recurrent layers that read, then write; dropout is on embeddings, between layers and on what the output reads."""

    def __init__(self, *, vocabulary: int, embedding: int, layers: Layers, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.first = RecurrentLayer(cell=layers.cell, input=embedding, hidden=layers.hidden)
        self.dropout = Dropout(dropout)
        self.upper = UpperLayers(layers, dropout=self.dropout)
        self.output = Linear(layers.hidden, vocabulary)
        self.depth = layers.depth
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        nn.init.zeros_(self.output.bias)

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> tuple[State, ...]:
        """Read the sources, those of one length together: each layer's state is that after its own last token."""
        lengths = source_mask.sum(dim=1)
        rows, parts = [], []
        for length in lengths.unique().tolist():
            own = (lengths == length).nonzero().squeeze(1)
            rows.append(own)
            parts.append(self._run(source[own, :length], self._zeros(len(own)))[1])
        order = torch.cat(rows).argsort()
        together = zip(*map(leaves, parts), strict=True)
        return filled(parts[0], (torch.cat(each)[order] for each in together))

    def start(self, source: tuple[State, ...]) -> tuple[State, ...]:
        """Return the state in which reading ended."""
        return source

    def step(
        self, tokens: Int[Tensor, " rows"], state: tuple[State, ...], source: tuple[State, ...]
    ) -> tuple[Float[Tensor, "rows vocabulary"], tuple[State, ...], None]:
        """Take one step."""
        outputs, state = self._run(tokens.unsqueeze(1), state)
        return self.output(self.dropout(outputs.squeeze(1))), state, None

    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows hidden"]:
        """Return the features of every real target position; source and target are one sequence, read in one pass."""
        lengths = source_mask.sum(dim=1, keepdim=True)
        places = lengths + torch.arange(target_input.shape[1], device=source.device)  # of the target in the whole
        whole = nn.functional.pad(source, (0, target_input.shape[1])).scatter(1, places, target_input)
        outputs, _ = self._run(whole, self._zeros(len(source)))
        read = outputs.gather(1, places.unsqueeze(2).expand(-1, -1, outputs.shape[2]))
        return self.dropout(read[target_mask])

    def _run(
        self, tokens: Int[Tensor, "batch length"], state: tuple[State, ...]
    ) -> tuple[Float[Tensor, "batch length hidden"], tuple[State, ...]]:
        first, *above = state
        outputs, first = self.first(self.dropout(self.embedding(tokens)), first)
        outputs, after = self.upper(outputs, above)
        return outputs, (first, *after)

    def _zeros(self, batch: int) -> tuple[State, ...]:
        return (self.first.zeros(batch),) * self.depth
