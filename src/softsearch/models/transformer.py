"""The Transformer that translates (Vaswani et al. 2017): attention in place of recurrence.

    h_j = encoder blocks(sqrt(width) E x_j + place j)             each word reads all others: annotations
    u_i = decoder blocks(sqrt(width) E y_i-1 + place i; h)        each reads those before it, and the annotations
    p(y_i) = softmax(E u_i + b)                                   E again, where embeddings are tied

In training all steps are one pass. While it writes, the state is what each block has read so far, and how much.
"""

from __future__ import annotations

from typing import NamedTuple, cast, final

import torch
from torch import nn

from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.transformer import Activation, Block, KeysValues, MultiHeadAttention, Norm, causal_mask, sinusoids
from softsearch.shapes import Bool, Float, Int, Tensor


class Source(NamedTuple):
    """An encoded source, as each block of the decoder reads it."""

    blocks: tuple[KeysValues, ...]
    mask: Bool[Tensor, "batch src"]


class Looks(NamedTuple):
    """Where each head looks, layer by layer: (batch, heads, from, to) of each."""

    encoder: tuple[Float[Tensor, "batch heads src src"], ...]
    decoder: tuple[Float[Tensor, "batch heads tgt tgt"], ...]
    source: tuple[Float[Tensor, "batch heads tgt src"], ...]


@final
class Transformer(SequenceModel):
    """Encoder and decoder of blocks.

    Parameters
    ----------
    vocabulary
        Number of tokens; source and target share them.
    width, heads
        Of each vector, and attentions side by side.
    hidden
        Width of a block's feed-forward layer.
    encoder_layers, decoder_layers
        Blocks of each.
    activation, norm
        See :class:`~softsearch.nn.transformer.Block`.
    dropout
        Rate on embeddings and in the blocks.
    tie_embeddings
        Source, target and output layer share one matrix (Press and Wolf 2017).
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        width: int,
        heads: int,
        hidden: int,
        encoder_layers: int,
        decoder_layers: int,
        activation: Activation,
        norm: Norm,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(vocabulary, width)
        self.target_embedding = self.source_embedding if tie_embeddings else nn.Embedding(vocabulary, width)

        def blocks(number: int, *, reads_source: bool) -> nn.ModuleList:
            return nn.ModuleList(
                Block(
                    width=width,
                    heads=heads,
                    hidden=hidden,
                    activation=activation,
                    dropout=dropout,
                    norm=norm,
                    reads_source=reads_source,
                )
                for _ in range(number)
            )

        self.encoder = blocks(encoder_layers, reads_source=False)
        self.decoder = blocks(decoder_layers, reads_source=True)
        self.encoder_norm = nn.LayerNorm(width) if norm == "before" else nn.Identity()
        self.decoder_norm = nn.LayerNorm(width) if norm == "before" else nn.Identity()
        self.output = Linear(width, vocabulary)
        self.dropout = Dropout(dropout)
        self.width = width
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        for layer in (self.source_embedding, self.target_embedding):
            nn.init.normal_(layer.weight, std=width**-0.5)
        nn.init.zeros_(self.output.bias)
        if tie_embeddings:
            self.output.weight = self.target_embedding.weight

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        values, mask = self._embedded(self.source_embedding, source, 0), source_mask[:, None, None]
        for block in self.encoder:
            values = block(values, None, mask).outputs
        values = self.encoder_norm(values)
        readers = [cast("MultiHeadAttention", block.source) for block in self.decoder]
        return Source(tuple(reader.project(values) for reader in readers), source_mask)

    def start(self, source: Source) -> tuple[KeysValues, ...]:
        """Return that nothing was written."""
        nothing = [KeysValues(each.keys[:, :, :0], each.values[:, :, :0]) for each in source.blocks]
        return tuple(nothing)

    def step(
        self, tokens: Int[Tensor, " rows"], state: tuple[KeysValues, ...], source: Source
    ) -> tuple[Float[Tensor, "rows vocabulary"], tuple[KeysValues, ...], Float[Tensor, "rows src"] | None]:
        """Take one step; where the model looked is what the last block's heads say on average."""
        features, state, queries = self._decode(tokens.unsqueeze(1), state, source)
        reader = cast("MultiHeadAttention", self.decoder[-1].source)
        looked = reader.weights(queries, source.blocks[-1], source.mask[:, None, None])
        return self.output(features.squeeze(1)), state, looked.mean(1).flatten(0, 1)

    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows features"]:
        """Return the features of every real target position; all steps are one pass."""
        encoded = self.encode(source, source_mask)
        return self._decode(target_input, self.start(encoded), encoded)[0][target_mask]

    def looks(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
    ) -> Looks:
        """Return where each head looks: of the encoder, of the decoder among what it wrote, and from it at the source.

        Row i of the last two is the step that reads ``target_input[:, i]`` and writes what comes after it.
        """
        encoder, decoder, reader = [], [], []
        values, mask = self._embedded(self.source_embedding, source, 0), source_mask[:, None, None]
        for block in self.encoder:
            after, seen, _ = block(values, None, mask)
            encoder.append(cast("Block", block).own_weights(values, seen, mask))
            values = after
        encoded, causal = self.encode(source, source_mask), causal_mask(target_input.shape[1], 0, source.device)
        values = self._embedded(self.target_embedding, target_input, 0)
        for block, read in zip(self.decoder, encoded.blocks, strict=True):
            after, seen, queries = block(values, None, causal, read, mask)
            decoder.append(cast("Block", block).own_weights(values, seen, causal))
            reader.append(cast("MultiHeadAttention", block.source).weights(queries, read, mask))
            values = after
        return Looks(tuple(encoder), tuple(decoder), tuple(reader))

    def _decode(
        self, tokens: Tensor, state: tuple[KeysValues, ...], source: Source
    ) -> tuple[Tensor, tuple[KeysValues, ...], Tensor]:
        past, new = state[0].keys.shape[2], tokens.shape[1]
        values = self._embedded(self.target_embedding, tokens, past)
        mask = None if new == 1 else causal_mask(new, past, tokens.device)
        after = []
        for block, before, read in zip(self.decoder, state, source.blocks, strict=True):
            values, seen, queries = block(values, before, mask, read, source.mask[:, None, None])
            after.append(seen)
        return self.decoder_norm(values), tuple(after), queries

    def _embedded(self, embedding: nn.Embedding, tokens: Tensor, past: int) -> Tensor:
        places = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        return self.dropout(embedding(tokens) * self.width**0.5 + sinusoids(places, self.width))
