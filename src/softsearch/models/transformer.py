"""The Transformer that translates (Vaswani et al. 2017): attention in place of recurrence.

    h_j = encoder blocks(sqrt(width) E x_j + place j)             each word reads all others: annotations

and then :mod:`softsearch.models.transformer_decoder`.
"""

from __future__ import annotations

from typing import NamedTuple, cast, final

from torch import nn

from softsearch.models.transformer_decoder import Source, TransformerDecoder
from softsearch.nn.products import Linear
from softsearch.nn.transformer import Activation, Block, Blocks, MultiHeadAttention, Norm, causal_mask
from softsearch.shapes import Bool, Float, Int, Tensor


class Looks(NamedTuple):
    """Where each head looks, layer by layer: (batch, heads, from, to) of each."""

    encoder: tuple[Float[Tensor, "batch heads src src"], ...]
    decoder: tuple[Float[Tensor, "batch heads tgt tgt"], ...]
    source: tuple[Float[Tensor, "batch heads tgt src"], ...]


@final
class Transformer(TransformerDecoder):
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
        See :class:`~softsearch.nn.transformer.Blocks`.
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
        blocks = Blocks(width=width, heads=heads, hidden=hidden, activation=activation, norm=norm, dropout=dropout)
        super().__init__(blocks)
        self.source_embedding = nn.Embedding(vocabulary, width)
        self.target_embedding = self.source_embedding if tie_embeddings else nn.Embedding(vocabulary, width)
        self.encoder = blocks.make(encoder_layers, reads_source=False)
        self.decoder = blocks.make(decoder_layers, reads_source=True)
        self.encoder_norm, self.decoder_norm = blocks.last_norm(), blocks.last_norm()
        self.output = Linear(width, vocabulary)
        self._initialise(self.source_embedding, self.target_embedding, tied=tie_embeddings)

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Read the source once."""
        values, mask = self._embedded(self.source_embedding, source, 0), source_mask[:, None, None]
        for block in self.encoder:
            values = block(values, None, mask).outputs
        return self._source(self.encoder_norm(values), source_mask)

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
