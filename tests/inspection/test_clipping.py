"""Clipping keeps a gradient's direction; the mean of clipped gradients is biased where some are cut more."""

import math

import pytest
import torch

from softsearch.inspection.clipping import bias, clipped


def test_clipping_keeps_a_direction():
    gradient = torch.tensor([3.0, 4.0])
    assert clipped(gradient, 10.0) is gradient
    torch.testing.assert_close(clipped(gradient, 1.0), torch.tensor([0.6, 0.8]))


def test_it_has_a_bias_only_where_it_cuts():
    drawn = torch.tensor([[10.0, 0.0], [0.0, 1.0]])
    never = bias(drawn, 100.0)
    assert (never.count, never.share, never.degrees, never.length) == (2, 0.0, 0.0, pytest.approx(1.0))
    found = bias(iter(drawn), 1.0)
    assert (found.count, found.share) == (2, 0.5)
    assert found.degrees == pytest.approx(45 - math.degrees(math.atan(0.1)), abs=1e-4)
    assert found.length == pytest.approx(math.sqrt(2 / 101))


def test_there_is_none_without_gradients():
    with pytest.raises(ValueError, match="no gradient"):
        bias([], 1.0)
