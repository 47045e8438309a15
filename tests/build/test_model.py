"""Each field of a recipe's model reaches the network, and its first weights are a function of recipe and seed."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from softsearch.build.model import build_model
from softsearch.models.encoder_decoder import EncoderDecoder
from softsearch.nn.attention import AdditiveAttention, FixedContext, MeanPooling
from softsearch.nn.recurrent import GRUCell, LSTMCell
from softsearch.recipes import schema

VOCABULARY = 29
CELLS = {"gru": GRUCell, "lstm": LSTMCell}


def model(seed: int = 1, **changes: Any) -> EncoderDecoder:
    small: dict[str, Any] = {
        "kind": "encoder_decoder",
        "embedding": 6,
        "encoder": {"hidden": 4},
        "decoder": {"hidden": 10},
        "attention": {"kind": "additive", "hidden": 7},
        "readout": 6,
        "dropout": 0.25,
    }
    recipe = schema.EncoderDecoder.model_validate({**small, **changes})
    return build_model(recipe, vocabulary=VOCABULARY, seed=seed)


def equal(one: EncoderDecoder, other: EncoderDecoder) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def test_every_field_of_the_recipe_is_a_keyword_of_the_network_and_the_other_way_round():
    fields = set()
    for name, field in schema.EncoderDecoder.model_fields.items():
        if name in ("encoder", "decoder"):
            fields |= {f"{name}_{part}" for part in field.annotation.model_fields}
        elif name != "kind":
            fields.add(name)
    assert fields == set(inspect.signature(EncoderDecoder).parameters) - {"vocabulary"}


@pytest.mark.parametrize("cell", CELLS)
def test_the_encoder_has_the_cells_the_width_and_the_layers_of_the_recipe(cell):
    encoder = model(encoder={"cell": cell, "hidden": 5, "layers": 3}).encoder
    layers = [*encoder.forwards, *encoder.backwards]
    assert len(layers) == 6
    assert all(isinstance(layer.cell, CELLS[cell]) and layer.hidden == 5 for layer in layers)
    assert [layer.cell.input.in_features for layer in encoder.forwards] == [6, 10, 10]


@pytest.mark.parametrize("cell", CELLS)
def test_the_decoder_has_the_cell_and_the_width_of_the_recipe(cell):
    decoder = model(decoder={"cell": cell, "hidden": 9}).cell
    assert isinstance(decoder, CELLS[cell])
    assert decoder.recurrent.in_features == 9


@pytest.mark.parametrize(
    ("kind", "built"), [("additive", AdditiveAttention), ("mean", MeanPooling), ("none", FixedContext)]
)
def test_every_kind_of_attention_can_be_built(kind, built):
    assert type(model(attention={"kind": kind}).attention) is built


def test_every_kind_of_attention_in_a_recipe_is_tested_here():
    kinds = {member.model_fields["kind"].annotation.__args__[0] for member in schema.Attention.__args__[0].__args__}
    assert kinds == {"additive", "mean", "none"}


def test_additive_attention_has_the_width_of_the_recipe_and_those_of_what_it_compares():
    attention = model(attention={"kind": "additive", "hidden": 3}).attention
    assert (attention.query.in_features, attention.key.in_features, len(attention.score)) == (10, 8, 3)


@pytest.mark.parametrize(("cell", "width"), [("gru", 10), ("lstm", 20)])
def test_a_learned_bridge_fills_the_whole_state_of_the_decoder(cell, width):
    bridge = model(bridge="learned", decoder={"cell": cell, "hidden": 10}).bridge
    assert (bridge.in_features, bridge.out_features) == (8, width)


def test_without_a_bridge_the_decoder_starts_from_zeros():
    network = model(bridge="zeros").eval()
    assert network.bridge is None
    source = network.encode(torch.tensor([[5, 3]]), torch.ones(1, 2, dtype=torch.bool))
    assert [part.abs().sum().item() for part in network.start(source)] == [0.0]


def test_tied_embeddings_are_one_matrix_in_three_places():
    network = model(tie_embeddings=True)
    assert network.source_embedding.weight is network.target_embedding.weight is network.output.weight


def test_untied_embeddings_are_three_matrices_and_leave_the_readout_its_width():
    network = model(tie_embeddings=False, readout=11)
    weights = [network.source_embedding.weight, network.target_embedding.weight, network.output.weight]
    assert len({weight.data_ptr() for weight in weights}) == 3
    assert [tuple(weight.shape) for weight in weights] == [(29, 6), (29, 6), (29, 11)]
    assert network.readout.out_features == 11


def test_dropout_has_the_rate_of_the_recipe_everywhere():
    rates = [part.p for part in model(dropout=0.125).modules() if isinstance(part, torch.nn.Dropout)]
    assert rates == [0.125] * 2


def test_embeddings_have_the_width_of_the_recipe_and_a_row_for_each_token():
    assert tuple(model(embedding=8, readout=8).source_embedding.weight.shape) == (VOCABULARY, 8)


def test_the_same_seed_gives_the_same_weights():
    assert equal(model(seed=3), model(seed=3))


def test_another_seed_gives_other_weights():
    assert not equal(model(seed=3), model(seed=4))


def test_building_a_model_leaves_torchs_random_numbers_alone():
    before = torch.get_rng_state()
    model()
    assert torch.equal(before, torch.get_rng_state())


def test_weights_do_not_depend_on_what_was_drawn_before():
    first = model()
    torch.rand(17)
    assert equal(first, model())
