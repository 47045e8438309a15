"""One step of each cell: its equation, and how it starts."""

import pytest
import torch

from softsearch.nn.cells import make_cell

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


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_cell_are_those_of_finite_differences(kind):
    torch.manual_seed(0)
    cell = make_cell(kind, input=INPUT, hidden=2).double()
    inputs = torch.randn(2, INPUT, dtype=torch.float64, requires_grad=True)
    state = tuple(torch.randn(2, 2, dtype=torch.float64, requires_grad=True) for _ in range(cell.state_size))

    def step(inputs, *state_and_parameters):
        return cell(cell.input(inputs), state_and_parameters[: cell.state_size])

    assert torch.autograd.gradcheck(step, (inputs, *state, *cell.parameters()))
