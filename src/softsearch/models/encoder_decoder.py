"""A recurrent translator that looks before it writes: attention before the cell (Bahdanau et al. 2015).

    h_1 .. h_S  = encoder(source)                                  annotations
    s_0         = tanh(W summary)                                  bridge
    c_i         = attention(s_i-1, h)                              asked with the first layer's last state
    s_i         = cell([E y_i-1; c_i], s_i-1)                      the first layer
    u_i         = upper layers(s_i)                                s_i itself, where there are none
    t_i         = tanh(W_s u_i + W_y E y_i-1 + W_c c_i)            readout
    p(y_i)      = softmax(E t_i + b)                               E again, where embeddings are tied

Departures from the paper: the readout reads u_i instead of s_i-1 and is a tanh layer instead of maxout; the decoder
starts from all directions' last states instead of the backward one alone. With several layers the first one asks, as in
Wu et al. (2016); its answer enters the first layer and the readout, there every layer.

In training, everything that does not wait for s_i-1 leaves the loop: keys and the embedding's share of the gates come
before it; upper layers, readout and output layer after it, the last two for the real positions only.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.parts import (
    BridgeKind,
    DecoderState,
    Source,
    covered,
    first_states,
    initialise_embeddings,
    make_bridge,
    no_coverage,
)
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.attention import Attention
from softsearch.nn.cells import make_cell
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder, UpperLayers
from softsearch.shapes import Bool, Float, Int, Tensor


@final
class EncoderDecoder(SequenceModel):
    """One class for every recurrent translator that asks before the cell.

    Parameters
    ----------
    vocabulary
        Number of tokens; source and target share them.
    embedding
        Width of a token's vector.
    encoder, encoder_direction
        See :class:`~softsearch.nn.recurrent.RecurrentEncoder`.
    decoder
        Its layers; those above the first are :class:`~softsearch.nn.recurrent.UpperLayers`.
    attention
        Reads annotations as wide as the encoder makes them, with queries of the width of the decoder's state.
    bridge
        "learned" or "zeros": how the decoder's first states are made.
    readout
        Width of the layer below the output layer; equal to `embedding` where embeddings are tied.
    dropout
        Rate on embeddings, annotations and readout, and between layers.
    tie_embeddings
        Source, target and output layer share one matrix (Press and Wolf 2017).
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        encoder: Layers,
        encoder_direction: Direction,
        decoder: Layers,
        attention: Attention,
        bridge: BridgeKind,
        readout: int,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(vocabulary, embedding)
        self.encoder = RecurrentEncoder(encoder, input=embedding, direction=encoder_direction, dropout=dropout)
        annotation = self.encoder.width
        self.cell = make_cell(decoder.cell, input=embedding, hidden=decoder.hidden)
        self.depth = decoder.depth
        self.bridge = make_bridge(bridge, annotation=annotation, cell=self.cell, depth=decoder.depth)
        self.attention = attention
        self.target_embedding = self.source_embedding if tie_embeddings else nn.Embedding(vocabulary, embedding)
        self.context_gates = Linear(annotation, self.cell.input.out_features, bias=False)
        self.dropout = Dropout(dropout)
        self.upper = UpperLayers(decoder, dropout=self.dropout)
        self.readout = Linear(decoder.hidden + embedding + annotation, readout)
        self.output = Linear(readout, vocabulary)
        initialise_embeddings(self.source_embedding, self.target_embedding, output=self.output, tied=tie_embeddings)
        nn.init.xavier_uniform_(self.context_gates.weight)

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        annotations = self.encoder(self.dropout(self.source_embedding(source)), source_mask)
        annotations = annotations._replace(values=self.dropout(annotations.values))
        return Source(annotations, self.attention.project(annotations))

    def start(self, source: Source) -> DecoderState:
        """Return the decoder's state before its first word."""
        annotations, _ = source
        layers = first_states(self.bridge, annotations.summary, cell=self.cell, depth=self.depth)
        return DecoderState(layers, no_coverage(self.attention, annotations))

    def step(
        self, tokens: Int[Tensor, " rows"], state: DecoderState, source: Source
    ) -> tuple[Float[Tensor, "rows vocabulary"], DecoderState, Float[Tensor, "rows src"] | None]:
        """Take one step."""
        embedded = self.dropout(self.target_embedding(tokens))
        first, *above = state.layers
        context, weights = self.attention(first[0], source.annotations, source.keys, state.coverage)
        first = self.cell(self.cell.input(embedded) + self.context_gates(context), first)
        hidden, after = self.upper.step(first[0], above)
        state = DecoderState((first, *after), covered(state.coverage, weights))
        return self.output(self._features(hidden, embedded, context)), state, weights

    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows readout"]:
        """Return the features of every real target position; all steps are one pass."""
        encoded = self.encode(source, source_mask)
        embedded = self.dropout(self.target_embedding(target_input))
        hidden, context = self._unroll(embedded, encoded)
        return self._features(hidden[target_mask], embedded[target_mask], context[target_mask])

    def _unroll(
        self, embedded: Float[Tensor, "batch tgt embedding"], source: Source
    ) -> tuple[Float[Tensor, "batch tgt hidden"], Float[Tensor, "batch tgt annotation"]]:
        gates = self.cell.input(embedded.transpose(0, 1))  # time first: each step is one contiguous block
        (state, *above), coverage, _ = self.start(source)
        states, contexts = [], []
        for step in gates:
            context, weights = self.attention(state[0], source.annotations, source.keys, coverage)
            state = self.cell(step + self.context_gates(context), state)
            coverage = covered(coverage, weights)
            states.append(state[0])
            contexts.append(context)
        hidden, _ = self.upper(torch.stack(states, dim=1), above)
        return hidden, torch.stack(contexts, dim=1)

    def _features(
        self,
        hidden: Float[Tensor, "rows hidden"],
        embedded: Float[Tensor, "rows embedding"],
        context: Float[Tensor, "rows annotation"],
    ) -> Float[Tensor, "rows readout"]:
        return self.dropout(torch.tanh(self.readout(torch.cat([hidden, embedded, context], dim=1))))
