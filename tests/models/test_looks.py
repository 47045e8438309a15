"""Where a Transformer's heads look, as told apart from its outputs, is where they looked to make them."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.heads import SoftmaxHead
from tests.models.networks import SOURCES, TARGETS, make_batch, make_model

EXACT = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture
def at_work(monkeypatch):
    """Return the weights of all attentions that are computed from now on, each by the equation."""
    found = []
    attend = functional.scaled_dot_product_attention

    def recorded(query, key, value, attn_mask=None, dropout_p=0.0):
        scores = query @ key.transpose(2, 3) / math.sqrt(key.shape[3])
        found.append((scores if attn_mask is None else scores.masked_fill(~attn_mask, -math.inf)).softmax(3))
        return attend(query, key, value, attn_mask=attn_mask, dropout_p=dropout_p)

    monkeypatch.setattr(functional, "scaled_dot_product_attention", recorded)
    return found


@pytest.mark.parametrize("norm", ["before", "after"])
def test_those_of_a_translator_by_layer(norm, at_work):
    model = make_model(kind="transformer", norm=norm).eval()
    source, source_mask, target, target_mask = make_batch(SOURCES, TARGETS)
    model(source, source_mask, target, target_mask)
    wanted = at_work.copy()
    looks = model.looks(source, source_mask, target)
    pairs = zip(looks.decoder, looks.source, strict=True)
    for found, own in zip([*looks.encoder, *(each for pair in pairs for each in pair)], wanted, strict=True):
        torch.testing.assert_close(found, own, **EXACT)
    assert not looks.source[0][1, :, :, 1:].any()  # the second source has one word, the rest is padding


@pytest.mark.parametrize("norm", ["before", "after"])
def test_the_mean_of_the_last_layer_is_what_a_step_tells(norm):
    model = make_model(kind="transformer", norm=norm).eval()
    source, source_mask, target, _ = make_batch(SOURCES, TARGETS)
    encoded = model.encode(source, source_mask)
    state, told = model.start(encoded), []
    for tokens in target.unbind(1):
        _, state, weights = model.step(tokens, state, encoded)
        told.append(weights)
    looks = model.looks(source, source_mask, target)
    torch.testing.assert_close(looks.source[-1].mean(1), torch.stack(told, 1), **EXACT)


def test_those_of_a_language_model_by_layer(at_work):
    torch.manual_seed(1)
    model = TransformerLanguageModel(
        vocabulary=9,
        width=8,
        heads=2,
        layers=3,
        hidden=6,
        context=10,
        head=SoftmaxHead(features=8, vocabulary=9),
        dropout=0.5,
        tie_embeddings=False,
    )
    model = model.double().eval()
    tokens = torch.randint(9, (2, 7))
    model(tokens, model.start(2))
    wanted = at_work.copy()
    for found, own in zip(model.looks(tokens), wanted, strict=True):
        torch.testing.assert_close(found, own, **EXACT)
