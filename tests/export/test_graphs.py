"""Recorded networks, computed by ONNX Runtime, against the networks themselves."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from softsearch.data.tokenizers import VerbatimTokenizer
from softsearch.decoding.settings import Generation
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.cells import CellKind
from softsearch.nn.heads import AdaptiveHead, Head, SampledHead, SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.recipes import schema
from softsearch.tasks.context import log_probs
from softsearch.tasks.writer import Writer
from tests.export.networks import (
    SEARCH,
    SOURCES,
    exported,
    largest_difference,
    make_recurrent,
    make_transformer,
    make_translator,
)
from tests.models.test_every_network import READS

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

LETTERS = VerbatimTokenizer(["\n", *"abcdefghij "])


def assert_agrees(translator, folder) -> None:
    other = exported(translator, folder, "onnx")
    assert largest_difference(translator, other) < 1e-5
    for beam in (1, 4):
        assert other.translate(SOURCES, beam=beam) == [each.text for each in translator.translate(SOURCES, beam=beam)]


@pytest.mark.slow
def test_a_network_of_two_directions_is_recorded_with_all_that_its_search_needs(tmp_path):
    """Other numbers of sentences, words and hypotheses than those recorded, and a penalty that asks for weights."""
    translator = make_recurrent(attention={"kind": "additive", "hidden": 7, "coverage": True})
    translator.search = dataclasses.replace(SEARCH, coverage_penalty=0.4)
    assert_agrees(translator, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["general", "linear", "mean", "none", "dot, coverage"])
def test_every_attention_is_recorded(name, tmp_path):
    assert_agrees(make_recurrent(attention=READS[name]), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "direction", "decoder"),
    [
        ("rnn", "both", {"order": "before", "layers": 2, "residual": True}),
        ("gru", "forwards", {"order": "after", "input_feeding": True, "layers": 2}),
        ("lstm", "backwards", {"order": "after"}),
    ],
)
def test_every_cell_direction_and_order_is_recorded(cell, direction, decoder, tmp_path):
    hidden = 4 if direction == "both" else 8
    encoder = {"cell": cell, "layers": 2, "residual": True, "direction": direction, "hidden": hidden}
    assert_agrees(make_recurrent(encoder=encoder, decoder={"cell": cell, "hidden": 8, **decoder}), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["before", "after"])
def test_a_transformer_is_recorded_with_what_it_has_written_as_its_state(norm, tmp_path):
    assert_agrees(make_transformer(norm=norm, activation="gelu" if norm == "after" else "relu"), tmp_path)


@pytest.mark.slow
def test_one_output_for_each_word_is_recorded(tmp_path):
    fields = {"kind": "one_per_word", "embedding": 6, "readout": 6, "encoder": {"hidden": 4}}
    assert_agrees(make_translator(schema.OnePerWord.model_validate(fields)), tmp_path)


FIELDS = {"vocabulary": LETTERS.size, "dropout": 0.0}


def softmax(features: int = 8) -> SoftmaxHead:
    return SoftmaxHead(features=features, vocabulary=LETTERS.size)


def recurrent(kind: CellKind, head: Head, lags: int = 0) -> RecurrentLanguageModel:
    fields = {**FIELDS, "dropout": nn.Dropout(0.0), "tie_embeddings": False, "init": None}
    layers = Layers(kind, 8, 2, residual=True)
    return RecurrentLanguageModel(embedding=6, layers=layers, head=head, lags=lags, decay=0.5, **fields)


def transformer(context: int) -> TransformerLanguageModel:
    widths = {"width": 8, "heads": 2, "layers": 2, "hidden": 16, "context": context}
    return TransformerLanguageModel(head=softmax(), tie_embeddings=True, **widths, **FIELDS)


def feed_forward(order: int) -> FeedForwardLanguageModel:
    head = softmax(8 + (order - 1) * 5)
    return FeedForwardLanguageModel(head=head, embedding=5, hidden=8, order=order, direct=True, **FIELDS)


TEXTS = {
    **{cell: lambda cell=cell: recurrent(cell, softmax()) for cell in get_args(CellKind)},
    "lags": lambda: recurrent("rnn", softmax(24), lags=2),
    "clusters": lambda: recurrent("gru", AdaptiveHead(features=8, vocabulary=LETTERS.size, cutoffs=[5, 9], shrink=2)),
    "drawn": lambda: recurrent("rnn", SampledHead(features=8, vocabulary=LETTERS.size, samples=3)),
    "pairs": lambda: feed_forward(2),
    **{f"context {context}": lambda context=context: transformer(context) for context in (2, 3, 9)},
}


def assert_writes_the_same(model, folder) -> None:
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.4)
    writer = Writer(model.eval(), LETTERS, generation=Generation(seed=5), by_line=False)
    other = exported(writer, folder, "onnx")
    ids = np.random.default_rng(1).integers(4, LETTERS.size, 20).tolist()
    np.testing.assert_allclose(other.score(ids), log_probs(model, [ids])[0], rtol=1e-6, atol=1e-5)
    assert "".join(other.write("ab", max_tokens=20)) == writer.write("ab", max_tokens=20)[0].text


def test_a_small_language_model_is_recorded(tmp_path):
    assert_writes_the_same(feed_forward(4), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_every_language_model_is_recorded(name, tmp_path):
    torch.manual_seed(0)
    assert_writes_the_same(TEXTS[name](), tmp_path)
