"""Residual blocks add what their branch finds to what came in; gradients by hand are autograd's."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

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


def norm(maps: torch.Tensor, own: dict[str, torch.Tensor], name: str) -> torch.Tensor:
    """Return maps of which each, over images and places, has the mean and the deviation that was learnt."""
    mean = maps.mean(dim=(0, 2, 3), keepdim=True)
    variance = ((maps - mean) ** 2).mean(dim=(0, 2, 3), keepdim=True)
    weight, bias = (own[f"{name}.{each}"].view(1, -1, 1, 1) for each in ("weight", "bias"))
    return weight * (maps - mean) / (variance + 1e-5).sqrt() + bias


def by_the_equations(kind: str, maps: torch.Tensor, own: dict[str, torch.Tensor], shortcut: str) -> torch.Tensor:
    """Return y = x + F(x) for a block that takes every second place."""

    def conv(read: torch.Tensor, name: str, stride: int = 1) -> torch.Tensor:
        return functional.conv2d(
            read, own[f"{name}.weight"], stride=stride, padding=own[f"{name}.weight"].shape[2] // 2
        )

    match kind:
        case "basic":
            hidden = norm(conv(maps, "conv1", 2), own, "bn1").clamp(min=0)
            branch = norm(conv(hidden, "conv2"), own, "bn2")
        case "bottleneck":
            hidden = norm(conv(maps, "conv1"), own, "bn1").clamp(min=0)
            hidden = norm(conv(hidden, "conv2", 2), own, "bn2").clamp(min=0)
            branch = norm(conv(hidden, "conv3"), own, "bn3")
        case _:
            hidden = conv(norm(maps, own, "bn1").clamp(min=0), "conv1", 2)
            branch = conv(norm(hidden, own, "bn2").clamp(min=0), "conv2")
    through = maps[:, :, ::2, ::2]
    if shortcut == "A":
        through = torch.cat([through, through.new_zeros(2, branch.shape[1] - 8, *through.shape[2:])], dim=1)
    elif kind == "pre_activation":
        through = torch.einsum("bihw,oi->bohw", through, own["downsample.weight"][:, :, 0, 0])
    else:
        through = torch.einsum("bihw,oi->bohw", through, own["downsample.0.weight"][:, :, 0, 0])
        through = norm(through, own, "downsample.1")
    total = branch + through
    return total if kind == "pre_activation" else total.clamp(min=0)


@pytest.mark.parametrize("shortcut", ["A", "B"])
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_and_its_gradients_are_those_of_the_equations(kind, shortcut, maps):
    block = make(kind, width=16, stride=2, shortcut=shortcut).train()
    own = dict(block.named_parameters())
    with torch.no_grad():
        for parameter in own.values():
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    maps.requires_grad_()
    found, expected = block(maps), by_the_equations(kind, maps, own, shortcut)
    weights = torch.randn_like(expected)
    gradients = [torch.autograd.grad((each * weights).sum(), (maps, *own.values())) for each in (found, expected)]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


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
