"""The Neural Turing Machine's cell: its steps, its states, its gradients."""

import pytest
import torch

from softsearch.nn.cells import make_cell
from softsearch.nn.memory import addressed, look_of, written
from softsearch.nn.turing_machine import TuringMachineCell

INPUT, HIDDEN, CELLS, WORD = 3, 5, 6, 4
BATCH = 2
SIZES = {"input": INPUT, "hidden": HIDDEN, "locations": CELLS, "word": WORD}


def make(
    controller: str = "lstm", *, read_heads: int = 2, write_heads: int = 1, start: str = "constant"
) -> TuringMachineCell:
    torch.manual_seed(0)
    cell = TuringMachineCell(
        **SIZES, controller=controller, read_heads=read_heads, write_heads=write_heads, shift_range=1, start=start
    )
    cell = cell.double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return cell


@pytest.mark.parametrize("controller", ["lstm", "gru", "rnn", "feed_forward", "mlstm"])
@pytest.mark.parametrize("start", ["constant", "learned", "random"])
def test_a_state_keeps_its_shapes_and_weights_sum_to_1(controller, start):
    cell = make(controller, start=start)
    state = cell.initial_state(BATCH)
    assert len(state) == cell.state_size
    for _ in range(3):
        after = cell(cell.input(torch.randn(BATCH, INPUT, dtype=torch.float64)), state)
        assert [each.shape for each in after] == [each.shape for each in state]
        torch.testing.assert_close(after[2].sum(2), torch.ones(BATCH, 3, dtype=torch.float64))
        assert after[0].shape == (BATCH, cell.visible) == (BATCH, HIDDEN + 2 * WORD)
        state = after


def test_a_step_is_controller_looks_writing_and_reading_in_this_order():
    cell = make("lstm")
    visible, memory, weights, inner = cell.initial_state(BATCH)
    memory = torch.randn_like(memory)
    x = torch.randn(BATCH, INPUT, dtype=torch.float64)
    found = cell(cell.input(x), (visible, memory, weights, inner))
    lstm = make_cell("lstm", input=INPUT + 2 * WORD, hidden=HIDDEN).double()
    with torch.no_grad():
        lstm.input.weight.copy_(torch.cat([cell.input.weight, cell.from_read.weight], dim=1))
        lstm.input.bias.copy_(cell.input.bias)
        lstm.recurrent.load_state_dict(cell.controller.recurrent.state_dict())
    hidden, memory_cell = lstm(
        lstm.input(torch.cat([x, visible[:, HIDDEN:]], dim=1)), (visible[:, :HIDDEN].contiguous(), inner)
    )
    numbers = cell.looks(hidden).view(BATCH, 3, -1)
    now = addressed(look_of(numbers, word=WORD), memory, weights)
    erase, add = cell.changes(hidden).view(BATCH, 1, 2 * WORD).split(WORD, dim=2)
    after = written(memory, now[:, :1], torch.sigmoid(erase), torch.tanh(add))
    read = torch.einsum("bhc,bcw->bhw", now[:, 1:], after).reshape(BATCH, -1)
    for one, other in zip(found, (torch.cat([hidden, read], 1), after, now, memory_cell), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


def test_a_new_machine_looks_at_the_first_location_with_each_head():
    cell = TuringMachineCell(**SIZES, controller="lstm", read_heads=2, write_heads=1, shift_range=1, start="constant")
    weights = cell.initial_state(BATCH)[2]
    assert bool((weights[:, :, 0] > 0.999).all())


def test_memories_begin_as_they_are_asked_to():
    assert bool((make(start="constant").initial_state(BATCH)[1] == 1e-6).all())
    cell = make(start="learned")
    assert torch.equal(cell.initial_state(BATCH)[1][1], cell.first_memory)
    cell = make(start="random")
    one, other = cell.initial_state(BATCH)[1]
    assert not torch.equal(one, other)
    assert "first_memory" not in dict(cell.named_parameters())


@pytest.mark.parametrize("controller", ["lstm", "feed_forward"])
def test_gradients_through_steps_are_right(controller):
    cell = make(controller, start="learned")
    inputs = torch.randn(3, 1, INPUT, dtype=torch.float64, requires_grad=True)

    def run(inputs: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        state = cell.initial_state(1)
        state = (state[0], memory.unsqueeze(0), *state[2:])
        for gates in cell.input(inputs):
            state = cell(gates, state)
        return state[0]

    memory = cell.first_memory.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(run, (inputs, memory), atol=1e-6)


def test_episodes_of_a_batch_do_not_touch_each_other():
    cell = make()
    inputs = torch.randn(4, BATCH, INPUT, dtype=torch.float64)

    def run(inputs: torch.Tensor) -> torch.Tensor:
        state = cell.initial_state(inputs.shape[1])
        for gates in cell.input(inputs):
            state = cell(gates, state)
        return state[0]

    both, alone = run(inputs), torch.cat([run(inputs[:, :1]), run(inputs[:, 1:])])
    torch.testing.assert_close(both, alone, rtol=0, atol=1e-12)
