"""The translator that asks after the cell, against its paper written out word by word."""

import pytest
import torch

from benchmarks import oracle
from tests.models.networks import EXACT, assert_same_gradients, logits_of, make_batch, make_model


def luong(model, source, source_mask, target, target_mask, *, feeding: bool) -> torch.Tensor:
    """Return the logits of Luong's equations with the general score, a word at a time."""
    annotations, summary = oracle.encode(model, source, source_mask)
    states = oracle.start(model, summary)
    attentional = torch.zeros(len(source), model.readout.out_features, dtype=annotations.dtype)
    weight = model.cell.input.weight
    weight = torch.cat([weight, model.fed_gates.weight], 1) if feeding else weight
    steps = []
    for i in range(target.shape[1]):
        embedded = model.target_embedding(target[:, i])
        read = torch.cat([embedded, attentional], 1) if feeding else embedded
        states[0] = oracle.step(model.cell, read, states[0], weight)
        h = oracle.climb(model, states)
        scores = torch.einsum("bk,km,bjm->bj", h, model.attention.key.weight, annotations)
        a = scores.masked_fill(~source_mask, float("-inf")).softmax(1)
        c = (a.unsqueeze(2) * annotations).sum(1)
        w_s, w_c = model.readout.weight.split([h.shape[1], c.shape[1]], 1)
        attentional = torch.tanh(c @ w_c.t() + h @ w_s.t() + model.readout.bias)
        steps.append(model.output(attentional))
    return torch.stack(steps, 1)[target_mask]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("feeding", [False, True])
@pytest.mark.parametrize(("layers", "residual"), [(1, False), (2, False), (3, True)])
def test_logits_and_every_gradient_are_those_of_the_paper(cell, feeding, layers, residual):
    deep = {"cell": cell, "layers": layers, "residual": residual}
    decoder = {**deep, "order": "after", "input_feeding": feeding}
    model, batch = make_model(encoder=deep, decoder=decoder, attention={"kind": "general"}), make_batch()
    found, wanted = logits_of(model, batch), luong(model, *batch, feeding=feeding)
    torch.testing.assert_close(found, wanted, **EXACT)
    assert_same_gradients(model, found, wanted)


@pytest.mark.parametrize("feeding", [False, True])
def test_the_top_layers_new_output_asks(feeding):
    decoder = {"layers": 2, "order": "after", "input_feeding": feeding}
    model, (source, source_mask, target, _) = make_model(decoder=decoder), make_batch()
    asked = []
    model.attention.register_forward_hook(lambda module, inputs, output: asked.append(inputs[0]))
    encoded = model.encode(source, source_mask)
    _, state, _ = model.step(target[:, 0], model.start(encoded), encoded)
    assert torch.equal(asked[-1], state.layers[1][0])


def test_what_was_read_out_is_fed_to_the_next_step_and_nothing_without_feeding():
    source, source_mask, target, _ = make_batch()
    for feeding in (True, False):
        model = make_model(decoder={"order": "after", "input_feeding": feeding})
        encoded = model.encode(source, source_mask)
        state = model.start(encoded)
        logits, after, _ = model.step(target[:, 0], state, encoded)
        if feeding:
            assert not state.fed.any()
            assert torch.equal(model.output(after.fed), logits)
        else:
            assert (state.fed, after.fed) == (None, None)


def test_without_feeding_all_questions_are_asked_at_once():
    asked = []
    for decoder in ({"order": "after"}, {"order": "after", "input_feeding": True}):
        model, batch = make_model(decoder=decoder), make_batch()
        model.attention.register_forward_hook(lambda module, inputs, output: asked.append(len(inputs[0])))
        model(*batch)
    rows, steps = batch[2].shape
    assert asked == [rows * steps] + [rows] * steps
