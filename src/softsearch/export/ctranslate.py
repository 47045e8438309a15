"""A Transformer's weights in the layout of CTranslate2: its ``TransformerSpec``, filled from ours.

The two networks are the same but for where weights lie: there, queries, keys and values of self-attention are one
layer. Places are given as a table, since the sines that CTranslate2 would compute have other periods.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import ctranslate2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from softsearch.data.tokenizers import BOS, EOS, UNK, Tokenizer
from softsearch.models.transformer import Transformer
from softsearch.nn.transformer import Block, MultiHeadAttention, sinusoids
from softsearch.portable.manifest import Quantization


def export_transformer(
    model: Transformer, tokenizer: Tokenizer, folder: Path, *, quantization: Quantization, places: int
) -> None:
    """Write a model folder of CTranslate2.

    Parameters
    ----------
    places
        Tokens of the longest source or translation there will be, its marks counted.
    """
    block = cast("Block", model.decoder[0])
    activations = ctranslate2.specs.Activation
    spec = ctranslate2.specs.TransformerSpec.from_config(
        (len(model.encoder), len(model.decoder)),
        block.own.heads,
        pre_norm=block.before,
        activation=activations.GELU if block.feed_forward.activation is functional.gelu else activations.RELU,
        alignment_heads=block.own.heads,
    )
    spec.encoder.embeddings[0].weight = _array(model.source_embedding.weight)
    spec.decoder.embeddings.weight = _array(model.target_embedding.weight)
    _linear(spec.decoder.projection, model.output)
    for side, blocks in ((spec.encoder, model.encoder), (spec.decoder, model.decoder)):
        side.position_encodings.encodings = _array(sinusoids(torch.arange(places), model.width))
        for layer, own in zip(side.layer, blocks, strict=True):
            _block(layer, cast("Block", own))
    if block.before:
        _norm(spec.encoder.layer_norm, model.encoder_norm)
        _norm(spec.decoder.layer_norm, model.decoder_norm)
    _say_vocabulary(spec, tokenizer)
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(folder))


def _say_vocabulary(spec: Any, tokenizer: Tokenizer) -> None:
    """Name the tokens; CTranslate2 knows them by their names, so no two may be called alike."""
    names: dict[str, None] = {}
    for index, piece in enumerate(tokenizer.pieces(range(tokenizer.size))):
        name = piece.encode("utf-8", "backslashreplace").decode("utf-8")
        names[f"{name}#{index}" if name in names else name] = None
    tokens = list(names)
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = (tokens[index] for index in (UNK, BOS, EOS))
    spec.config.decoder_start_token = tokens[BOS]
    spec.config.add_source_eos = True


def _block(layer: Any, block: Block) -> None:
    own = block.own
    _norm(layer.self_attention.layer_norm, block.own_norm)
    fused, output = layer.self_attention.linear
    fused.weight = np.concatenate([_array(own.query.weight), _array(own.key_value.weight)])
    fused.bias = np.concatenate([_array(own.query.bias), _array(own.key_value.bias)])
    _linear(output, own.output)
    if block.source is not None:
        _norm(layer.attention.layer_norm, cast("nn.LayerNorm", block.source_norm))
        for there, here in zip(layer.attention.linear, _layers(block.source), strict=True):
            _linear(there, here)
    _norm(layer.ffn.layer_norm, block.feed_forward_norm)
    _linear(layer.ffn.linear_0, block.feed_forward.wide)
    _linear(layer.ffn.linear_1, block.feed_forward.narrow)


def _layers(attention: MultiHeadAttention) -> tuple[nn.Linear, ...]:
    return attention.query, attention.key_value, attention.output


def _linear(there: Any, here: nn.Linear) -> None:
    there.weight, there.bias = _array(here.weight), _array(here.bias)


def _norm(there: Any, here: nn.Module) -> None:
    there.gamma, there.beta = _array(cast("Tensor", here.weight)), _array(cast("Tensor", here.bias))


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().float().numpy().copy()  # it is rounded in place
