"""A recipe's model becomes a network with its first weights."""

from __future__ import annotations

from typing import assert_never

import torch

from softsearch.models.attend_after import AttendAfter
from softsearch.models.attend_before import EncoderDecoder
from softsearch.models.one_per_word import OnePerWord
from softsearch.models.parts import Decoder
from softsearch.models.sequence_model import SequenceModel
from softsearch.models.transformer import Transformer
from softsearch.nn.attention import (
    AdditiveAttention,
    Attention,
    DotAttention,
    FixedContext,
    GeneralAttention,
    HardAttention,
    LinearAttention,
    MeanPooling,
)
from softsearch.nn.recurrent import Layers
from softsearch.recipes import schema
from softsearch.seeding import derive


def build_model(recipe: schema.Model, *, vocabulary: int, seed: int) -> SequenceModel:
    """Return the network; its first weights are a function of the recipe and the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "init"))
        match recipe:
            case schema.OnePerWord():
                return _one_per_word(recipe, vocabulary)
            case schema.EncoderDecoder():
                return _encoder_decoder(recipe, vocabulary)
            case schema.Transformer():
                return Transformer(vocabulary=vocabulary, **recipe.model_dump(exclude={"kind"}))
            case _:
                assert_never(recipe)


def _one_per_word(recipe: schema.OnePerWord, vocabulary: int) -> OnePerWord:
    return OnePerWord(
        vocabulary=vocabulary,
        embedding=recipe.embedding,
        encoder=layers_of(recipe.encoder),
        direction=recipe.encoder.direction,
        readout=recipe.readout,
        dropout=recipe.dropout,
        tie_embeddings=recipe.tie_embeddings,
    )


def _encoder_decoder(recipe: schema.EncoderDecoder, vocabulary: int) -> EncoderDecoder | AttendAfter:
    decoder = decoder_of(recipe, vocabulary=vocabulary, annotation=recipe.encoder.width)
    encoder, direction = layers_of(recipe.encoder), recipe.encoder.direction
    if recipe.decoder.order == "before":
        return EncoderDecoder(decoder, encoder=encoder, direction=direction)
    return AttendAfter(decoder, encoder=encoder, direction=direction, input_feeding=recipe.decoder.input_feeding)


def decoder_of(recipe: schema.EncoderDecoder | schema.Captioner, *, vocabulary: int, annotation: int) -> Decoder:
    """Return what the recurrent decoder of a recipe is made of, which reads annotations of this width."""
    return Decoder(
        vocabulary=vocabulary,
        embedding=recipe.embedding,
        layers=layers_of(recipe.decoder),
        attention=attention_of(recipe.attention, query=recipe.decoder.hidden, annotation=annotation),
        bridge=recipe.bridge,
        readout=recipe.readout,
        dropout=recipe.dropout,
        tie_embeddings=recipe.tie_embeddings,
    )


def layers_of(part: schema.Encoder | schema.DecoderLayers) -> Layers:
    """Return what kind of layers a part of a recipe asks for."""
    return Layers(part.cell, part.hidden, part.layers, part.residual)


def attention_of(attention: schema.Attention | schema.Hard, *, query: int, annotation: int) -> Attention:
    """Return what reads annotations, for queries and annotations of these widths."""
    match attention:
        case schema.Additive(hidden=hidden, coverage=coverage):
            return AdditiveAttention(query=query, annotation=annotation, hidden=hidden, coverage=coverage)
        case schema.Hard(hidden=hidden, expected=expected):
            return HardAttention(query=query, annotation=annotation, hidden=hidden, expected=expected)
        case schema.General(coverage=coverage):
            return GeneralAttention(query=query, annotation=annotation, coverage=coverage)
        case schema.Dot(coverage=coverage):
            return DotAttention(coverage=coverage)
        case schema.LinearScore():
            return LinearAttention(query=query, annotation=annotation)
        case schema.Mean():
            return MeanPooling()
        case schema.NoAttention():
            return FixedContext()
        case _:
            assert_never(attention)
