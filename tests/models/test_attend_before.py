"""The translator that asks before the cell, against the slow one of the benchmarks."""

import pytest
import torch

from benchmarks import oracle
from tests.models.networks import (
    EMBEDDING,
    EXACT,
    TARGETS,
    VOCABULARY,
    assert_same_gradients,
    gradients,
    logits_of,
    make_batch,
    make_model,
)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("direction", ["both", "forwards", "backwards"])
@pytest.mark.parametrize(("layers", "residual"), [(1, False), (2, False), (3, True)])
def test_logits_and_every_gradient_equal_the_slow_models(cell, direction, layers, residual):
    deep = {"cell": cell, "layers": layers, "residual": residual}
    model, batch = make_model(encoder={**deep, "direction": direction}, decoder=deep), make_batch()
    found, wanted = logits_of(model, batch), oracle.logits(model, *batch[:3])[batch[3]]
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


def test_untied_logits_and_every_gradient_equal_the_slow_models():
    model, batch = make_model(tie_embeddings=False, readout=5), make_batch()
    found, wanted = logits_of(model, batch), oracle.logits(model, *batch[:3], keys_once=True)[batch[3]]
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


def test_coverage_is_the_sum_of_the_weights_so_far_and_is_passed_on():
    model, (source, source_mask, target, _) = make_model(attention={"kind": "dot", "coverage": True}), make_batch()
    encoded = model.encode(source, source_mask)
    state, looked = model.start(encoded), torch.zeros_like(source, dtype=torch.float64)
    seen = []
    model.attention.register_forward_hook(lambda module, inputs, output: seen.append(inputs[3]))
    for tokens in target.unbind(1):
        torch.testing.assert_close(state.coverage, looked, **EXACT)
        _, state, weights = model.step(tokens, state, encoded)
        assert torch.equal(seen[-1], looked)
        looked = looked + weights
    assert looked.sum(1).tolist() == pytest.approx([target.shape[1]] * len(source))


def test_without_coverage_none_is_kept():
    model, (source, source_mask, _, _) = make_model(), make_batch()
    assert model.start(model.encode(source, source_mask)).coverage is None


def test_the_first_layers_last_state_asks():
    model, (source, source_mask, target, _) = make_model(decoder={"layers": 2, "cell": "lstm"}), make_batch()
    asked = []
    model.attention.register_forward_hook(lambda module, inputs, output: asked.append(inputs[0]))
    encoded = model.encode(source, source_mask)
    state = model.start(encoded)
    for tokens in target.unbind(1):
        before = state.layers[0][0]
        _, state, _ = model.step(tokens, state, encoded)
        assert torch.equal(asked[-1], before)


def test_with_one_word_to_read_and_one_to_write_only_choice_and_recurrence_learn_nothing():
    model, batch = make_model(bridge="zeros"), make_batch((1,), (1,))
    found = gradients(model, logits_of(model, batch))
    idle = {name for name, gradient in found.items() if gradient.abs().max() < 1e-14}
    choice = {"attention.query.weight", "attention.key.weight", "attention.key.bias", "attention.score"}
    assert idle == choice | {
        "cell.recurrent.weight",  # its state is zero; its bias does learn
        "encoder.forwards.0.cell.recurrent.weight",
        "encoder.backwards.0.cell.recurrent.weight",
    }


def test_tied_embeddings_are_one_tensor():
    tied, free = make_model(tie_embeddings=True), make_model(tie_embeddings=False)
    assert tied.source_embedding.weight is tied.target_embedding.weight
    assert tied.output.weight is tied.target_embedding.weight
    assert sum(parameter.shape == (VOCABULARY, EMBEDDING) for parameter in tied.parameters()) == 1
    assert sum(parameter.shape == (VOCABULARY, EMBEDDING) for parameter in free.parameters()) == 3


def test_dropout_reaches_embeddings_annotations_readout_and_what_upper_layers_read():
    model, (source, source_mask, target, target_mask) = make_model(dropout=0.5, decoder={"layers": 3}), make_batch()
    shapes = []
    model.dropout.register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape)))
    model(source, source_mask, target, target_mask)
    assert shapes == [
        (*source.shape, EMBEDDING),
        (*source.shape, 8),
        (*target.shape, EMBEDDING),
        (*target.shape, 8),
        (*target.shape, 8),
        (sum(TARGETS), EMBEDDING),
    ]


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize(("cell", "size"), [("rnn", 1), ("gru", 1), ("lstm", 2)])
def test_every_layer_of_the_decoder_starts_from_the_summary_or_from_zeros(order, cell, size):
    source, source_mask, _, _ = make_batch()
    decoder = {"cell": cell, "layers": 2, "order": order}
    learned, zeros = make_model(decoder=decoder), make_model(decoder=decoder, bridge="zeros")
    encoded = learned.encode(source, source_mask)
    layers = learned.start(encoded).layers
    assert [len(layer) for layer in layers] == [size, size]
    wanted = torch.tanh(learned.bridge(encoded.annotations.summary))
    assert torch.equal(torch.cat([part for layer in layers for part in layer], 1), wanted)
    start = zeros.start(zeros.encode(source, source_mask)).layers
    assert [part.shape for layer in start for part in layer] == [(3, 8)] * 2 * size
    assert not any(part.any() for layer in start for part in layer)
