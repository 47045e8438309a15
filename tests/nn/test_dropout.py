"""Dropout: how often, how much, and when."""

import pytest
import torch

from softsearch.nn.dropout import Dropout, SequenceDropout, drop


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.999])
def test_each_number_is_dropped_with_its_probability_or_scaled_so_that_the_mean_stays(rate):
    torch.manual_seed(1)
    number = 400_001  # not a multiple of what one draw decides
    dropped = drop(torch.ones(number, dtype=torch.float64), rate)
    values = dropped.unique().tolist()
    assert values == [0.0, pytest.approx(1 / (1 - rate), rel=0.01)]
    spread = (rate * (1 - rate) / number) ** 0.5
    assert abs(float((dropped == 0).double().mean()) - rate) < 4 * spread + 2**-16


def test_neighbours_are_dropped_independently():
    torch.manual_seed(1)
    kept = (drop(torch.ones(800_000), 0.3) > 0).double().view(-1, 4)
    assert (torch.corrcoef(kept.t()) - torch.eye(4)).abs().max() < 0.01
    assert float(kept[:-1, 3] @ kept[1:, 0]) / (len(kept) - 1) == pytest.approx(0.49, abs=0.01)


def test_the_gradient_goes_where_the_number_went():
    torch.manual_seed(1)
    inputs = torch.randn(7, 9, dtype=torch.float64, requires_grad=True)
    dropped = drop(inputs, 0.4)
    dropped.sum().backward()
    torch.testing.assert_close(inputs.grad, (dropped / inputs).detach())


def test_the_draws_follow_from_the_seed():
    def draw():
        torch.manual_seed(3)
        return drop(torch.ones(50), 0.5)

    assert torch.equal(draw(), draw())


@pytest.mark.parametrize("kind", [Dropout, SequenceDropout])
def test_nothing_is_dropped_in_evaluation_or_at_rate_zero(kind):
    inputs = torch.randn(2, 3, 4)
    assert torch.equal(kind(0.5).eval()(inputs), inputs)
    assert torch.equal(kind(0.0)(inputs), inputs)


def test_in_a_sequence_a_component_is_dropped_at_every_step_or_at_none():
    torch.manual_seed(1)
    dropped = SequenceDropout(0.5)(torch.ones(6, 5, 40))
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert 0.3 < float((dropped == 0).float().mean()) < 0.7
