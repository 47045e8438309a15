"""A decoder that attends in place of recurrence (Vaswani et al. 2017), whatever has been read.

    h_1 .. h_S  = annotations of the source                       a subclass makes them
    u_i    = decoder blocks(sqrt(width) E y_i-1 + place i; h)     each reads those before it, and the annotations
    p(y_i) = softmax(E u_i + b)                                   E again, where embeddings are tied

In training all steps are one pass. While it writes, the state is what each block has read so far, and how much.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import nn

from softsearch.models.parts import initialise_embeddings
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.transformer import Blocks, KeysValues, MultiHeadAttention, causal_mask, sinusoids
from softsearch.shapes import Bool, Float, Int, Tensor


class Source(NamedTuple):
    """An encoded source, as each block of the decoder reads it."""

    blocks: tuple[KeysValues, ...]
    mask: Bool[Tensor, "batch src"]


class TransformerDecoder(SequenceModel):
    """Everything but what reads the source.

    A subclass makes all parts, as their order is that in which weights are drawn and stored, and calls `_initialise`.
    Those that write are `target_embedding`, the blocks `decoder`, which read a source, `decoder_norm`, which follows
    the last of them, and `output`.
    """

    target_embedding: nn.Embedding
    decoder: nn.ModuleList
    decoder_norm: nn.Module

    def __init__(self, blocks: Blocks) -> None:
        super().__init__()
        self.dropout = Dropout(blocks.dropout)
        self.width = blocks.width

    def start(self, source: Source) -> tuple[KeysValues, ...]:
        """Return that nothing was written."""
        nothing = [KeysValues(each.keys[:, :, :0], each.values[:, :, :0]) for each in source.blocks]
        return tuple(nothing)

    def step(
        self, tokens: Int[Tensor, " rows"], state: tuple[KeysValues, ...], source: Source
    ) -> tuple[Float[Tensor, "rows vocabulary"], tuple[KeysValues, ...], Float[Tensor, "rows src"] | None]:
        """Take one step; where the model looked is what the last block's heads say on average."""
        features, state, queries = self._decode(tokens.unsqueeze(1), state, source)
        return self.output(features.squeeze(1)), state, self._looked(queries, source).flatten(0, 1)

    def forward(
        self,
        source: Tensor,
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows features"]:
        """Return the features of every real target position; all steps are one pass."""
        encoded = self.encode(source, source_mask)
        return self._decode(target_input, self.start(encoded), encoded)[0][target_mask]

    def _source(self, values: Float[Tensor, "batch src width"], mask: Bool[Tensor, "batch src"]) -> Source:
        readers = [cast("MultiHeadAttention", block.source) for block in self.decoder]
        return Source(tuple(reader.project(values) for reader in readers), mask)

    def _decode(
        self, tokens: Int[Tensor, "rows tgt"], state: tuple[KeysValues, ...], source: Source
    ) -> tuple[Float[Tensor, "rows tgt width"], tuple[KeysValues, ...], Float[Tensor, "batch new width"]]:
        """Return features, the new state, and what the last block asked each source with, for all rows about it."""
        past, new = state[0].keys.shape[2], tokens.shape[1]
        values = self._embedded(self.target_embedding, tokens, past)
        mask = None if new == 1 else causal_mask(new, past, tokens.device)
        after = []
        for block, before, read in zip(self.decoder, state, source.blocks, strict=True):
            values, seen, queries = block(values, before, mask, read, source.mask[:, None, None])
            after.append(seen)
        return self.decoder_norm(values), tuple(after), queries

    def _looked(self, queries: Float[Tensor, "batch new width"], source: Source) -> Float[Tensor, "batch new src"]:
        """Return where the heads of the last block look on average."""
        reader = cast("MultiHeadAttention", self.decoder[-1].source)
        return reader.weights(queries, source.blocks[-1], source.mask[:, None, None]).mean(1)

    def _embedded(self, embedding: nn.Embedding, tokens: Tensor, past: int) -> Tensor:
        places = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        return self.dropout(embedding(tokens) * self.width**0.5 + sinusoids(places, self.width))

    def _initialise(self, *embeddings: nn.Embedding, tied: bool) -> None:
        """Draw the matrices of all parts that there are by now; see :func:`initialise_embeddings`."""
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        initialise_embeddings(*embeddings, output=self.output, tied=tied)
