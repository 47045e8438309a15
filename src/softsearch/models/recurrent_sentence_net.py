"""A recurrent network that reads a sentence, in one direction or both, and says of which class it is.

h_1 .. h_n = encoder(x_1 .. x_n)            annotations of the words (softsearch.nn.recurrent)
z = the last state of each direction        "last"
  = 1/n sum over i of h_i                   "mean"
  = max over i of h_i, number by number     "max" (Conneau et al. 2017)
y = softmax(W z + b)
"""

from __future__ import annotations

from typing import Literal

import torch

from softsearch.models.sentence_classifier import SentenceClassifier, word_vectors
from softsearch.nn.annotations import Annotations, mean_over
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder
from softsearch.shapes import Bool, Float, Int, Tensor

Pooling = Literal["last", "mean", "max"]


class RecurrentSentenceNet(SentenceClassifier):
    """Vectors of words, recurrent layers, one vector for the whole sentence, a linear layer.

    Parameters
    ----------
    pooling
        What becomes of the annotations.
    dropout
        Of the vectors, between layers, and of what is pooled.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        layers: Layers,
        direction: Direction,
        pooling: Pooling,
        classes: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary, embedding)
        self.encoder = RecurrentEncoder(layers, input=embedding, direction=direction, dropout=dropout)
        self.pooling = pooling
        self.dropout = Dropout(dropout)
        self.output = Linear(self.encoder.width, classes)

    def forward(
        self, tokens: Int[Tensor, "batch src"], mask: Bool[Tensor, "batch src"]
    ) -> Float[Tensor, "batch classes"]:
        """Return the score of each class, a log-probability but for a constant."""
        annotations = self.encoder(self.dropout(self.embedding(tokens)), mask)
        return self.output(self.dropout(pooled(annotations, self.pooling)))


def pooled(annotations: Annotations, pooling: Pooling) -> Float[Tensor, "batch annotation"]:
    """Return one vector for each sentence; where a sentence has no word, zeros."""
    values, mask, summary = annotations
    match pooling:
        case "last":
            return summary
        case "mean":
            return mean_over(values, mask)
        case "max":
            greatest = values.masked_fill(~mask.unsqueeze(2), -torch.inf).amax(dim=1)
            return torch.where(mask.any(dim=1, keepdim=True), greatest, 0.0)
