"""Output layers: from features to a distribution over the vocabulary, and to the cross-entropy of targets.

    softmax     p = softmax(W h + b)

    adaptive    p(w) = p(w or its cluster) [p(w | its cluster), if it is in one]          Grave et al. (2017), section 4
                frequent words and the clusters of rarer ones share a first, small softmax; a cluster has a softmax of
                its own over narrower features, V_k P_k h, which is computed where one of its words is the target only

    sampled     in training the sum of exp(s) over all other words is estimated from n words drawn from q, each hit
                with exp(s_w) / (n q_w) (importance sampling: Bengio and Senecal 2003; Jean et al. 2015, section 3);
                otherwise as softmax

For a large vocabulary the softmax is most of the work; the other two do less of it. Both count on ids in the order of
frequency, as tokenizers of words make them: q falls as 1 / (w + 1), and clusters are ranges of ids.

========  ===================================  ==================================================
symbol    name                                 shape
========  ===================================  ==================================================
h, w      ``features``, ``targets``            rows features; rows
p         what a head returns, as a logarithm  rows vocabulary
W, b      ``layer.weight``, ``layer.bias``     vocabulary features; vocabulary
P_k, V_k  ``narrow[k]``, ``clusters[k]``       _ features; _ _, with a bias
q, n      ``shares``, ``samples``              vocabulary; scalar
s         ``own``, ``others``                  rows; rows _, of the target and of the words drawn
========  ===================================  ==================================================
"""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from softsearch.nn.losses import linear_cross_entropy
from softsearch.nn.products import Linear
from softsearch.shapes import Float, Int, Tensor


class Head(nn.Module, ABC):
    """An output layer."""

    @abstractmethod
    def cross_entropy(
        self, features: Float[Tensor, "rows features"], targets: Int[Tensor, " rows"]
    ) -> Float[Tensor, ""]:
        """Return the summed cross-entropy of targets, in nats; it can be differentiated once."""

    @abstractmethod
    def forward(self, features: Float[Tensor, "rows features"]) -> Float[Tensor, "rows vocabulary"]:
        """Return the log-probability of each token, in nats."""


class SoftmaxHead(Head):
    """One linear layer and a softmax."""

    def __init__(self, *, features: int, vocabulary: int) -> None:
        super().__init__()
        self.layer = Linear(features, vocabulary)
        nn.init.zeros_(self.layer.bias)

    def cross_entropy(
        self, features: Float[Tensor, "rows features"], targets: Int[Tensor, " rows"]
    ) -> Float[Tensor, ""]:
        """Return the summed cross-entropy of targets, in nats; it can be differentiated once."""
        return linear_cross_entropy(features, self.layer.weight, self.layer.bias, targets, smoothing=0.0)

    def forward(self, features: Float[Tensor, "rows features"]) -> Float[Tensor, "rows vocabulary"]:
        """Return the log-probability of each token, in nats."""
        return self.layer(features).log_softmax(dim=1)


class SampledHead(SoftmaxHead):
    """A softmax that is learnt against drawn words: `samples` for a batch, the same for all of its rows."""

    def __init__(self, *, features: int, vocabulary: int, samples: int) -> None:
        super().__init__(features=features, vocabulary=vocabulary)
        self.samples = samples
        ranks = torch.arange(vocabulary, dtype=torch.float64)
        shares = torch.log1p(1 / (ranks + 1)) / math.log1p(vocabulary)  # sums to one
        self.shares: Tensor
        self.register_buffer("shares", shares, persistent=False)

    def cross_entropy(
        self, features: Float[Tensor, "rows features"], targets: Int[Tensor, " rows"]
    ) -> Float[Tensor, ""]:
        """Return the summed cross-entropy of targets; in training it is estimated from the words that were drawn."""
        if not self.training:
            return super().cross_entropy(features, targets)
        drawn = torch.multinomial(self.shares, self.samples, replacement=True)
        offsets = (self.samples * self.shares).log().to(features.dtype)
        weight, bias = self.layer.weight, self.layer.bias
        own = (features * weight[targets]).sum(1) + bias[targets]  # certain, however often it might be drawn
        others = torch.addmm(bias[drawn] - offsets[drawn], features, weight[drawn].t())
        others = others.masked_fill(drawn == targets.unsqueeze(1), float("-inf"))  # the target is there already
        scores = torch.cat([own.unsqueeze(1), others], dim=1)
        return (scores.logsumexp(dim=1) - own).sum()


class AdaptiveHead(Head):
    """Softmaxes of decreasing width.

    Parameters
    ----------
    cutoffs
        The first id of each cluster, increasing; without any it is a softmax.
    shrink
        Each cluster's features are so many times narrower than those of the one before.
    """

    def __init__(self, *, features: int, vocabulary: int, cutoffs: Sequence[int], shrink: int) -> None:
        super().__init__()
        self.frequent, *_ = edges = [*cutoffs, vocabulary]
        self.ranges = list(itertools.pairwise(edges))
        self.first = Linear(features, self.frequent + len(cutoffs))
        widths = [max(1, features // shrink ** (number + 1)) for number in range(len(cutoffs))]
        self.narrow = nn.ModuleList(Linear(features, width, bias=False) for width in widths)
        self.clusters = nn.ModuleList(
            Linear(width, high - low) for width, (low, high) in zip(widths, self.ranges, strict=True)
        )

    def cross_entropy(
        self, features: Float[Tensor, "rows features"], targets: Int[Tensor, " rows"]
    ) -> Float[Tensor, ""]:
        """Return the summed cross-entropy of targets, in nats; it can be differentiated once."""
        coarse, total = targets.clone(), features.new_zeros(())
        for number, ((low, high), narrow, cluster) in enumerate(
            zip(self.ranges, self.narrow, self.clusters, strict=True)
        ):
            assert isinstance(cluster, Linear)
            inside = (targets >= low) & (targets < high)
            coarse = torch.where(inside, self.frequent + number, coarse)
            if inside.any():
                total = total + linear_cross_entropy(
                    narrow(features[inside]), cluster.weight, cluster.bias, targets[inside] - low, smoothing=0.0
                )
        return total + linear_cross_entropy(features, self.first.weight, self.first.bias, coarse, smoothing=0.0)

    def forward(self, features: Float[Tensor, "rows features"]) -> Float[Tensor, "rows vocabulary"]:
        """Return the log-probability of each token, in nats."""
        first = functional.log_softmax(self.first(features), dim=1)
        parts = [first[:, : self.frequent]]
        for number, (narrow, cluster) in enumerate(zip(self.narrow, self.clusters, strict=True)):
            inside = functional.log_softmax(cluster(narrow(features)), dim=1)
            parts.append(first[:, self.frequent + number, None] + inside)
        return torch.cat(parts, dim=1)


def tie(head: Head, embedding: nn.Embedding) -> None:
    """Let an output layer share its matrix with the embeddings (Press and Wolf 2017); ValueError if it has several."""
    if not isinstance(head, SoftmaxHead):
        raise ValueError("only a softmax of one matrix can be tied to the embeddings")
    head.layer.weight = embedding.weight
