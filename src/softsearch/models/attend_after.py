"""A recurrent translator that writes, then looks: attention after the cell (Luong, Pham and Manning 2015).

    h_1 .. h_S  = encoder(source)                                  annotations
    s_0         = tanh(W summary)                                  bridge
    s_i         = cells([E y_i-1; t_i-1], s_i-1)                   all layers; t_i-1 with input feeding only
    c_i         = attention(s_i, h)                                asked with the top layer's output
    t_i         = tanh(W_c [s_i; c_i])                             attentional vector: readout
    p(y_i)      = softmax(E t_i + b)                               E again, where embeddings are tied

t_i is the paper's h~_t; with input feeding (section 3.3) it is what is fed, after dropout. Departure: the decoder
starts from a bridge instead of the encoder's own last states, so that the two may have different widths and depths.

Without input feeding no cell waits for the attention. Then all that is written is run through the layers first, and all
its questions are asked at once.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.parts import (
    Decoder,
    DecoderState,
    Source,
    coverage_after,
    first_states,
    initialise_embeddings,
    make_bridge,
    no_coverage,
)
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.cells import make_cell
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder, UpperLayers, unroll
from softsearch.shapes import Bool, Float, Int, Tensor


@final
class AttendAfter(SequenceModel):
    """One class for every recurrent translator that asks after the cell.

    Parameters
    ----------
    encoder, direction
        See :class:`~softsearch.nn.recurrent.RecurrentEncoder`.
    input_feeding
        Whether the last attentional vector enters the first layer beside the word.
    """

    def __init__(self, decoder: Decoder, *, encoder: Layers, direction: Direction, input_feeding: bool) -> None:
        super().__init__()
        layers, embedding, tied = decoder.layers, decoder.embedding, decoder.tie_embeddings
        self.source_embedding = nn.Embedding(decoder.vocabulary, embedding)
        self.encoder = RecurrentEncoder(encoder, input=embedding, direction=direction, dropout=decoder.dropout)
        annotation = self.encoder.width
        self.cell = make_cell(layers.cell, input=embedding, hidden=layers.hidden)
        self.depth = layers.depth
        self.bridge = make_bridge(decoder.bridge, annotation=annotation, cell=self.cell, depth=layers.depth)
        self.attention = decoder.attention
        self.target_embedding = self.source_embedding if tied else nn.Embedding(decoder.vocabulary, embedding)
        self.fed_gates = Linear(decoder.readout, self.cell.input.out_features, bias=False) if input_feeding else None
        self.dropout = Dropout(decoder.dropout)
        self.upper = UpperLayers(layers, dropout=self.dropout)
        self.readout = Linear(layers.hidden + annotation, decoder.readout)
        self.output = Linear(decoder.readout, decoder.vocabulary)
        initialise_embeddings(self.source_embedding, self.target_embedding, output=self.output, tied=tied)
        if self.fed_gates is not None:
            nn.init.xavier_uniform_(self.fed_gates.weight)

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        annotations = self.encoder(self.dropout(self.source_embedding(source)), source_mask)
        annotations = annotations._replace(values=self.dropout(annotations.values))
        return Source(annotations, self.attention.project(annotations))

    def start(self, source: Source) -> DecoderState:
        """Return the decoder's state before its first word: nothing has been read, nothing fed."""
        annotations, _ = source
        summary = annotations.summary
        layers = first_states(self.bridge, summary, cell=self.cell, depth=self.depth)
        fed = None if self.fed_gates is None else summary.new_zeros(summary.shape[0], self.readout.out_features)
        return DecoderState(layers, no_coverage(self.attention, annotations), fed)

    def step(
        self, tokens: Int[Tensor, " rows"], state: DecoderState, source: Source
    ) -> tuple[Float[Tensor, "rows vocabulary"], DecoderState, Float[Tensor, "rows src"] | None]:
        """Take one step."""
        embedded = self.dropout(self.target_embedding(tokens))
        features, state, weights = self._write(self.cell.input(embedded), state, source)
        return self.output(features), state, weights

    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows readout"]:
        """Return the features of every real target position, in as few passes as the state allows."""
        encoded = self.encode(source, source_mask)
        embedded = self.dropout(self.target_embedding(target_input))
        gates = self.cell.input(embedded.transpose(0, 1))  # time first: each step is one contiguous block
        state = self.start(encoded)
        if state.fed is None and state.coverage is None:
            hidden, context = self._write_at_once(gates, state, encoded)
            return self._features(hidden[target_mask], context[target_mask])
        steps = []
        for step in gates:
            features, state, _ = self._write(step, state, encoded)
            steps.append(features)
        return torch.stack(steps, dim=1)[target_mask]

    def _write(
        self, gates: Float[Tensor, "rows gates"], state: DecoderState, source: Source
    ) -> tuple[Float[Tensor, "rows readout"], DecoderState, Float[Tensor, "rows src"] | None]:
        first, *above = state.layers
        if self.fed_gates is not None:
            gates = gates + self.fed_gates(state.fed)
        first = self.cell(gates, first)
        hidden, after = self.upper.step(first[0], above)
        context, weights, _ = self.attention(hidden, source.annotations, source.keys, state.coverage)
        features = self._features(hidden, context)
        fed = None if self.fed_gates is None else features
        return features, DecoderState((first, *after), coverage_after(state.coverage, weights), fed), weights

    def _write_at_once(
        self, gates: Float[Tensor, "tgt batch gates"], state: DecoderState, source: Source
    ) -> tuple[Float[Tensor, "batch tgt hidden"], Float[Tensor, "batch tgt annotation"]]:
        first, *above = state.layers
        outputs, _ = unroll(self.cell, gates, first)
        hidden, _ = self.upper(outputs, above)
        context = self.attention(hidden.flatten(0, 1), source.annotations, source.keys, None).context
        return hidden, context.unflatten(0, hidden.shape[:2])

    def _features(
        self, hidden: Float[Tensor, "rows hidden"], context: Float[Tensor, "rows annotation"]
    ) -> Float[Tensor, "rows readout"]:
        return self.dropout(torch.tanh(self.readout(torch.cat([hidden, context], dim=1))))
