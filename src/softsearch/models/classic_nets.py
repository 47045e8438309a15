"""Convolutional networks from 1998 to 2014, in the shapes of their papers, with relu and max pooling throughout.

    LeNet-5      LeCun et al. (1998), figure 2; every map of the third layer reads all of the second
    AlexNet      Krizhevsky et al. (2012), in the one-column form of Krizhevsky (2014)
    VGG          Simonyan and Zisserman (2015), table 1: columns A, B, D, E, with batch norm if wanted
    GoogLeNet    Szegedy et al. (2015), table 1; normalised, without the two classifiers at its sides

The names of weights are those of the published ones. AlexNet and VGG, which have nothing that normalises, begin as He
et al. (2015) have it, variance 2 / fan in, so that many layers of relu neither shrink nor blow up what they read.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn

from softsearch.models.image_classifier import ImageClassifier
from softsearch.nn.pooling import adaptive_average_pool, global_average_pool
from softsearch.nn.products import Conv2d, Linear
from softsearch.shapes import Float, Tensor

VGG_STAGES: dict[int, tuple[int, ...]] = {  # convolutions of each stage, by depth
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
_VGG_WIDTHS = (64, 128, 256, 512, 512)


class _Stages(ImageClassifier):
    """`features` write the last maps; `classifier` reads them: all, or averages of `places` by `places`."""

    only_for_scores = ("classifier",)
    places: ClassVar[int | None] = None
    features: nn.Sequential
    classifier: nn.Sequential

    def maps(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return the maps of the last stage."""
        return self.features(images)

    def scores(self, maps: Float[Tensor, "batch out _ _"]) -> Float[Tensor, "batch classes"]:
        """Return the score of each class."""
        read = maps if self.places is None else adaptive_average_pool(maps, size=(self.places, self.places))
        return self.classifier(read.flatten(1))


class LeNet(_Stages):
    """Two stages of convolution and pooling, three linear layers, for digits.

    Parameters
    ----------
    widths
        Maps of the two stages, and units of the two hidden layers: (6, 16, 120, 84) in the paper.
    size
        Edge of the images: 28, which the first layer pads to the paper's 32.
    dropout
        Share of the hidden units that are put to zero in training.
    """

    def __init__(
        self, *, channels: int, classes: int, widths: tuple[int, int, int, int], size: int, dropout: float
    ) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.features = nn.Sequential(
            *(Conv2d(channels, first, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(Conv2d(first, second, 5), nn.ReLU(), nn.MaxPool2d(2)),
        )
        edge = (size // 2 - 4) // 2
        self.classifier = nn.Sequential(
            *(Linear(second * edge**2, third), nn.ReLU(), nn.Dropout(dropout)),
            *(Linear(third, fourth), nn.ReLU()),
            Linear(fourth, classes),
        )


class AlexNet(_Stages):
    """Five convolutions and three linear layers, dropout before the first two of these."""

    places = 6

    def __init__(self, *, channels: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(Conv2d(channels, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
            *(Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
            *(Conv2d(192, 384, 3, padding=1), nn.ReLU()),
            *(Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            *(Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2)),
        )
        self.classifier = nn.Sequential(
            *(nn.Dropout(dropout), Linear(256 * 6 * 6, 4_096), nn.ReLU()),
            *(nn.Dropout(dropout), Linear(4_096, 4_096), nn.ReLU()),
            Linear(4_096, classes),
        )
        _initialise(self)


class VGG(_Stages):
    """Stages of convolutions of three by three, each stage pooled, and three linear layers.

    Parameters
    ----------
    depth
        11, 13, 16 or 19 layers with weights.
    batch_norm
        Whether each convolution is normalised; in 2014 none was.
    dropout
        After the first two linear layers.
    """

    places = 7

    def __init__(
        self, *, channels: int, classes: int, depth: Literal[11, 13, 16, 19], batch_norm: bool, dropout: float
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = channels
        for width, number in zip(_VGG_WIDTHS, VGG_STAGES[depth], strict=True):
            for _ in range(number):
                layers.append(Conv2d(inputs, width, 3, padding=1))
                layers += [nn.BatchNorm2d(width), nn.ReLU()] if batch_norm else [nn.ReLU()]
                inputs = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            *(Linear(512 * 7 * 7, 4_096), nn.ReLU(), nn.Dropout(dropout)),
            *(Linear(4_096, 4_096), nn.ReLU(), nn.Dropout(dropout)),
            Linear(4_096, classes),
        )
        _initialise(self)


def _initialise(model: nn.Module) -> None:
    """Let each layer pass on as much as it reads, on the mean over the weights."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)


class Normalised(nn.Module):
    """A convolution that keeps the size, strides apart, normalised, and relu."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return relu(norm(conv(x)))."""
        return nn.functional.relu(self.bn(self.conv(inputs)))


class Inception(nn.Module):
    """Filters of several sizes side by side, what they write one behind the other; figure 2(b).

    Parameters
    ----------
    inputs
        Maps that it reads.
    one
        Maps of the filters of one place.
    three, five
        Maps that are left for the larger filters to read, and that these write.
    pooled
        Maps of the filters of one place that follow max pooling.
    largest
        Edge of the largest filters: 5 in the paper, 3 in the published weights.
    """

    def __init__(
        self,
        inputs: int,
        one: int,
        three: tuple[int, int],
        five: tuple[int, int],
        pooled: int,
        *,
        largest: Literal[3, 5],
    ) -> None:
        super().__init__()
        self.branch1 = Normalised(inputs, one, kernel=1)
        self.branch2 = nn.Sequential(Normalised(inputs, three[0], kernel=1), Normalised(*three, kernel=3))
        self.branch3 = nn.Sequential(Normalised(inputs, five[0], kernel=1), Normalised(*five, kernel=largest))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), Normalised(inputs, pooled, kernel=1))

    def forward(self, inputs: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out height width"]:
        """Return the maps of all branches."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(inputs) for branch in branches], dim=1)


class GoogLeNet(ImageClassifier):
    """Nine inception blocks, a mean, dropout and one linear layer."""

    only_for_scores = ("dropout", "fc")

    def __init__(self, *, channels: int, classes: int, largest: Literal[3, 5], dropout: float) -> None:
        super().__init__()
        self.conv1 = Normalised(channels, 64, kernel=7, stride=2)
        self.conv2 = Normalised(64, 64, kernel=1)
        self.conv3 = Normalised(64, 192, kernel=3)
        self.inception3a = Inception(192, 64, (96, 128), (16, 32), 32, largest=largest)
        self.inception3b = Inception(256, 128, (128, 192), (32, 96), 64, largest=largest)
        self.inception4a = Inception(480, 192, (96, 208), (16, 48), 64, largest=largest)
        self.inception4b = Inception(512, 160, (112, 224), (24, 64), 64, largest=largest)
        self.inception4c = Inception(512, 128, (128, 256), (24, 64), 64, largest=largest)
        self.inception4d = Inception(512, 112, (144, 288), (32, 64), 64, largest=largest)
        self.inception4e = Inception(528, 256, (160, 320), (32, 128), 128, largest=largest)
        self.inception5a = Inception(832, 256, (160, 320), (32, 128), 128, largest=largest)
        self.inception5b = Inception(832, 384, (192, 384), (48, 128), 128, largest=largest)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.last_pool = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = Linear(1_024, classes)

    def maps(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return the maps of the last inception block."""
        maps = self.pool(self.conv1(images))
        maps = self.pool(self.conv3(self.conv2(maps)))
        maps = self.pool(self.inception3b(self.inception3a(maps)))
        for block in (self.inception4a, self.inception4b, self.inception4c, self.inception4d, self.inception4e):
            maps = block(maps)
        return self.inception5b(self.inception5a(self.last_pool(maps)))

    def scores(self, maps: Float[Tensor, "batch out _ _"]) -> Float[Tensor, "batch classes"]:
        """Return the score of each class."""
        return self.fc(self.dropout(global_average_pool(maps)))
