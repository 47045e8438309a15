"""Convolutional networks have the parameters, the names of weights and the maps of the published ones."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("resnet50", ["conv1.weight", "bn1.running_var", "layer1.0.conv3.weight", "layer1.0.downsample.1.bias",
                      "layer4.2.bn3.weight", "fc.bias"]),
        ("alexnet", ["features.10.bias", "classifier.1.weight", "classifier.6.weight"]),
        ("vgg16", ["features.28.weight", "classifier.0.weight", "classifier.6.bias"]),
        ("vgg16_bn", ["features.41.running_mean", "features.40.weight"]),
        ("googlenet", ["conv1.conv.weight", "inception3a.branch2.1.bn.weight", "inception5b.branch4.1.conv.weight"]),
    ],
)  # fmt: skip
def test_their_weights_have_the_published_names(name, weights):
    with torch.device("meta"):
        assert set(weights) <= set(imagenet(name).state_dict())


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
