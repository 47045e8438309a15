"""Gradients through time: against automatic differentiation over the whole sequence, and their bounds."""

import pytest
import torch

from softsearch.inspection.gradients import recorded, through_time, visible_through_time
from softsearch.inspection.gradients_of_runs import Travelled, plot_gradients
from softsearch.nn.cells import make_cell
from softsearch.nn.turing_machine import TuringMachineCell

STEPS, INPUT, HIDDEN = 6, 3, 4


def flat(state) -> torch.Tensor:
    return torch.cat([each.flatten() for each in state])


@pytest.mark.parametrize("kind", ["linear", "rnn", "gru", "lstm", "lstm_coupled", "mlstm", "turing_machine"])
def test_jacobians_are_those_of_the_whole_sequence(kind):
    torch.manual_seed(0)
    if kind == "turing_machine":
        cell = TuringMachineCell(
            input=INPUT, hidden=HIDDEN, controller="gru", locations=3, word=2, read_heads=1, write_heads=1,
            shift_range=1, start="learned",
        ).double()  # fmt: skip
        state = tuple(each.detach() for each in cell.initial_state(1))
    else:
        cell = make_cell(kind, input=INPUT, hidden=HIDDEN).double()
        state = tuple(torch.randn(1, HIDDEN, dtype=torch.float64) for _ in range(cell.state_size))
    gates = cell.input(torch.randn(STEPS, 1, INPUT, dtype=torch.float64)).detach()
    found = through_time(cell, gates, state)
    for begin in (0, STEPS - 2):
        start = state
        for step in gates[:begin]:
            start = cell(step, start)
        leaves = tuple(each.detach().requires_grad_() for each in start)
        last = leaves
        for step in gates[begin:]:
            last = cell(step, last)
        rows = [flat(torch.autograd.grad(each, leaves, retain_graph=True, allow_unused=True)) for each in flat(last)]
        torch.testing.assert_close(found.jacobians[begin], torch.stack(rows), rtol=0, atol=1e-10)
    visible = visible_through_time(cell, gates, state)
    size = state[0].numel()
    torch.testing.assert_close(visible, found.jacobians[:, :size, :size], rtol=0, atol=1e-12)
    assert bool((found.norms <= found.bounds * (1 + 1e-9)).all())
    torch.testing.assert_close(found.singular_values[:, 0], found.norms)


def test_with_a_single_factor_the_bound_is_the_norm():
    cell = make_cell("rnn", input=INPUT, hidden=HIDDEN).double()
    gates = cell.input(torch.randn(3, 1, INPUT, dtype=torch.float64)).detach()
    found = through_time(cell, gates, (torch.zeros(1, HIDDEN, dtype=torch.float64),))
    torch.testing.assert_close(found.norms[-1], found.bounds[-1])
    assert float(found.norms[0]) < float(found.bounds[0])


def test_each_layer_has_a_chart_of_its_own_and_the_bound_of_the_best_is_dashed():
    found = [
        Travelled(layer, step, weights, "state", [1.0, 0.1], [2.0, 3.0], [0.0, 0.0, 0.1])
        for step, weights in ((0, "first"), (100, "best"), (120, "kept"))
        for layer in ("first", "upper")
    ]
    figure = plot_gradients(found)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["first", "upper"]
    expected = {"first": "-", "step 100, best": "-", "bound of the best": "--", "step 120": "-"}
    for axes in figure.axes:
        assert {line.get_label(): line.get_linestyle() for line in axes.lines} == expected


@pytest.mark.parametrize("kind", ["mlstm", "turing_machine"])
def test_a_cell_inside_another_is_not_told_by_itself(kind):
    if kind == "turing_machine":
        cell = TuringMachineCell(
            input=INPUT, hidden=HIDDEN, controller="lstm", locations=3, word=2, read_heads=1, write_heads=1,
            shift_range=1, start="constant",
        )  # fmt: skip
        state = cell.initial_state(1)
    else:
        cell = make_cell(kind, input=INPUT, hidden=HIDDEN)
        state = (torch.zeros(1, HIDDEN),) * cell.state_size
    model = torch.nn.ModuleDict({"cell": cell})
    (layer,) = recorded(model, lambda: cell(cell.input(torch.randn(1, INPUT)), state))
    assert (layer.name, layer.cell, len(layer.gates)) == ("cell", cell, 1)
