"""Each field of a recipe's model reaches the network, and its first weights are a function of recipe and seed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError

import softsearch
from softsearch.build.model import build_model
from softsearch.models.attend_after import AttendAfter
from softsearch.models.attend_before import EncoderDecoder
from softsearch.models.one_per_word import OnePerWord
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.attention import (
    AdditiveAttention,
    DotAttention,
    FixedContext,
    GeneralAttention,
    LinearAttention,
    MeanPooling,
)
from softsearch.nn.cells import GRUCell, LSTMCell, RNNCell
from softsearch.recipes import load_recipe, schema

VOCABULARY = 29
CELLS = {"rnn": RNNCell, "gru": GRUCell, "lstm": LSTMCell}
ATTENTIONS = {
    "additive": AdditiveAttention,
    "general": GeneralAttention,
    "dot": DotAttention,
    "linear": LinearAttention,
    "mean": MeanPooling,
    "none": FixedContext,
}
NETWORKS = {"before": EncoderDecoder, "after": AttendAfter}


def recipe(**changes: Any) -> schema.EncoderDecoder:
    small: dict[str, Any] = {
        "kind": "encoder_decoder",
        "embedding": 6,
        "encoder": {"hidden": 4},
        "decoder": {"hidden": 10},
        "attention": {"kind": "additive", "hidden": 7},
        "readout": 6,
        "dropout": 0.25,
    }
    return schema.EncoderDecoder.model_validate({**small, **changes})


def model(seed: int = 1, **changes: Any) -> SequenceModel:
    return build_model(recipe(**changes), vocabulary=VOCABULARY, seed=seed)


def one_per_word(**changes: Any) -> SequenceModel:
    small = {"kind": "one_per_word", "embedding": 6, "encoder": {"hidden": 4}, "readout": 6, "dropout": 0.25}
    return build_model(schema.OnePerWord.model_validate({**small, **changes}), vocabulary=VOCABULARY, seed=1)


def equal(one: SequenceModel, other: SequenceModel) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize("order", NETWORKS)
def test_the_order_of_the_recipe_chooses_the_network(order):
    assert type(model(decoder={"order": order})) is NETWORKS[order]


def test_one_per_word_of_the_recipe_is_that_network():
    network = one_per_word(encoder={"cell": "rnn", "hidden": 5, "layers": 2, "direction": "forwards"}, readout=6)
    assert type(network) is OnePerWord
    assert (network.encoder.width, network.encoder.depth, network.readout.in_features) == (5, 2, 5)
    assert isinstance(network.encoder.forwards[0].cell, RNNCell)


def encoders(**fields: Any) -> list[Any]:
    """Return the encoder of each network with these fields."""
    orders = [model(encoder=fields, decoder={"order": order}).encoder for order in NETWORKS]
    return [*orders, one_per_word(encoder=fields).encoder]


@pytest.mark.parametrize("cell", CELLS)
def test_the_encoder_has_the_cells_the_width_and_the_layers_of_the_recipe(cell):
    for encoder in encoders(cell=cell, hidden=5, layers=3):
        layers = [*encoder.forwards, *encoder.backwards]
        assert len(layers) == 6
        assert all(isinstance(layer.cell, CELLS[cell]) and layer.hidden == 5 for layer in layers)
        assert [layer.cell.input.in_features for layer in encoder.forwards] == [6, 10, 10]


@pytest.mark.parametrize(("direction", "ahead", "back"), [("both", 2, 2), ("forwards", 2, 0), ("backwards", 0, 2)])
def test_the_encoder_reads_in_the_direction_of_the_recipe(direction, ahead, back):
    for encoder in encoders(hidden=4, layers=2, direction=direction):
        assert (len(encoder.forwards), len(encoder.backwards)) == (ahead, back)


@pytest.mark.parametrize("residual", [False, True])
def test_residual_connections_are_where_the_recipe_has_them(residual):
    for encoder in encoders(hidden=4, layers=2, residual=residual):
        assert encoder.residual is residual
    for order in NETWORKS:
        upper = model(decoder={"hidden": 5, "layers": 2, "residual": residual, "order": order}).upper
        assert upper.residual is residual


@pytest.mark.parametrize("order", NETWORKS)
@pytest.mark.parametrize("cell", CELLS)
def test_the_decoder_has_the_cells_the_width_and_the_layers_of_the_recipe(cell, order):
    network = model(decoder={"cell": cell, "hidden": 9, "layers": 3, "order": order})
    cells = [network.cell, *(layer.cell for layer in network.upper.layers)]
    assert len(cells) == 3
    assert all(isinstance(each, CELLS[cell]) and each.hidden == 9 for each in cells)


@pytest.mark.parametrize("feeding", [False, True])
def test_input_feeding_is_what_the_recipe_says(feeding):
    network = model(decoder={"order": "after", "input_feeding": feeding})
    assert (network.fed_gates is not None) is feeding


def test_input_feeding_before_the_cell_is_refused_with_a_way_out():
    with pytest.raises(ValidationError) as caught:
        recipe(decoder={"input_feeding": True})
    (details,) = caught.value.errors()
    assert "nothing to feed" in details["msg"]
    assert details["ctx"]["fix"] == "set order: after, or input_feeding: false"


@pytest.mark.parametrize("order", NETWORKS)
@pytest.mark.parametrize("kind", ATTENTIONS)
def test_every_kind_of_attention_can_be_built(kind, order):
    network = model(attention={"kind": kind}, decoder={"hidden": 8, "order": order})
    assert type(network.attention) is ATTENTIONS[kind]


def test_every_kind_of_attention_in_a_recipe_is_tested_here():
    kinds = {member.model_fields["kind"].annotation.__args__[0] for member in schema.Attention.__args__[0].__args__}
    assert kinds == set(ATTENTIONS)


@pytest.mark.parametrize("kind", ["additive", "general", "dot"])
@pytest.mark.parametrize("coverage", [False, True])
def test_coverage_is_what_the_recipe_says(kind, coverage):
    attention = model(attention={"kind": kind, "coverage": coverage}, decoder={"hidden": 8}).attention
    assert attention.needs_coverage is coverage
    assert (attention.covered is not None) is coverage


@pytest.mark.parametrize(("encoder", "annotation"), [({"hidden": 4}, 8), ({"hidden": 4, "direction": "forwards"}, 4)])
def test_dot_attention_between_unequal_widths_is_refused_with_both_and_a_way_out(encoder, annotation):
    with pytest.raises(ValidationError) as caught:
        recipe(attention={"kind": "dot"}, encoder=encoder, decoder={"hidden": 10})
    (details,) = caught.value.errors()
    assert f"({annotation} numbers)" in details["msg"]
    assert "(10)" in details["msg"]
    fix = f"set model.decoder.hidden: {annotation}, or model.attention.kind: general"
    assert details["ctx"]["fix"] == fix


@pytest.mark.parametrize("kind", ["encoder_decoder", "one_per_word"])
def test_tied_embeddings_of_another_width_than_the_readout_are_refused(kind):
    with pytest.raises(ValidationError, match="must equal embedding"):
        (recipe if kind == "encoder_decoder" else one_per_word)(readout=5)


def test_additive_attention_has_the_width_of_the_recipe_and_those_of_what_it_compares():
    attention = model(attention={"kind": "additive", "hidden": 3}).attention
    assert (attention.query.in_features, attention.key.in_features, len(attention.score)) == (10, 8, 3)


@pytest.mark.parametrize("order", NETWORKS)
@pytest.mark.parametrize(("cell", "width"), [("rnn", 10), ("gru", 10), ("lstm", 20)])
def test_a_learned_bridge_fills_the_whole_state_of_the_decoder(cell, width, order):
    bridge = model(bridge="learned", decoder={"cell": cell, "hidden": 10, "layers": 3, "order": order}).bridge
    assert (bridge.in_features, bridge.out_features) == (8, 3 * width)


def test_without_a_bridge_the_decoder_starts_from_zeros():
    network = model(bridge="zeros").eval()
    assert network.bridge is None
    source = network.encode(torch.tensor([[5, 3]]), torch.ones(1, 2, dtype=torch.bool))
    assert [part.abs().sum().item() for layer in network.start(source).layers for part in layer] == [0.0]


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
    networks = [*(model(dropout=0.125, decoder={"order": order}) for order in NETWORKS), one_per_word(dropout=0.125)]
    rates = [[part.p for part in each.modules() if isinstance(part, torch.nn.Dropout)] for each in networks]
    assert rates == [[0.125] * 2] * 3


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


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_residual_connections_of_one_layer_are_said_to_have_no_effect(part):
    (told,) = recipe(**{part: {"hidden": 8, "residual": True}}).without_effect("model")
    assert told == f"model.{part}.residual has no effect with model.{part}.layers 1"
    assert list(recipe(**{part: {"hidden": 8, "residual": True, "layers": 2}}).without_effect("model")) == []


def test_a_shipped_recipe_becomes_any_network_by_its_fields():
    with pytest.warns(UserWarning, match="residual has no effect with model.encoder.layers 1"):
        load_recipe("translate/builtin", ["model.encoder.residual=true"])
    luong = load_recipe(
        "translate/builtin",
        ["model.decoder.order=after", "model.decoder.input_feeding=true", "model.attention.kind=general"],
    )
    assert (luong.model.decoder.hidden, luong.model.attention) == (256, schema.General(kind="general"))
    with pytest.raises(softsearch.RecipeError, match=r"model\.decoder\.hidden: 256") as caught:
        load_recipe("translate/builtin", ["model.attention.kind=dot", "model.decoder.hidden=200"])
    assert "200" in str(caught.value)
    one = load_recipe("translate/builtin", ["model.kind=one_per_word"])
    assert one.model == schema.OnePerWord(
        kind="one_per_word", embedding=128, encoder=schema.Encoder(hidden=128), readout=128, dropout=0.1
    )
