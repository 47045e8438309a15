"""Cells, layers and the encoder against torch's own, which were written by others."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from softsearch.nn.recurrent import BidirectionalEncoder, RecurrentLayer, make_cell

INPUT, HIDDEN = 3, 4
KINDS = ["gru", "lstm"]
TORCH = {"gru": nn.GRU, "lstm": nn.LSTM}
NAMES = [("input.weight", "weight_ih"), ("recurrent.weight", "weight_hh")]
NAMES += [("input.bias", "bias_ih"), ("recurrent.bias", "bias_hh")]


def randomise(module: nn.Module) -> None:
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.7)


def make_layer(kind: str) -> tuple[RecurrentLayer, nn.Module]:
    """Return our layer and torch's with the same random weights."""
    torch.manual_seed(0)
    ours, theirs = RecurrentLayer(cell=kind, input=INPUT, hidden=HIDDEN).double(), TORCH[kind](INPUT, HIDDEN).double()
    theirs.batch_first = True
    randomise(ours)
    copy(ours, theirs, "_l0")
    return ours, theirs


def make_encoder(kind: str, layers: int, dropout: float = 0.0) -> BidirectionalEncoder:
    torch.manual_seed(0)
    encoder = BidirectionalEncoder(cell=kind, input=INPUT, hidden=HIDDEN, layers=layers, dropout=dropout).double()
    randomise(encoder)
    return encoder


def torchs(encoder: BidirectionalEncoder, kind: str) -> nn.Module:
    theirs = TORCH[kind](INPUT, HIDDEN, len(encoder.forwards), bidirectional=True, batch_first=True).double()
    for level, (ahead, back) in enumerate(zip(encoder.forwards, encoder.backwards, strict=True)):
        copy(ahead, theirs, f"_l{level}")
        copy(back, theirs, f"_l{level}_reverse")
    return theirs


def copy(layer: RecurrentLayer, theirs: nn.Module, suffix: str) -> None:
    for ours, name in NAMES:
        getattr(theirs, name + suffix).data.copy_(layer.cell.get_parameter(ours))


def make_batch(lengths) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    inputs = torch.randn(len(lengths), max(lengths), INPUT, dtype=torch.float64, requires_grad=True)
    return inputs, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


def assert_close(left, right) -> None:
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("num_steps", [1, 6])
def test_a_layer_equals_torchs_forward_and_backward(kind, num_steps):
    ours, theirs = make_layer(kind)
    inputs, _ = make_batch([num_steps] * 3)
    outputs, their_outputs = ours(inputs), theirs(inputs)[0]
    assert_close(outputs, their_outputs)
    leaves = [inputs, *(ours.cell.get_parameter(name) for name, _ in NAMES)]
    their_leaves = [inputs, *(getattr(theirs, name + "_l0") for _, name in NAMES)]
    found = torch.autograd.grad((2 * outputs).sin().sum(), leaves)
    wanted = torch.autograd.grad((2 * their_outputs).sin().sum(), their_leaves)
    for left, right in zip(found, wanted, strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("lengths", [(5, 5, 5), (2, 6, 1, 4), (1,), (1, 1)])
def test_the_encoder_equals_torchs_packed_bidirectional_one(kind, layers, lengths):
    encoder = make_encoder(kind, layers)
    theirs = torchs(encoder, kind)
    inputs, mask = make_batch(lengths)
    annotations = encoder(inputs, mask)
    packed, last = theirs(pack_padded_sequence(inputs, list(lengths), batch_first=True, enforce_sorted=False))
    values = pad_packed_sequence(packed, batch_first=True)[0]
    summary = torch.cat(tuple((last if kind == "gru" else last[0])[-2:]), dim=1)
    assert_close(annotations.values[mask], values[mask])
    assert_close(annotations.summary, summary)
    assert torch.equal(annotations.mask, mask)
    losses = [
        (2 * annotations.values[mask]).sin().sum() + annotations.summary.cos().sum(),
        (2 * values[mask]).sin().sum() + summary.cos().sum(),
    ]
    found, wanted = (torch.autograd.grad(loss, inputs)[0] for loss in losses)
    assert_close(found, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_never_changes_the_annotation_of_a_real_position(kind):
    encoder = make_encoder(kind, 2)
    inputs, mask = make_batch((2, 6, 1))
    changed = inputs.masked_fill(~mask.unsqueeze(2), 100.0)
    longer = nn.functional.pad(inputs, (0, 0, 0, 3), value=-7.0)
    wanted = encoder(inputs, mask)
    for found in (encoder(changed, mask), encoder(longer, nn.functional.pad(mask, (0, 3)))):
        assert_close(found.values[:, : mask.shape[1]][mask], wanted.values[mask])
        assert_close(found.summary, wanted.summary)


@pytest.mark.parametrize("kind", KINDS)
def test_each_half_of_an_annotation_knows_only_its_side_of_the_sentence(kind):
    encoder = make_encoder(kind, 1)
    inputs, mask = make_batch((5,))
    values = encoder(inputs, mask).values
    ahead = torch.autograd.grad(values[0, 2, :HIDDEN].sum(), inputs, retain_graph=True)[0][0].abs().sum(1) > 0
    back = torch.autograd.grad(values[0, 2, HIDDEN:].sum(), inputs)[0][0].abs().sum(1) > 0
    assert ahead.tolist() == [True, True, True, False, False]
    assert back.tolist() == [False, False, True, True, True]


def test_an_empty_sentence_has_a_finite_summary():
    inputs, mask = make_batch((3, 1))
    mask[1] = False
    assert make_encoder("gru", 1)(inputs, mask).summary.isfinite().all()


def test_dropout_is_between_layers_and_only_in_training():
    inputs, mask = make_batch((4, 3))
    single, double = make_encoder("gru", 1, dropout=0.5), make_encoder("gru", 2, dropout=0.5)
    assert torch.equal(single(inputs, mask).values, single(inputs, mask).values)
    assert not torch.equal(double(inputs, mask).values, double(inputs, mask).values)
    double.eval()
    assert torch.equal(double(inputs, mask).values, double(inputs, mask).values)


def test_the_forget_gate_starts_open_and_every_other_bias_at_zero():
    cell = make_cell("lstm", input=INPUT, hidden=HIDDEN)
    assert cell.input.bias.tolist() == [0] * HIDDEN + [1] * HIDDEN + [0] * 2 * HIDDEN
    assert cell.recurrent.bias.tolist() == [0] * 4 * HIDDEN
    gru = make_cell("gru", input=INPUT, hidden=HIDDEN)
    assert not gru.input.bias.any()
    assert not gru.recurrent.bias.any()


@pytest.mark.parametrize("kind", KINDS)
def test_each_gates_recurrence_starts_orthogonal(kind):
    cell = make_cell(kind, input=INPUT, hidden=HIDDEN).double()
    for gate in cell.recurrent.weight.split(HIDDEN):
        torch.testing.assert_close(gate @ gate.t(), torch.eye(HIDDEN, dtype=torch.float64), rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_cell_are_those_of_finite_differences(kind):
    torch.manual_seed(0)
    cell = make_cell(kind, input=INPUT, hidden=2).double()
    inputs = torch.randn(2, INPUT, dtype=torch.float64, requires_grad=True)
    state = tuple(torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(cell.state_size))

    def step(inputs, *state_and_parameters):
        return cell(cell.input(inputs), state_and_parameters[: cell.state_size])

    assert torch.autograd.gradcheck(step, (inputs, *state, *cell.parameters()))
