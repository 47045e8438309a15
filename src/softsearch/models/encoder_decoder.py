"""A recurrent translator: with attention (Bahdanau et al. 2015), with mean pooling, or with one fixed vector.

    h_1 .. h_S  = bidirectional encoder(source)                    annotations
    s_0         = tanh(W summary)                                  bridge
    c_i         = attention(s_i-1, h)                              before the cell: Bahdanau's order
    s_i         = cell([E y_i-1; c_i], s_i-1)
    t_i         = tanh(W_s s_i + W_y E y_i-1 + W_c c_i)            readout
    p(y_i)      = softmax(E t_i + b)                               E again, where embeddings are tied

Departures from the paper: the readout reads s_i instead of s_i-1 and is a tanh layer instead of maxout; the decoder
starts from both directions' last states instead of the backward one alone.

In training, everything that does not wait for s_i-1 leaves the loop: keys and the embedding's share of the gates come
before it, readout and output layer after it, for the real positions only.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, final

import torch
from torch import nn

from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import AdditiveAttention, FixedContext, MeanPooling
from softsearch.nn.recurrent import BidirectionalEncoder, CellKind, State, make_cell
from softsearch.shapes import Bool, Float, Int, Tensor

Attention = AdditiveAttention | MeanPooling | FixedContext


class Source(NamedTuple):
    """An encoded source: read by every hypothesis about it, never changed."""

    annotations: Annotations
    keys: Tensor


@final
class EncoderDecoder(SequenceModel):
    """One class for every recurrent translator.

    Parameters
    ----------
    vocabulary
        Number of tokens; source and target share them.
    embedding
        Width of a token's vector.
    encoder_cell, encoder_hidden, encoder_layers
        Of the bidirectional encoder; `encoder_hidden` is per direction.
    decoder_cell, decoder_hidden
        Of the decoder.
    attention
        Reads annotations of width ``2 * encoder_hidden`` with queries of width `decoder_hidden`.
    bridge
        "learned" or "zeros": how the decoder's first state is made.
    readout
        Width of the layer below the output layer; equal to `embedding` where embeddings are tied.
    dropout
        Rate on embeddings, annotations and readout, and between encoder layers.
    tie_embeddings
        Source, target and output layer share one matrix (Press and Wolf 2017).
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        encoder_cell: CellKind,
        encoder_hidden: int,
        encoder_layers: int,
        decoder_cell: CellKind,
        decoder_hidden: int,
        attention: Attention,
        bridge: Literal["learned", "zeros"],
        readout: int,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        super().__init__()
        annotation = 2 * encoder_hidden
        self.source_embedding = nn.Embedding(vocabulary, embedding)
        self.encoder = BidirectionalEncoder(
            cell=encoder_cell, input=embedding, hidden=encoder_hidden, layers=encoder_layers, dropout=dropout
        )
        self.cell = make_cell(decoder_cell, input=embedding, hidden=decoder_hidden)
        self.bridge = nn.Linear(annotation, self.cell.state_size * decoder_hidden) if bridge == "learned" else None
        self.decoder_hidden = decoder_hidden
        self.attention = attention
        self.target_embedding = self.source_embedding if tie_embeddings else nn.Embedding(vocabulary, embedding)
        self.context_gates = nn.Linear(annotation, self.cell.input.out_features, bias=False)
        self.readout = nn.Linear(decoder_hidden + embedding + annotation, readout)
        self.output = nn.Linear(readout, vocabulary)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.source_embedding, self.target_embedding):
            nn.init.normal_(layer.weight, std=embedding**-0.5)
        nn.init.xavier_uniform_(self.context_gates.weight)
        nn.init.zeros_(self.output.bias)
        if tie_embeddings:
            self.output.weight = self.target_embedding.weight

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        annotations = self.encoder(self.dropout(self.source_embedding(source)), source_mask)
        annotations = annotations._replace(values=self.dropout(annotations.values))
        return Source(annotations, self.attention.project(annotations))

    def start(self, source: Source) -> State:
        """Return the decoder's state before its first word."""
        summary = source.annotations.summary
        if self.bridge is None:
            return (summary.new_zeros(len(summary), self.decoder_hidden),) * self.cell.state_size
        return torch.tanh(self.bridge(summary)).chunk(self.cell.state_size, dim=1)

    def step(
        self, tokens: Int[Tensor, " rows"], state: State, source: Source
    ) -> tuple[Float[Tensor, "rows vocabulary"], State, Float[Tensor, "rows src"] | None]:
        """Take one step."""
        embedded = self.dropout(self.target_embedding(tokens))
        context, weights = self.attention(state[0], source.annotations, source.keys)
        state = self.cell(self.cell.input(embedded) + self.context_gates(context), state)
        return self.output(self._features(state[0], embedded, context)), state, weights

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
        state = self.start(source)
        states, contexts = [], []
        for step in gates:
            context = self.attention(state[0], source.annotations, source.keys).context
            state = self.cell(step + self.context_gates(context), state)
            states.append(state[0])
            contexts.append(context)
        return torch.stack(states, dim=1), torch.stack(contexts, dim=1)

    def _features(
        self,
        hidden: Float[Tensor, "rows hidden"],
        embedded: Float[Tensor, "rows embedding"],
        context: Float[Tensor, "rows annotation"],
    ) -> Float[Tensor, "rows readout"]:
        return self.dropout(torch.tanh(self.readout(torch.cat([hidden, embedded, context], dim=1))))
