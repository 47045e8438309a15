"""Residual networks and plain ones of the same depth (He et al. 2016).

    ImageNet   conv 7, stride 2; max pooling; 4 stages of 64, 128, 256, 512 maps; table 1; depth 10 is not in it
    CIFAR      conv 3; 3 stages of 16, 32, 64 maps with n blocks each: depth 6n + 2; section 4.2

The first block of each stage but the first takes every second place. The last maps are averaged, and one linear layer
scores the classes. With blocks that normalise first, a last norm follows the last block, and what the stem has
normalised is normalised again, where He et al. (2016, "Identity mappings") do so once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import nn
from torch.nn import functional

from softsearch.models.image_classifier import ImageClassifier
from softsearch.nn.pooling import global_average_pool
from softsearch.nn.products import Linear
from softsearch.nn.residual import BLOCKS, BlockKind, Shortcut, conv
from softsearch.shapes import Float, Tensor

Stem = Literal["imagenet", "cifar"]

IMAGENET: dict[int, tuple[BlockKind, tuple[int, ...]]] = {
    10: ("basic", (1, 1, 1, 1)),  # not in the paper
    18: ("basic", (2, 2, 2, 2)),
    34: ("basic", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}


class ResidualNet(ImageClassifier):
    """A stem, stages of blocks, a mean, a linear layer.

    Parameters
    ----------
    stem
        What comes before the blocks.
    block, shortcut, residual
        See :mod:`softsearch.nn.residual`; without `residual` it is a plain net.
    counts
        Blocks of each stage; with fewer stages than the paper has, more places are left.
    width
        Maps of the first stage; each of the others has twice those of the one before.
    """

    only_for_scores = ("fc",)

    def __init__(
        self,
        *,
        channels: int,
        classes: int,
        stem: Stem,
        block: BlockKind,
        shortcut: Shortcut,
        residual: bool,
        counts: Sequence[int],
        width: int,
    ) -> None:
        super().__init__()
        kind = BLOCKS[block]
        large = stem == "imagenet"
        self.conv1 = conv(channels, width, kernel=7 if large else 3, stride=2 if large else 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if large else nn.Identity()
        self.num_stages, inputs = len(counts), width
        for stage, count in enumerate(counts):
            blocks = []
            for number in range(count):
                stride = 2 if stage and not number else 1
                blocks.append(
                    kind(inputs=inputs, width=width * 2**stage, stride=stride, shortcut=shortcut, residual=residual)
                )
                inputs = width * 2**stage * kind.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.last = nn.Identity() if kind.last_relu else nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        self.fc = Linear(inputs, classes)

    def maps(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return what the last block writes."""
        maps = self.maxpool(functional.relu(self.bn1(self.conv1(images))))
        for stage in range(self.num_stages):
            maps = self.get_submodule(f"layer{stage + 1}")(maps)
        return self.last(maps)

    def scores(self, maps: Float[Tensor, "batch out _ _"]) -> Float[Tensor, "batch classes"]:
        """Return the score of each class."""
        return self.fc(global_average_pool(maps))
