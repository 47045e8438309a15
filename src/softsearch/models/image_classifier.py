"""What a network that looks at images must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import nn

from softsearch.nn.annotations import Annotations
from softsearch.shapes import Float, Tensor


class ImageClassifier(nn.Module, ABC):
    """A convolutional network whose last maps are pooled, or read as a whole, into a score for each class.

    Attributes
    ----------
    only_for_scores
        The names of the modules that turn maps into scores.
    """

    only_for_scores: ClassVar[tuple[str, ...]]

    @abstractmethod
    def maps(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return the last maps that still know places."""

    @abstractmethod
    def scores(self, maps: Float[Tensor, "batch out _ _"]) -> Float[Tensor, "batch classes"]:
        """Return the score of each class, a log-probability but for a constant."""

    def forward(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch classes"]:
        """Return the score of each class."""
        return self.scores(_in_full(self.maps(images)))

    def lose_head(self) -> None:
        """Take out what only scores need: what is left gives maps and annotations."""
        for name in self.only_for_scores:
            delattr(self, name)

    def annotations(self, images: Float[Tensor, "batch in height width"]) -> Annotations:
        """Return the last maps as annotations, one for each place, row after row (Xu et al. 2015, section 3.1.1)."""
        maps = _in_full(self.maps(images))
        values = maps.flatten(2).transpose(1, 2)
        mask = values.new_ones(values.shape[:2]).bool()
        return Annotations(values, mask, values.mean(dim=1))


def _in_full(maps: Float[Tensor, "batch out height width"]) -> Float[Tensor, "batch out height width"]:
    """Return maps in fp32, if they were in bf16."""
    return maps.to(torch.promote_types(maps.dtype, torch.float32))
