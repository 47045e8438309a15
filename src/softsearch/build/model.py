"""A recipe's model becomes a network with its first weights."""

from __future__ import annotations

from typing import assert_never

import torch

from softsearch.models.encoder_decoder import Attention, EncoderDecoder
from softsearch.nn.attention import AdditiveAttention, FixedContext, MeanPooling
from softsearch.recipes import schema
from softsearch.seeding import derive


def build_model(recipe: schema.EncoderDecoder, *, vocabulary: int, seed: int) -> EncoderDecoder:
    """Return the network; its first weights are a function of the recipe and the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "init"))
        return EncoderDecoder(
            vocabulary=vocabulary,
            embedding=recipe.embedding,
            encoder_cell=recipe.encoder.cell,
            encoder_hidden=recipe.encoder.hidden,
            encoder_layers=recipe.encoder.layers,
            decoder_cell=recipe.decoder.cell,
            decoder_hidden=recipe.decoder.hidden,
            attention=_attention(recipe),
            bridge=recipe.bridge,
            readout=recipe.readout,
            dropout=recipe.dropout,
            tie_embeddings=recipe.tie_embeddings,
        )


def _attention(recipe: schema.EncoderDecoder) -> Attention:
    attention = recipe.attention
    match attention:
        case schema.Additive():
            return AdditiveAttention(
                query=recipe.decoder.hidden, annotation=2 * recipe.encoder.hidden, hidden=attention.hidden
            )
        case schema.Mean():
            return MeanPooling()
        case schema.NoAttention():
            return FixedContext()
        case _:
            assert_never(attention)
