"""A sentence as a bag of its words (Joulin et al. 2017): what order has to say is what this one cannot know.

y = softmax(W 1/n sum over i of x_i + b)
"""

from __future__ import annotations

from torch import nn

from softsearch.models.sentence_classifier import SentenceClassifier, word_vectors
from softsearch.nn.annotations import mean_over
from softsearch.nn.products import Linear
from softsearch.shapes import Bool, Float, Int, Tensor


class BagOfWords(SentenceClassifier):
    """The mean of the vectors of the words, dropout, and a linear layer."""

    def __init__(self, *, vocabulary: int, embedding: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.embedding = word_vectors(vocabulary, embedding)
        self.dropout = nn.Dropout(dropout)
        self.output = Linear(embedding, classes)

    def forward(
        self, tokens: Int[Tensor, "batch src"], mask: Bool[Tensor, "batch src"]
    ) -> Float[Tensor, "batch classes"]:
        """Return the score of each class, a log-probability but for a constant."""
        return self.output(self.dropout(mean_over(self.embedding(tokens), mask)))
