"""One step of each cell: its equation, and how it starts."""

import math
from typing import get_args

import pytest
import torch

from softsearch.nn.cells import CellKind, make_cell

INPUT, HIDDEN = 3, 4
KINDS = ["rnn", "gru", "lstm"]


def test_an_rnn_step_is_elmans_equation():
    torch.manual_seed(0)
    cell = make_cell("rnn", input=INPUT, hidden=HIDDEN).double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    x, h = torch.randn(INPUT, dtype=torch.float64), torch.randn(HIDDEN, dtype=torch.float64)
    ((found,),) = cell(cell.input(x[None]), (h[None],))
    for k in range(HIDDEN):
        total = cell.input.bias[k] + cell.recurrent.bias[k]
        total = total + sum(cell.input.weight[k, m] * x[m] for m in range(INPUT))
        total = total + sum(cell.recurrent.weight[k, m] * h[m] for m in range(HIDDEN))
        torch.testing.assert_close(found[k], torch.tanh(total), rtol=1e-12, atol=1e-12)


def _random(kind: str):
    torch.manual_seed(0)
    cell = make_cell(kind, input=INPUT, hidden=HIDDEN).double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    state = tuple(torch.randn(2, HIDDEN, dtype=torch.float64) for _ in range(cell.state_size))
    return cell, torch.randn(2, INPUT, dtype=torch.float64), state


@pytest.mark.parametrize(("kind", "lacks"), [("lstm_no_forget", 1), ("lstm_no_output", 3)])
def test_an_lstm_without_a_gate_is_an_lstm_whose_gate_is_always_open(kind, lacks):
    cell, x, state = _random(kind)
    full = make_cell("lstm", input=INPUT, hidden=HIDDEN).double()
    for name, parameter in full.named_parameters():
        gates = list(cell.get_parameter(name).detach().split(HIDDEN))
        open_gate = torch.zeros_like(gates[0]) if "weight" in name else torch.full_like(gates[0], 500.0)
        parameter.data = torch.cat([*gates[:lacks], open_gate, *gates[lacks:]])
    torch.testing.assert_close(cell(cell.input(x), state), full(full.input(x), state), rtol=1e-12, atol=1e-12)


def test_with_coupled_gates_an_lstm_forgets_what_it_replaces():
    cell, x, (h, c) = _random("lstm_coupled")
    gates = cell.input(x) + cell.recurrent(h)
    found, memory = cell(cell.input(x), (h, c))
    for row in range(2):
        for k in range(HIDDEN):
            add, new, show = (
                gates[row, k].sigmoid(),
                gates[row, k + HIDDEN].tanh(),
                gates[row, k + 2 * HIDDEN].sigmoid(),
            )
            held = (1 - add) * c[row, k] + add * new
            torch.testing.assert_close((memory[row, k], found[row, k]), (held, show * held.tanh()))


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_a_multiplicative_cell_has_another_recurrence_for_each_input(kind):
    cell, x, state = _random(f"m{kind}")
    plain = make_cell(kind, input=INPUT, hidden=HIDDEN).double()
    plain.recurrent.load_state_dict(cell.inner.recurrent.state_dict())
    gates = cell.input.out_features - HIDDEN
    plain.input.weight.data, plain.input.bias.data = cell.input.weight[:gates], cell.input.bias[:gates]
    for row in range(2):
        diagonal = cell.input.weight[gates:] @ x[row] + cell.input.bias[gates:]
        mixed = torch.diag(diagonal) @ cell.factor.weight @ state[0][row]
        rest = [part[row : row + 1] for part in state[1:]]
        wanted = plain(plain.input(x[row : row + 1]), (mixed[None], *rest))
        found = [part[row : row + 1] for part in cell(cell.input(x), state)]
        torch.testing.assert_close(found, list(wanted), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["mrnn", "mlstm"])
def test_with_inputs_of_zero_a_new_multiplicative_cell_is_the_cell_inside(kind):
    cell = make_cell(kind, input=4, hidden=3).double()
    gates = cell.input(torch.zeros(2, 4, dtype=torch.float64))
    hidden, *others = (torch.randn(2, 3, dtype=torch.float64) for _ in range(cell.state_size))
    wanted = cell.inner(gates[:, :-3], (cell.factor(hidden), *others))
    assert all(torch.equal(*each) for each in zip(cell(gates, (hidden, *others)), wanted, strict=True))


@pytest.mark.parametrize(
    ("added", "forgot", "after"),
    [(0, 1, [0.5, -0.3]), (1, 1, [1.1, 0.3]), (0, 0, [0.0, 0.0]), (1, 0, [0.6, 0.6])],
    ids=["remember", "add", "erase", "overwrite"],
)
def test_the_gates_of_an_lstm_remember_add_erase_and_overwrite(added, forgot, after):
    cell = make_cell("lstm", input=INPUT, hidden=2).double()
    open_or_shut = {0: -50.0, 1: 50.0}
    gates = (
        torch.tensor([open_or_shut[added], open_or_shut[forgot], math.atanh(0.6), 0.0]).double().repeat_interleave(2)
    )
    before = torch.zeros(1, 2).double(), torch.tensor([[0.5, -0.3]]).double()
    hidden, memory = cell(gates.unsqueeze(0), before)
    torch.testing.assert_close(memory, torch.tensor([after]).double())
    torch.testing.assert_close(hidden, memory.tanh() / 2)


def test_the_forget_gate_starts_open_and_every_other_bias_at_zero():
    cell = make_cell("lstm", input=INPUT, hidden=HIDDEN)
    assert cell.input.bias.tolist() == [0] * HIDDEN + [1] * HIDDEN + [0] * 2 * HIDDEN
    assert cell.recurrent.bias.tolist() == [0] * 4 * HIDDEN
    for kind in ("rnn", "gru"):
        other = make_cell(kind, input=INPUT, hidden=HIDDEN)
        assert not other.input.bias.any()
        assert not other.recurrent.bias.any()


@pytest.mark.parametrize("kind", KINDS)
def test_each_gates_recurrence_starts_orthogonal(kind):
    cell = make_cell(kind, input=INPUT, hidden=HIDDEN).double()
    for gate in cell.recurrent.weight.split(HIDDEN):
        torch.testing.assert_close(gate @ gate.t(), torch.eye(HIDDEN, dtype=torch.float64), rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", get_args(CellKind))
def test_gradients_of_a_cell_are_those_of_finite_differences(kind):
    torch.manual_seed(0)
    cell = make_cell(kind, input=INPUT, hidden=2).double()
    inputs = torch.randn(2, INPUT, dtype=torch.float64, requires_grad=True)
    state = tuple(torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(cell.state_size))

    def step(inputs, *state_and_parameters):
        return cell(cell.input(inputs), state_and_parameters[: cell.state_size])

    assert torch.autograd.gradcheck(step, (inputs, *state, *cell.parameters()))
