"""A convolutional network for sentences (Kim 2014).

    x_i in R^d                                  the vector of word i; x_i:i+h-1: of h words, one behind the other
    c_i  = relu(w . x_i:i+h-1 + b)              a filter w in R^(h d) reads h words
    c^   = max over i of c_i                    pooling over time: does it occur anywhere?
    y    = softmax(W (z o r) + b)               z: c^ of all filters; r: dropout; each row of W has a norm of at most s

With several channels the words have several vectors, of which one stays as it is, and c_i is the sum over them before
the nonlinearity. Two departures: Kim shortens the rows of W after each step, and here W enters the product shortened,
so that the gradient knows of it; and dropout with rate p scales what is left by 1 / (1 - p) in training, where Kim
scales W by 1 - p afterwards. So the paper's s = 3 with p = 1/2 is a norm of 1.5 here. Filters and W are torch's own
layers, whose products stay in fp32 in a training in bf16: W is shortened on its way into its product, and
:mod:`softsearch.nn.products` has no convolution along one axis.

=========  =================  ==========================================
symbol     name               what it is
=========  =================  ==========================================
x          embedded
w          filters            a layer for each number of words h
c^         strength
i          places             where each filter has found its maximum
s          max_norm
=========  =================  ==========================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from softsearch.models.sentence_classifier import SentenceClassifier, word_vectors
from softsearch.shapes import Bool, Float, Int, Tensor


class Fired(NamedTuple):
    """How strongly each filter fires anywhere in a sentence, and the first word of those it fires most on."""

    strength: Float[Tensor, "batch filters"]
    places: Int[Tensor, "batch filters"]


class SentenceConvNet(SentenceClassifier):
    """Filters over words, the maximum of each over the sentence, a linear layer.

    Parameters
    ----------
    widths
        Numbers of words that filters read.
    filters
        Of each width.
    channels
        2: beside the vectors that are learnt, those it began with are read as well ("multichannel").
    dropout
        On the maxima.
    max_norm
        Of the weights of each class; None: any.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        widths: Sequence[int],
        filters: int,
        classes: int,
        channels: int,
        dropout: float,
        max_norm: float | None,
    ) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary, embedding)
        self.fixed = word_vectors(vocabulary, embedding) if channels == 2 else None
        if self.fixed is not None:
            self.fixed.load_state_dict(self.embedding.state_dict())
            self.fixed.requires_grad_(False)
        self.filters = nn.ModuleList(nn.Conv1d(embedding, filters, width) for width in widths)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(filters * len(widths), classes)
        self.max_norm = max_norm

    def forward(
        self, tokens: Int[Tensor, "batch src"], mask: Bool[Tensor, "batch src"]
    ) -> Float[Tensor, "batch classes"]:
        """Return the score of each class, a log-probability but for a constant."""
        return functional.linear(self.dropout(self.fired(tokens, mask).strength), self.weights(), self.output.bias)

    @property
    def layers(self) -> list[nn.Conv1d]:
        """Return the filters, those of each width together."""
        return [layer for layer in self.filters if isinstance(layer, nn.Conv1d)]

    def weights(self) -> Float[Tensor, "classes filters"]:
        """Return how much each filter speaks for each class."""
        if self.max_norm is None:
            return self.output.weight
        return torch.renorm(self.output.weight, p=2, dim=0, maxnorm=self.max_norm)

    def fired(self, tokens: Int[Tensor, "batch src"], mask: Bool[Tensor, "batch src"]) -> Fired:
        """Return the maximum of each filter over the sentence, and where it is."""
        found = [self._maximum(layer, tokens, mask) for layer in self.layers]
        strengths, places = zip(*found, strict=True)
        return Fired(torch.cat(strengths, dim=1), torch.cat(places, dim=1))

    def _maximum(self, layer: nn.Conv1d, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        width = layer.kernel_size[0]
        short = max(0, width - tokens.shape[1])
        tokens, mask = functional.pad(tokens, (0, short)), functional.pad(mask, (0, short))
        responses = layer(self.embedding(tokens).transpose(1, 2))
        if self.fixed is not None:
            responses = responses + functional.conv1d(self.fixed(tokens).transpose(1, 2), layer.weight)
        # a filter begins at real words only, the first one always: a sentence may be shorter than the filter
        starts = mask[:, : responses.shape[2]].clone()
        full = mask.sum(1, keepdim=True) - width + 1
        starts &= torch.arange(responses.shape[2], device=mask.device) < full.clamp(min=1)
        best = functional.relu(responses).masked_fill(~starts.unsqueeze(1), -1.0).max(dim=2)
        return best.values.clamp(min=0.0), best.indices
