"""The receptive field of a layer is where its gradient reaches; parameters and multiplications are the known ones."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from softsearch.inspection.layers import layers_of
from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet, LeNet
from softsearch.models.residual_net import ResidualNet


def measured_field(model: nn.Module, name: str, size: int) -> int:
    """Return how many columns of an image have a gradient of the middle place of a layer, all weights positive."""
    for module in model.modules():
        if isinstance(module, nn.MaxPool2d):
            module.forward = nn.AvgPool2d(module.kernel_size, module.stride, module.padding).forward
    for parameter in model.parameters():
        nn.init.constant_(parameter, 0.1)
    caught = []
    model.get_submodule(name).register_forward_hook(lambda *passed: caught.append(passed[-1]))
    image = torch.ones(1, 3, size, size, dtype=torch.float64, requires_grad=True)
    model.double().eval().maps(image)
    maps = caught[0]
    maps[0, 0, maps.shape[2] // 2, maps.shape[3] // 2].backward()
    return int((image.grad[0, 0].abs().sum(0) > 0).sum())


@pytest.mark.parametrize(
    ("stem", "block", "residual"),
    [
        ("cifar", "basic", True),
        ("cifar", "bottleneck", False),
        ("cifar", "pre_activation", True),
        ("imagenet", "basic", True),
        ("imagenet", "bottleneck", True),
    ],
)
def test_a_layer_sees_the_places_that_its_gradient_reaches(stem, block, residual):
    kind = {"channels": 3, "classes": 4, "stem": stem, "block": block, "shortcut": "B", "residual": residual}
    model = ResidualNet(**kind, counts=(1, 2), width=2)
    found = {layer.name: layer.field for layer in layers_of(model, channels=3, size=(160, 160))}
    for name in ("conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.1.conv2"):
        assert found[name] == measured_field(model, name, 160), name
    assert found["fc"] == math.inf


def test_branches_side_by_side_see_what_the_widest_sees():
    with torch.device("meta"):
        model = GoogLeNet(channels=3, classes=10, largest=5, dropout=0.0)
    found = {layer.name: layer.field for layer in layers_of(model, channels=3, size=(64, 64))}
    before = found["conv3.conv"] + 2 * 4  # a pool of three, on places four apart
    assert found["inception3a.branch1.conv"] == before
    assert found["inception3a.branch3.1.conv"] == before + 4 * 8
    assert found["inception3b.branch1.conv"] == before + 4 * 8


@pytest.mark.parametrize(
    ("model", "billion", "field"),
    [
        (lambda: AlexNet(channels=3, classes=1_000, dropout=0.5), 0.714, 195),
        (lambda: VGG(channels=3, classes=1_000, depth=16, batch_norm=False, dropout=0.5), 15.47, 212),
    ],
)
def test_known_nets_multiply_and_see_as_much_as_is_known(model, billion, field):
    with torch.device("meta"):
        made = model()
    found = layers_of(made, channels=3, size=(224, 224))
    assert sum(layer.multiplications for layer in found) / 1e9 == pytest.approx(billion, rel=1e-3)
    assert max(layer.field for layer in found if layer.field < math.inf) == field
    assert sum(layer.parameters for layer in found) == sum(parameter.numel() for parameter in made.parameters())


def test_a_layer_is_told_with_what_it_writes_and_the_model_stays_as_it_was():
    model = LeNet(channels=1, classes=10, widths=(6, 16, 120, 84), size=28, dropout=0.0)
    (first, *_, last) = layers_of(model, channels=1, size=(28, 28))
    assert first == ("features.0", "Conv2d", (6, 28, 28), 156, 6 * 25 * 28 * 28, 5)
    assert (last.kind, last.shape, last.multiplications) == ("Linear", (10,), 840)
    assert model.training
    assert not model.features[0]._forward_hooks
    assert next(model.parameters()).device.type == "cpu"
