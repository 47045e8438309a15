"""Transformers computed by CTranslate2, against ours."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from softsearch.data.tokenizers import CharacterTokenizer, WordTokenizer
from softsearch.recipes import schema
from tests.export.networks import SOURCES, exported, largest_difference, make_transformer, make_translator

pytest.importorskip("ctranslate2")


@pytest.mark.parametrize(
    ("norm", "activation", "tied"),
    [("before", "relu", True), ("before", "gelu", False), ("after", "relu", False), ("after", "gelu", True)],
)
def test_every_kind_of_transformer_gives_the_same_probabilities_and_translations(norm, activation, tied, tmp_path):
    translator = make_transformer(norm=norm, activation=activation, tie_embeddings=tied)
    other = exported(translator, tmp_path, "ctranslate2")
    assert largest_difference(translator, other) < 2e-5
    assert other.translate(SOURCES, beam=1) == [each.text for each in translator.translate(SOURCES, beam=1)]


def test_a_translation_ends_at_its_own_limit_whatever_else_is_in_the_batch(tmp_path):
    translator = make_transformer()
    torch.nn.init.constant_(translator.model.output.bias[3:4], -20.0)  # it never ends by itself
    other = exported(translator, tmp_path, "ctranslate2")
    found = other.translate(SOURCES, beam=1)
    assert [len(text.split()) for text in found] == [len(text.split()) + 10 for text in SOURCES]


def test_eight_bits_are_near_and_leave_our_own_weights_alone(tmp_path):
    translator = make_transformer()
    before = copy.deepcopy(translator.model.state_dict())
    other = exported(translator, tmp_path, "ctranslate2", "int8")
    for name, tensor in translator.model.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)
    assert 0 < largest_difference(translator, other) < 1.0


def test_tokens_that_are_printed_alike_are_told_apart(tmp_path):
    tokenizer = CharacterTokenizer(["▁", "⁇", "a", "b"], lowercase=False)
    recipe = schema.Transformer.model_validate({"kind": "transformer", "width": 8, "heads": 2, "hidden": 8})
    translator = make_translator(recipe, tokenizer)
    other = exported(translator, tmp_path, "ctranslate2")
    assert tokenizer.encode("a⁇b") == [4, 6, 5, 7]
    ours, theirs = translator.score(["a⁇ b"], ["⁇ ba"])[0], other.score(["a⁇ b"], ["⁇ ba"])[0]
    assert sum(theirs) == pytest.approx(ours.log_prob, abs=1e-5)


def test_a_damaged_letter_in_the_vocabulary_is_no_obstacle(tmp_path):
    tokenizer = WordTokenizer(["a", "\udce4"], lowercase=False, split_punctuation=False)
    recipe = schema.Transformer.model_validate({"kind": "transformer", "width": 8, "heads": 2, "hidden": 8})
    other = exported(make_translator(recipe, tokenizer), tmp_path, "ctranslate2")
    assert np.isfinite(other.score(["a \udce4"], ["\udce4"])[0]).all()
