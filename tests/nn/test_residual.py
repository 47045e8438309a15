"""Residual blocks add what their branch finds to what came in; gradients by hand are autograd's."""

from __future__ import annotations

import pytest
import torch

from softsearch.nn.residual import BLOCKS, ResidualLayer, Subsampled


def make(kind: str, **changes: object):
    torch.manual_seed(1)
    fields = {"inputs": 8, "width": 8, "stride": 1, "shortcut": "B", "residual": True}
    return BLOCKS[kind](**fields | changes).double().eval()


@pytest.fixture
def maps() -> torch.Tensor:
    return torch.randn(2, 8, 6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def test_the_gradients_by_hand_are_those_of_autograd():
    torch.manual_seed(1)
    layer = ResidualLayer(features=5, hidden=7).double()
    inputs, weights = torch.randn(3, 5, dtype=torch.float64, requires_grad=True), torch.randn(3, 5).double()
    wanted = (inputs, layer.first.weight, layer.first.bias, layer.second.weight)
    expected = torch.autograd.grad((layer(inputs) * weights).sum(), wanted)
    for found, each in zip(layer.backward(inputs, weights), expected, strict=True):
        torch.testing.assert_close(found, each, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_adds_its_branch_to_what_came_in(kind, maps):
    block = make(kind, inputs=8, width=8 // BLOCKS[kind].expansion)
    total = maps + block.branch(maps)
    torch.testing.assert_close(block(maps), total.relu() if kind != "pre_activation" else total)
    assert block.downsample is None


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_plain_block_is_its_branch_and_has_no_shortcut(kind, maps):
    block = make(kind, residual=False, stride=2)
    found = block.branch(maps)
    torch.testing.assert_close(block(maps), found.relu() if kind != "pre_activation" else found)
    assert block.downsample is None


@pytest.mark.parametrize("kind", BLOCKS)
def test_where_the_size_changes_the_shortcut_follows(kind, maps):
    width = 16 * BLOCKS[kind].expansion
    for shortcut in ("A", "B"):
        block = make(kind, width=16, stride=2, shortcut=shortcut)
        assert block(maps).shape == (2, width, 3, 3)
        own = sum(parameter.numel() for name, parameter in block.named_parameters() if "downsample" in name)
        norm = 0 if kind == "pre_activation" else 2 * width
        assert own == (0 if shortcut == "A" else 8 * width + norm)


def test_shortcut_a_takes_every_second_place_and_adds_maps_of_zeros(maps):
    found = Subsampled(stride=2, new=3)(maps)
    torch.testing.assert_close(found[:, :8], maps[:, :, ::2, ::2])
    assert found.shape == (2, 11, 3, 3)
    assert not found[:, 8:].any()


def test_with_nothing_in_its_branches_a_block_that_normalises_first_is_the_identity(maps):
    block = make("pre_activation")
    torch.nn.init.zeros_(block.conv2.weight)
    torch.testing.assert_close(block(maps), maps, rtol=0, atol=0)


def test_the_gradient_of_what_comes_in_is_that_of_what_goes_out_and_the_branchs(maps):
    block = make("pre_activation")
    maps.requires_grad_()
    weights = torch.randn(2, 8, 6, 6).double()
    (through,) = torch.autograd.grad((block(maps) * weights).sum(), maps)
    (branch,) = torch.autograd.grad((block.branch(maps) * weights).sum(), maps)
    torch.testing.assert_close(through, weights + branch, rtol=0, atol=1e-12)
