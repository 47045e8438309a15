"""A decoder that looks before it writes: attention before the cell (Bahdanau et al. 2015), whatever has been read.

    h_1 .. h_S  = annotations of the source                        a subclass makes them
    s_0         = tanh(W summary)                                  bridge
    c_i         = attention(s_i-1, h)                              asked with the first layer's last state
    c_i         = sigmoid(w . s_i-1 + b) c_i                       where it is gated (Xu et al. 2015, section 4.2.1)
    s_i         = cell([E y_i-1; c_i], s_i-1)                      the first layer
    u_i         = upper layers(s_i)                                s_i itself, where there are none
    t_i         = tanh(W_s u_i + W_y E y_i-1 + W_c c_i)            readout
    p(y_i)      = softmax(E t_i + b)                               E again, where embeddings are tied

Departures from the papers: the readout reads u_i instead of s_i-1, and is a tanh layer, where Bahdanau's is maxout and
Xu's linear, with E y_i-1 as it is. The first states are one tanh layer's, where Xu has a network for each of two; the
gate works with hard attention, too. With several layers the first one asks, as in Wu et al. (2016); its answer enters
the first layer and the readout, there every layer.

In training, everything that does not wait for s_i-1 leaves the loop: keys and the embedding's share of the gates come
before it; upper layers, readout and output layer after it, the last two for the real positions only.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
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
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import Attended
from softsearch.nn.cells import make_cell
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder, UpperLayers
from softsearch.shapes import Bool, Float, Int, Tensor
from softsearch.trees import select


class AttendBefore(SequenceModel):
    """Everything but what reads the source.

    Parameters
    ----------
    reader
        The modules that read the source, by the names that their weights have; embeddings among them are of its words.
    annotation
        Width of an annotation.
    gated
        Whether a number from 0 to 1, which depends on the state, says how much of the context counts.
    """

    def __init__(self, decoder: Decoder, *, reader: Mapping[str, nn.Module], annotation: int, gated: bool) -> None:
        super().__init__()
        for name, module in reader.items():
            self.add_module(name, module)
        layers, embedding, tied = decoder.layers, decoder.embedding, decoder.tie_embeddings
        read = [module for module in reader.values() if isinstance(module, nn.Embedding)]
        self.cell = make_cell(layers.cell, input=embedding, hidden=layers.hidden)
        self.depth = layers.depth
        self.bridge = make_bridge(decoder.bridge, annotation=annotation, cell=self.cell, depth=layers.depth)
        self.attention = decoder.attention
        self.target_embedding = read[0] if read and tied else nn.Embedding(decoder.vocabulary, embedding)
        self.context_gates = Linear(annotation, self.cell.input.out_features, bias=False)
        self.gate = Linear(layers.hidden, 1) if gated else None
        self.dropout = Dropout(decoder.dropout)
        self.upper = UpperLayers(layers, dropout=self.dropout)
        self.readout = Linear(layers.hidden + embedding + annotation, decoder.readout)
        self.output = Linear(decoder.readout, decoder.vocabulary)
        initialise_embeddings(*read, self.target_embedding, output=self.output, tied=tied)
        nn.init.xavier_uniform_(self.context_gates.weight)

    @abstractmethod
    def annotations(self, source: Tensor, source_mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Read the source."""

    def encode(self, source: Tensor, source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        annotations = self.annotations(source, source_mask)
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
        context, weights, _ = self._look(first[0], source, state.coverage)
        first = self.cell(self.cell.input(embedded) + self.context_gates(context), first)
        hidden, after = self.upper.step(first[0], above)
        state = DecoderState((first, *after), coverage_after(state.coverage, weights))
        return self.output(self._features(hidden, embedded, context)), state, weights

    def forward(
        self,
        source: Tensor,
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows readout"]:
        """Return the features of every real target position; all steps are one pass."""
        encoded = self.encode(source, source_mask)
        embedded = self.dropout(self.target_embedding(target_input))
        hidden, context, _ = self._unroll(embedded, encoded)
        return self._features(hidden[target_mask], embedded[target_mask], context[target_mask])

    def _unroll(
        self, embedded: Float[Tensor, "rows tgt embedding"], source: Source
    ) -> tuple[Float[Tensor, "rows tgt hidden"], Float[Tensor, "rows tgt annotation"], list[Attended]]:
        """Return the top layer's output, the context and what was read for each word of the targets.

        A source may have several targets, one behind the other.
        """
        gates = self.cell.input(embedded.transpose(0, 1))  # time first: each step is one contiguous block
        begin, number = self.start(source), len(source.annotations.values)
        if len(embedded) > number:
            begin = select(
                begin, torch.arange(number, device=embedded.device).repeat_interleave(len(embedded) // number)
            )
        (state, *above), coverage, _ = begin
        states, looks = [], []
        for step in gates:
            look = self._look(state[0], source, coverage)
            state = self.cell(step + self.context_gates(look.context), state)
            coverage = coverage_after(coverage, look.weights)
            states.append(state[0])
            looks.append(look)
        hidden, _ = self.upper(torch.stack(states, dim=1), above)
        return hidden, torch.stack([look.context for look in looks], dim=1), looks

    def _look(
        self, hidden: Float[Tensor, "rows hidden"], source: Source, coverage: Float[Tensor, "rows src"] | None
    ) -> Attended:
        found = self.attention(hidden, source.annotations, source.keys, coverage)
        return found if self.gate is None else found._replace(context=torch.sigmoid(self.gate(hidden)) * found.context)

    def _features(
        self,
        hidden: Float[Tensor, "rows hidden"],
        embedded: Float[Tensor, "rows embedding"],
        context: Float[Tensor, "rows annotation"],
    ) -> Float[Tensor, "rows readout"]:
        return self.dropout(torch.tanh(self.readout(torch.cat([hidden, embedded, context], dim=1))))


@final
class EncoderDecoder(AttendBefore):
    """One class for every recurrent translator that asks before the cell: annotations are ``encoder(E x_1 .. E x_S)``.

    Departure from Bahdanau et al.: the decoder starts from all directions' last states, not the backward one's alone.
    """

    source_embedding: nn.Embedding
    encoder: RecurrentEncoder

    def __init__(self, decoder: Decoder, *, encoder: Layers, direction: Direction) -> None:
        words = nn.Embedding(decoder.vocabulary, decoder.embedding)
        reader = RecurrentEncoder(encoder, input=decoder.embedding, direction=direction, dropout=decoder.dropout)
        reads = {"source_embedding": words, "encoder": reader}
        super().__init__(decoder, reader=reads, annotation=reader.width, gated=False)

    def annotations(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Read the words of the source."""
        return self.encoder(self.dropout(self.source_embedding(source)), source_mask)
