"""What a network that tells sentences apart must offer, and the vectors of words that all of them read."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn

from softsearch.shapes import Bool, Float, Int, Tensor

_BOUND = 0.25
_PADDING = 0  # the token behind the end of a sentence


class SentenceClassifier(nn.Module, ABC):
    """A network that reads the words of a sentence and scores its classes."""

    @abstractmethod
    def forward(
        self, tokens: Int[Tensor, "batch src"], mask: Bool[Tensor, "batch src"]
    ) -> Float[Tensor, "batch classes"]:
        """Return the score of each class, a log-probability but for a constant."""


def word_vectors(vocabulary: int, width: int) -> nn.Embedding:
    """Return vectors that begin as small as published ones (Kim 2014, section 3.3); that of padding is zero."""
    embedding = nn.Embedding(vocabulary, width, padding_idx=_PADDING)
    nn.init.uniform_(embedding.weight, -_BOUND, _BOUND)
    with torch.no_grad():
        embedding.weight[_PADDING] = 0.0
    return embedding
