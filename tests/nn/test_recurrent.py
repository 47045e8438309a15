"""Layers, stacks and the encoder against torch's own, which were written by others."""

from typing import get_args

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from softsearch.nn.cells import CellKind
from softsearch.nn.products import products_in
from softsearch.nn.recurrent import Layers, RecurrentEncoder, RecurrentLayer, UpperLayers, unroll

INPUT, HIDDEN = 3, 4
KINDS = ["rnn", "gru", "lstm"]
DIRECTIONS = ["both", "forwards", "backwards"]
TORCH = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
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


def make_stack(kind: str, layers: int, *, residual: bool = False, dropout: float = 0.0) -> UpperLayers:
    torch.manual_seed(0)
    stack = UpperLayers(Layers(kind, INPUT, 1 + layers, residual), dropout=nn.Dropout(dropout)).double()
    randomise(stack)
    return stack


def make_states(stack: UpperLayers, batch: int) -> list[tuple[torch.Tensor, ...]]:
    size = 2 if stack.layers and stack.layers[0].cell.state_size == 2 else 1
    return [tuple(torch.randn(batch, INPUT, dtype=torch.float64) for _ in range(size)) for _ in stack.layers]


def make_encoder(
    kind: str, layers: int, *, direction: str = "both", residual: bool = False, dropout: float = 0.0
) -> RecurrentEncoder:
    torch.manual_seed(0)
    made_of = Layers(kind, HIDDEN, layers, residual)
    encoder = RecurrentEncoder(made_of, input=INPUT, direction=direction, dropout=dropout).double()
    randomise(encoder)
    return encoder


def torchs(encoder: RecurrentEncoder, kind: str) -> nn.Module:
    """Return torch's net with the same weights; where the encoder reads one way only, torch's reads forwards."""
    both = len(encoder.forwards) > 0 and len(encoder.backwards) > 0
    theirs = TORCH[kind](INPUT, HIDDEN, encoder.depth, bidirectional=both, batch_first=True).double()
    for level, layer in enumerate(encoder.forwards or encoder.backwards):
        copy(layer, theirs, f"_l{level}")
    for level, layer in enumerate(encoder.backwards if both else []):
        copy(layer, theirs, f"_l{level}_reverse")
    return theirs


def copy(layer: RecurrentLayer, theirs: nn.Module, suffix: str) -> None:
    for ours, name in NAMES:
        getattr(theirs, name + suffix).data.copy_(layer.cell.get_parameter(ours))


def reverse(values: torch.Tensor, lengths) -> torch.Tensor:
    """Turn each sentence round within its length."""
    rows = zip(values, lengths, strict=True)
    return torch.stack([torch.cat([row[:length].flip(0), row[length:]]) for row, length in rows])


def packed_and_read(theirs: nn.Module, inputs, lengths) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what torch's net gives at each position, and each direction's last hidden state side by side."""
    packed, last = theirs(pack_padded_sequence(inputs, list(lengths), batch_first=True, enforce_sorted=False))
    values = pad_packed_sequence(packed, batch_first=True)[0]
    hidden = last[0] if isinstance(last, tuple) else last
    return values, torch.cat(tuple(hidden[-2 if theirs.bidirectional else -1 :]), dim=1)


def make_batch(lengths) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    inputs = torch.randn(len(lengths), max(lengths), INPUT, dtype=torch.float64, requires_grad=True)
    return inputs, torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)


def assert_close(left, right) -> None:
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


def assert_same(found, wanted, inputs) -> None:
    """Compare two lists of tensors and the gradients of a function of them."""
    gradients = []
    for parts in (found, wanted):
        loss = sum(((number + 2) * part).sin().sum() for number, part in enumerate(parts))
        gradients.append(torch.autograd.grad(loss, inputs))
    for left, right in zip([*found, *gradients[0]], [*wanted, *gradients[1]], strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("kind", get_args(CellKind))
def test_a_layer_over_a_sequence_is_its_cell_step_by_step(kind):
    torch.manual_seed(0)
    layer = RecurrentLayer(cell=kind, input=INPUT, hidden=HIDDEN).double()
    randomise(layer)
    inputs = torch.randn(2, 5, INPUT, dtype=torch.float64, requires_grad=True)
    start = tuple(torch.randn(2, HIDDEN, dtype=torch.float64, requires_grad=True) for _ in range(layer.cell.state_size))
    at_once = layer(inputs, start)
    step_by_step = unroll(layer.cell, layer.cell.input(inputs.transpose(0, 1)), start)
    found = []
    for outputs, last in (at_once, step_by_step):
        loss = outputs.square().sum() + sum(each.sin().sum() for each in last)
        found.append((outputs, *last, *torch.autograd.grad(loss, [inputs, *start, *layer.parameters()])))
    torch.testing.assert_close(*found)


@pytest.mark.parametrize(("hidden", "is_rounded"), [(256, False), (257, True)])
def test_with_products_in_bf16_a_narrow_lstm_stays_in_fp32_where_that_is_faster(hidden, is_rounded):
    torch.manual_seed(0)
    layer, inputs = RecurrentLayer(cell="lstm", input=INPUT, hidden=hidden), torch.randn(2, 3, INPUT)
    with products_in("bf16"):
        found, _ = layer(inputs)
    assert torch.equal(found, layer(inputs)[0]) != is_rounded


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("num_steps", [1, 6])
def test_a_layer_equals_torchs_forward_and_backward(kind, num_steps):
    ours, theirs = make_layer(kind)
    inputs, _ = make_batch([num_steps] * 3)
    outputs, their_outputs = ours(inputs)[0], theirs(inputs)[0]
    assert_close(outputs, their_outputs)
    leaves = [inputs, *(ours.cell.get_parameter(name) for name, _ in NAMES)]
    their_leaves = [inputs, *(getattr(theirs, name + "_l0") for _, name in NAMES)]
    found = torch.autograd.grad((2 * outputs).sin().sum(), leaves)
    wanted = torch.autograd.grad((2 * their_outputs).sin().sum(), their_leaves)
    for left, right in zip(found, wanted, strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_read_in_two_parts_is_the_layer_read_at_once(kind):
    layer, _ = make_layer(kind)
    inputs, _ = make_batch([6, 6])
    outputs, last = layer(inputs)
    first, state = layer(inputs[:, :4])
    second, after = layer(inputs[:, 4:], state)
    assert_close(torch.cat([first, second], 1), outputs)
    for left, right in zip(after, last, strict=True):
        assert_close(left, right)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_equals_torchs_from_any_state(kind):
    stack, (inputs, _) = make_stack(kind, 2), make_batch([5, 5])
    theirs = TORCH[kind](INPUT, INPUT, 2, batch_first=True).double()
    for level, layer in enumerate(stack.layers):
        copy(layer, theirs, f"_l{level}")
    states = make_states(stack, 2)
    start = [torch.stack([state[part] for state in states]) for part in range(len(states[0]))]
    outputs, after = stack(inputs, states)
    their_outputs, their_last = theirs(inputs, tuple(start) if kind == "lstm" else start[0])
    their_last = their_last if kind == "lstm" else (their_last,)
    assert_close(outputs, their_outputs)
    for part, wanted in enumerate(their_last):
        assert_close(torch.stack([state[part] for state in after]), wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [0, 1, 2])
@pytest.mark.parametrize("residual", [False, True])
def test_a_stack_read_step_by_step_is_the_stack_read_at_once(kind, layers, residual):
    stack, (inputs, _) = make_stack(kind, layers, residual=residual), make_batch([5, 5])
    states = make_states(stack, 2)
    wanted, _ = stack(inputs, states)
    for number, each in enumerate(inputs.unbind(1)):
        output, states = stack.step(each, states)
        assert_close(output, wanted[:, number])


def test_each_layer_of_a_residual_stack_adds_what_it_has_read():
    stack, (inputs, _) = make_stack("gru", 2, residual=True), make_batch([5, 5])
    values, states = inputs, make_states(stack, 2)
    for layer, state in zip(stack.layers, states, strict=True):
        values = values + layer(values, state)[0]
    assert_close(stack(inputs, states)[0], values)


def test_a_stack_drops_from_what_each_layer_reads_but_not_from_what_it_adds():
    stack, (inputs, _) = make_stack("gru", 1, residual=True, dropout=0.5), make_batch([5, 5])
    states, read = make_states(stack, 2), []
    stack.dropout.register_forward_hook(lambda module, inputs, output: read.append(output))
    outputs, _ = stack(inputs, states)
    assert not torch.equal(read[0], inputs)
    assert_close(outputs, inputs + stack.layers[0](read[0], states[0])[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("lengths", [(5, 5, 5), (2, 6, 1, 4), (1,)])
def test_the_encoder_equals_torchs_packed_one(kind, direction, layers, lengths):
    encoder = make_encoder(kind, layers, direction=direction)
    inputs, mask = make_batch(lengths)
    annotations = encoder(inputs, mask)
    turned = direction == "backwards"
    values, summary = packed_and_read(torchs(encoder, kind), reverse(inputs, lengths) if turned else inputs, lengths)
    values = reverse(values, lengths) if turned else values
    assert torch.equal(annotations.mask, mask)
    assert_same([annotations.values[mask], annotations.summary], [values[mask], summary], [inputs])


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_layer_of_a_residual_encoder_from_the_second_on_adds_what_it_has_read(direction):
    encoder, lengths = make_encoder("gru", 3, direction=direction, residual=True), (2, 6, 4)
    inputs, mask = make_batch(lengths)
    values = inputs
    for level in range(3):
        sides = []
        if direction != "backwards":
            sides.append(encoder.forwards[level](values)[0])
        if direction != "forwards":
            sides.append(reverse(encoder.backwards[level](reverse(values, lengths))[0], lengths))
        read = torch.cat(sides, 2)
        values = values + read if level else read
    found = encoder(inputs, mask)
    assert_close(found.values[mask], values[mask])
    ends = {"forwards": read[range(3), [1, 5, 3], :HIDDEN], "backwards": read[:, 0, -HIDDEN:]}
    wanted = torch.cat([ends[way] for way in ends if direction in ("both", way)], 1)
    assert_close(found.summary, wanted)


def test_one_residual_layer_of_equal_widths_adds_nothing():
    inputs, mask = make_batch((4, 2))
    pair = [
        RecurrentEncoder(Layers("gru", INPUT, 1, residual), input=INPUT, direction="forwards", dropout=0.0).double()
        for residual in (False, True)
    ]
    pair[1].load_state_dict(pair[0].state_dict())
    assert torch.equal(pair[0](inputs, mask).values, pair[1](inputs, mask).values)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("residual", [False, True])
def test_padding_never_changes_the_annotation_of_a_real_position(kind, direction, residual):
    encoder = make_encoder(kind, 2, direction=direction, residual=residual)
    inputs, mask = make_batch((2, 6, 1))
    changed = inputs.masked_fill(~mask.unsqueeze(2), 100.0)
    longer = nn.functional.pad(inputs, (0, 0, 0, 3), value=-7.0)
    wanted = encoder(inputs, mask)
    for found in (encoder(changed, mask), encoder(longer, nn.functional.pad(mask, (0, 3)))):
        assert_close(found.values[:, : mask.shape[1]][mask], wanted.values[mask])
        assert_close(found.summary, wanted.summary)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_direction_of_an_annotation_knows_only_its_side_of_the_sentence(kind, direction):
    encoder = make_encoder(kind, 1, direction=direction)
    inputs, mask = make_batch((5,))
    values = encoder(inputs, mask).values
    assert values.shape[2] == encoder.width
    grown = [torch.autograd.grad(half.sum(), inputs, retain_graph=True)[0][0] for half in values[0, 2].split(HIDDEN)]
    known = [(each.abs().sum(1) > 0).tolist() for each in grown]
    sides = {"forwards": [True, True, True, False, False], "backwards": [False, False, True, True, True]}
    assert known == [sides[way] for way in sides if direction in ("both", way)]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_an_empty_sentence_has_a_finite_summary(direction):
    inputs, mask = make_batch((3, 1))
    mask[1] = False
    assert make_encoder("gru", 1, direction=direction)(inputs, mask).summary.isfinite().all()


def test_dropout_is_between_layers_and_only_in_training():
    inputs, mask = make_batch((4, 3))
    single, double = make_encoder("gru", 1, dropout=0.5), make_encoder("gru", 2, dropout=0.5)
    assert torch.equal(single(inputs, mask).values, single(inputs, mask).values)
    assert not torch.equal(double(inputs, mask).values, double(inputs, mask).values)
    double.eval()
    assert torch.equal(double(inputs, mask).values, double(inputs, mask).values)
