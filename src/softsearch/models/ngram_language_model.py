"""Counted n-grams as a language model: it remembers the last n-1 words, and nothing in it is learnt by gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import torch

from softsearch.models.language_model import LanguageModel
from softsearch.models.ngram import NOTHING, NGrams, Table, count_ngrams
from softsearch.shapes import Int, Tensor

_FIELD = "head.{}_{}"  # what nn.Module calls the tables of the head


@final
class NGramLanguageModel(LanguageModel):
    """The last words are the state; the n-grams, which are the output layer, read them.

    Parameters
    ----------
    head
        The n-grams.
    """

    head: NGrams

    def __init__(self, head: NGrams) -> None:
        super().__init__()
        self.head = head

    @classmethod
    def count(
        cls, ids: Int[Tensor, " length"], *, order: int, vocabulary: int, boundary: int | None
    ) -> NGramLanguageModel:
        """Count a text; the parameters are those of :func:`~softsearch.models.ngram.count_ngrams`."""
        tables = count_ngrams(ids, order=order, vocabulary=vocabulary, boundary=boundary)
        return cls(NGrams(tables, vocabulary=vocabulary))

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor], *, vocabulary: int) -> NGramLanguageModel:
        """Return the model whose ``state_dict()`` these are."""
        lengths = range(1, len(weights) // len(Table._fields) + 1)
        tables = [Table(*(weights[_FIELD.format(name, length)] for name in Table._fields)) for length in lengths]
        return cls(NGrams(tables, vocabulary=vocabulary))

    def start(self, batch: int) -> tuple[Int[Tensor, "batch width"]]:
        """Return that there are no words."""
        return (torch.full((batch, self.head.order - 1), NOTHING, device=self.head.get_buffer("keys_1").device),)

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: tuple[Int[Tensor, "batch width"]]
    ) -> tuple[Int[Tensor, "batch length features"], tuple[Int[Tensor, "batch width"]]]:
        """Read the next window; after each token, the last n-1 are what the n-grams are asked of."""
        width = self.head.order - 1
        words = torch.cat([state[0], tokens], dim=1)
        return words.unfold(1, width, 1)[:, 1:], (words[:, tokens.shape[1] :],)
