"""A recipe's convolutional network becomes one, if images are large enough for it."""

from __future__ import annotations

import warnings
from typing import Any, assert_never

import torch

from softsearch.errors import DataError
from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet, LeNet
from softsearch.models.image_classifier import ImageClassifier
from softsearch.models.residual_net import IMAGENET, ResidualNet
from softsearch.recipes import schema

_LARGEST = 1_024  # edge up to which it is tried out how large is large enough


def image_network(model: schema.ImageModel, *, channels: int, size: int, classes: int) -> ImageClassifier:
    """Return a network for images of so many colours, `size` by `size`, with first weights that torch draws."""
    common = {"channels": channels, "classes": classes}
    match model:
        case schema.LeNetModel():
            return LeNet(**common, widths=model.widths, size=size, dropout=model.dropout)
        case schema.AlexNetModel():
            return AlexNet(**common, dropout=model.dropout)
        case schema.VGGModel():
            return VGG(**common, depth=model.depth, batch_norm=model.batch_norm, dropout=model.dropout)
        case schema.GoogLeNetModel():
            return GoogLeNet(**common, largest=model.largest, dropout=model.dropout)
        case schema.ResidualModel():
            block, counts = _blocks(model)
            return ResidualNet(
                **common,
                stem=model.stem,
                block=block,
                shortcut=model.shortcut or ("B" if model.stem == "imagenet" else "A"),
                residual=model.residual,
                counts=counts[: model.stages],
                width=model.width or (64 if model.stem == "imagenet" else 16),
            )
        case _:
            assert_never(model)


def _blocks(model: schema.ResidualModel) -> tuple[Any, tuple[int, ...]]:
    if model.stem == "imagenet":
        return IMAGENET[model.depth]
    each = (model.depth - 2) // (9 if model.block == "bottleneck" else 6)
    return model.block, (each,) * 3


def require_size(model: schema.ImageModel, *, channels: int, size: int, whole: bool = True) -> None:
    """Raise a DataError where images are too small for a network; it says which layer is left without places.

    Parameters
    ----------
    whole
        Whether it is to tell classes; else only its last maps are asked for.
    """

    def starved(edge: int) -> str | None:
        return _starved_layer(model, channels=channels, size=edge, whole=whole)

    layer = starved(size)
    if layer is None:
        return
    enough = next((edge for edge in range(size + 1, _LARGEST) if starved(edge) is None), None)
    problem = f"images of {size} x {size} are too small for {model.kind}: nothing is left of them at its {layer}"
    fix = f"set data.size: {enough}, or take a network for small images: lenet, or residual with stem cifar"
    raise DataError(problem, value=size, allowed=f"at least {enough}", fix=fix)


def _starved_layer(model: schema.ImageModel, *, channels: int, size: int, whole: bool) -> str | None:
    """Return the name of the layer that an image of the size does not reach; None where all have something to read."""
    reached: list[str] = []
    with torch.device("meta"), torch.no_grad(), warnings.catch_warnings(action="ignore"):
        network = image_network(model, channels=channels, size=size, classes=2).eval()
        for name, module in network.named_modules():
            if not list(module.children()):
                module.register_forward_pre_hook(lambda _module, _inputs, name=name: reached.append(name))
        try:
            images = torch.zeros(1, channels, size, size)
            _ = network(images) if whole else network.maps(images)
        except RuntimeError:
            return reached[-1]
    return None
