"""Convolutional networks have the parameters, the names of weights and the maps of the published ones."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet, LeNet
from softsearch.models.residual_net import IMAGENET, ResidualNet

# Of the networks that torchvision publishes weights for, 1000 classes (its documentation's tables).
PARAMETERS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "vgg11_bn": 132_868_840,
    "vgg16_bn": 138_365_992,
    "googlenet": 6_624_904,
}


def imagenet(name: str):
    common = {"channels": 3, "classes": 1_000}
    if name.startswith("resnet"):
        block, counts = IMAGENET[int(name.removeprefix("resnet"))]
        kind = {"stem": "imagenet", "block": block, "shortcut": "B", "residual": True, "counts": counts, "width": 64}
        return ResidualNet(**common, **kind)
    if name.startswith("vgg"):
        depth, _, norm = name.removeprefix("vgg").partition("_")
        return VGG(**common, depth=int(depth), batch_norm=bool(norm), dropout=0.5)
    return AlexNet(**common, dropout=0.5) if name == "alexnet" else GoogLeNet(**common, largest=3, dropout=0.2)


def cifar(depth: int, **changes):
    fields = {"channels": 3, "classes": 10, "stem": "cifar", "block": "basic", "shortcut": "A", "residual": True}
    return ResidualNet(**fields | {"counts": ((depth - 2) // 6,) * 3, "width": 16} | changes)


def size(model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", PARAMETERS)
def test_imagenet_nets_have_the_parameters_and_the_scores_of_the_published_ones(name):
    with torch.device("meta"):
        model, images = imagenet(name), torch.zeros(2, 3, 224, 224)
        assert size(model) == PARAMETERS[name]
        assert model(images).shape == (2, 1_000)
        assert model.maps(images).shape[2:] == ((6, 6) if name == "alexnet" else (7, 7))


# Of every name and shape of torchvision 0.28's state_dict(), GoogLeNet's classifiers at its sides apart: what `names`
# below makes of them.
NAMES = {
    "resnet18": "5191d63ec3989592",
    "resnet34": "f8de2a1812ef85e4",
    "resnet50": "a87e91cd6bd1f939",
    "resnet101": "dbc3ca74fffafc72",
    "resnet152": "7d486dbdc941506e",
    "alexnet": "935c1ea73a7869ee",
    "vgg11": "b11acd4f90d9643f",
    "vgg13": "79ca8fd7a1480aa7",
    "vgg16": "ba63c2556d912509",
    "vgg19": "393fac8b08b63fbe",
    "vgg11_bn": "56ed5816909a8132",
    "vgg13_bn": "e4f52ce016e5e82f",
    "vgg16_bn": "86bad13b66635552",
    "vgg19_bn": "faf0fdbb92f698c6",
    "googlenet": "545eb1baab91f5d8",
}
# What torchvision 0.28 makes of weights and an image that `fill` and `noise` below draw: the first three scores.
SCORES = {
    "resnet18": (-14.331, -14.73365, 0.51213),
    "resnet50": (30.61469, 66.27152, -43.38375),
    "googlenet": (-2.95243, 6.50271, -1.11516),
    "alexnet": (-5.39313, -5.19821, 4.0295),
    "vgg11_bn": (-0.02468, -0.08746, 0.02573),
}


def names(model) -> str:
    lines = sorted(f"{name} {tuple(tensor.shape)}" for name, tensor in model.state_dict().items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def noise(seed: int, shape) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(tuple(shape)).astype(np.float32))


@torch.no_grad()
def fill(model) -> None:
    """Give each weight numbers that follow from its name."""
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        drawn = noise(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"), tensor.shape)
        if name.endswith("running_var"):
            drawn = drawn.abs() + 0.5
        elif tensor.dim() == 1:
            drawn = drawn * 0.1 + ("bn" in name and name.endswith("weight"))
        else:
            drawn = drawn * (2 / np.prod(tensor.shape[1:])) ** 0.5
        tensor.copy_(drawn)


@pytest.mark.parametrize("name", NAMES)
def test_their_weights_have_the_published_names_and_shapes(name):
    with torch.device("meta"):
        assert names(imagenet(name)) == NAMES[name]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ("alexnet", "vgg11_bn"))) for name in SCORES]
)
def test_with_the_same_weights_they_give_the_published_networks_scores(name):
    model = imagenet(name).eval()
    fill(model)
    with torch.no_grad():
        found = model(noise(1, (1, 3, 96, 96)))[0, :3]
    assert found.tolist() == pytest.approx(SCORES[name], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("depth", [11, 19])
def test_what_a_vgg_reads_neither_dies_out_nor_blows_up_before_it_has_learnt_anything(depth):
    torch.manual_seed(1)
    with torch.no_grad():
        maps = VGG(channels=3, classes=10, depth=depth, batch_norm=False, dropout=0.0).features(
            noise(1, (2, 3, 64, 64))
        )
    assert 0.1 < float(maps.square().mean().sqrt()) < 10


@pytest.mark.parametrize(("depth", "million"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)])
def test_cifar_nets_of_depth_6n_plus_2_have_the_parameters_of_the_paper(depth, million):
    with torch.device("meta"):
        model = cifar(depth)
        layers = [name for name, each in model.named_modules() if isinstance(each, torch.nn.Conv2d | torch.nn.Linear)]
        assert len(layers) == depth
        assert size(model) / 1e6 == pytest.approx(million, rel=0.03)
        assert model.maps(torch.zeros(2, 3, 32, 32)).shape == (2, 64, 8, 8)


def test_a_plain_net_has_the_layers_of_the_residual_one_and_nothing_beside_them():
    plain, residual = (cifar(20, residual=flag) for flag in (False, True))
    assert plain.state_dict().keys() == residual.state_dict().keys()
    plain.load_state_dict(residual.state_dict())
    images = torch.randn(2, 3, 32, 32)
    assert not torch.allclose(plain.eval()(images), residual.eval()(images))


def test_lenet_5_has_the_papers_layers():
    model = LeNet(channels=1, classes=10, widths=(6, 16, 120, 84), size=28, dropout=0.0)
    shapes = [tuple(weight.shape) for weight in model.parameters() if weight.dim() > 1]
    assert shapes == [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
    assert model.maps(torch.zeros(1, 1, 28, 28)).shape == (1, 16, 5, 5)


def test_filters_of_several_sizes_write_side_by_side():
    with torch.device("meta"):
        model = GoogLeNet(channels=3, classes=10, largest=5, dropout=0.0)
        found = model.inception3a(torch.zeros(1, 192, 28, 28))
        assert found.shape == (1, 64 + 128 + 32 + 32, 28, 28)
        assert model.inception3a.branch3[1].conv.kernel_size == (5, 5)


def test_annotations_are_the_last_maps_place_by_place():
    model, images = cifar(8).eval(), torch.randn(2, 3, 16, 16)
    maps, found = model.maps(images), model.annotations(images)
    assert found.values.shape == (2, 16, 64)
    assert torch.equal(found.values[1, 4 * 2 + 3], maps[1, :, 2, 3])
    assert found.mask.all()
    torch.testing.assert_close(found.summary, maps.mean(dim=(2, 3)))


def test_any_number_of_channels_and_other_sizes_of_images_are_read():
    assert cifar(8, channels=1).eval()(torch.randn(2, 1, 21, 17)).shape == (2, 10)
    with torch.device("meta"):
        assert imagenet("alexnet")(torch.zeros(1, 3, 160, 200)).shape == (1, 1_000)
