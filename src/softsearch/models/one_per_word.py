"""One output for each input word: what a translator cannot be.

    h_1 .. h_S  = encoder(source)                                  annotations, the end mark's last
    t_i         = tanh(W h_min(i, S))                              readout
    p(y_i)      = softmax(E t_i + b)                               E again, where embeddings are tied

Word i of the target is read off annotation i, whatever else has been written: the order and the number of the words are
the source's. From the end mark on, where the end of the target is learnt, there is nothing new to read.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.parts import initialise_embeddings
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.annotations import Annotations, at_positions
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder
from softsearch.shapes import Bool, Float, Int, Tensor


@final
class OnePerWord(SequenceModel):
    """An encoder and a readout, without attention and without a decoder; its state is the position.

    Parameters
    ----------
    readout
        Width of the layer below the output layer; equal to `embedding` where embeddings are tied.
    dropout
        Rate on embeddings, annotations and readout, and between layers.
    tie_embeddings
        Source and output layer share one matrix.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        encoder: Layers,
        direction: Direction,
        readout: int,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.encoder = RecurrentEncoder(encoder, input=embedding, direction=direction, dropout=dropout)
        self.readout = Linear(self.encoder.width, readout)
        self.output = Linear(readout, vocabulary)
        self.dropout = Dropout(dropout)
        initialise_embeddings(self.embedding, output=self.output, tied=tie_embeddings)

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Read the source once."""
        annotations = self.encoder(self.dropout(self.embedding(source)), source_mask)
        return annotations._replace(values=self.dropout(annotations.values))

    def start(self, source: Annotations) -> tuple[Int[Tensor, " batch"]]:
        """Return the position of the first word."""
        return (source.mask.new_zeros(source.mask.shape[0], dtype=torch.long),)

    def step(
        self, tokens: Int[Tensor, " rows"], state: tuple[Int[Tensor, " rows"]], source: Annotations
    ) -> tuple[Float[Tensor, "rows vocabulary"], tuple[Int[Tensor, " rows"]], Float[Tensor, "rows src"]]:
        """Read off the next annotation; `tokens` are not looked at."""
        (positions,) = state
        places = _places(positions.unflatten(0, (source.mask.shape[0], -1)), source.mask)
        features = self._features(at_positions(source.values, places).flatten(0, 1))
        looked = places.flatten().unsqueeze(1) == torch.arange(source.mask.shape[1], device=places.device)
        return self.output(features), (positions + 1,), looked.to(features.dtype)

    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows readout"]:
        """Return the features of every real target position; of `target_input` only the shape counts."""
        annotations = self.encode(source, source_mask)
        positions = torch.arange(target_input.shape[1], device=source.device).expand_as(target_input)
        return self._features(at_positions(annotations.values, _places(positions, source_mask))[target_mask])

    def _features(self, annotations: Float[Tensor, "rows annotation"]) -> Float[Tensor, "rows readout"]:
        return self.dropout(torch.tanh(self.readout(annotations)))


def _places(positions: Int[Tensor, "batch new"], mask: Bool[Tensor, "batch src"]) -> Int[Tensor, "batch new"]:
    """Return where to read for each position of the target: there, or at the source's last word."""
    last = (mask.sum(1, keepdim=True) - 1).clamp(min=0)
    return torch.minimum(positions, last)
