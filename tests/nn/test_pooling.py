"""Each kind of pooling is what its equation says, and max pooling routes the gradient to the switch."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from softsearch.nn.pooling import L2Pool2d, adaptive_average_pool, global_average_pool, max_pool, unpool


@pytest.fixture
def maps() -> torch.Tensor:
    return torch.randn(2, 3, 6, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 1)])
def test_switches_are_where_the_greatest_numbers_are(kernel, stride, maps):
    pooled, switches = max_pool(maps, kernel=kernel, stride=stride)
    for row in range(pooled.shape[2]):
        for column in range(pooled.shape[3]):
            top, left = row * stride, column * stride
            window = maps[0, 0, top : top + kernel, left : left + kernel]
            assert pooled[0, 0, row, column] == window.max()
            switch = int(switches[0, 0, row, column])
            assert maps[0, 0].flatten()[switch] == window.max()
            assert top <= switch // 8 < top + kernel
            assert left <= switch % 8 < left + kernel


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 1), (3, 2)])
def test_max_pooling_routes_the_gradient_to_the_switch_and_unpooling_is_that_route(kernel, stride, maps):
    maps.requires_grad_()
    pooled, switches = max_pool(maps, kernel=kernel, stride=stride)
    weights = torch.randn_like(pooled)
    (found,) = torch.autograd.grad((pooled * weights).sum(), maps)
    torch.testing.assert_close(unpool(weights, switches, size=(6, 8)), found, rtol=0, atol=1e-12)
    assert int((found != 0).sum()) <= pooled.numel()


@pytest.mark.parametrize("printed", [False, True])
def test_l2_pooling_is_the_length_of_the_window_or_that_over_its_size(printed, maps):
    layer = L2Pool2d(kernel=3, stride=2, printed=printed)
    found = layer(maps.requires_grad_())
    windows = [[maps[:, :, i : i + 3, j : j + 3] for j in (0, 2, 4)] for i in (0, 2)]
    lengths = torch.stack([torch.stack([(each**2).sum(dim=(2, 3)).sqrt() for each in row], 2) for row in windows], 2)
    expected, weights = lengths / (9 if printed else 1), torch.randn_like(found)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    gradients = [torch.autograd.grad((each * weights).sum(), maps)[0] for each in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-10)


def test_l2_pooling_has_a_gradient_where_a_window_is_zero():
    zeros = torch.zeros(1, 1, 2, 2, requires_grad=True)
    L2Pool2d(kernel=2, stride=2, printed=False)(zeros).sum().backward()
    assert zeros.grad is not None
    assert torch.equal(zeros.grad, torch.zeros(1, 1, 2, 2))


def test_adaptive_windows_reach_from_floor_to_ceiling(maps):
    found = adaptive_average_pool(maps.requires_grad_(), size=(4, 3))
    weights, expected = torch.randn_like(found), torch.zeros_like(maps)
    for i in range(4):
        for j in range(3):
            rows = slice(math.floor(i * 6 / 4), math.ceil((i + 1) * 6 / 4))
            columns = slice(math.floor(j * 8 / 3), math.ceil((j + 1) * 8 / 3))
            mean = maps[:, :, rows, columns].mean(dim=(2, 3))
            torch.testing.assert_close(found[:, :, i, j], mean, rtol=0, atol=1e-10)
            expected = expected + torch.autograd.grad((mean * weights[:, :, i, j]).sum(), maps)[0]
    gradient = torch.autograd.grad((found * weights).sum(), maps)[0]
    torch.testing.assert_close(gradient, expected, rtol=0, atol=1e-10)
    torch.testing.assert_close(adaptive_average_pool(maps, size=(1, 1))[:, :, 0, 0], global_average_pool(maps))
    assert global_average_pool(functional.pad(maps, (0, 3, 0, 1))).shape == (2, 3)
