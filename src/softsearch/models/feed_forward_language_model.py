"""The feed-forward n-gram net (Bengio et al. 2003): the next word from the last few, and no other memory.

    x_t = [E w_t-n+2; ...; E w_t]                               embeddings of the last n-1 words, side by side
    h_t = tanh(H x_t + d)
    p(w_t+1 | w_t-n+2 .. w_t) = softmax(U h_t + W x_t + b)     W: direct connections, where there are any

E is shared by all places. The state is the last n-2 words; before a text there is none of them, and a vector of its own
stands for each.

Departure: the paper has no dropout, and decays all weights but the biases instead.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.language_model import LanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import Head
from softsearch.nn.products import Linear
from softsearch.shapes import Float, Int, Tensor


@final
class FeedForwardLanguageModel(LanguageModel):
    """A hidden layer over the embeddings of the last few words.

    Parameters
    ----------
    order
        n: it reads n-1 words; at least 2.
    direct
        Whether the output layer reads the embeddings, too, behind the hidden layer: U and W are one matrix.
    dropout
        Rate on embeddings and on the hidden layer.
    """

    def __init__(
        self, *, vocabulary: int, embedding: int, hidden: int, order: int, direct: bool, head: Head, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary + 1, embedding)  # the last one stands where there is no word
        self.hidden = Linear((order - 1) * embedding, hidden)
        self.head = head
        self.dropout = Dropout(dropout)
        self.order, self.direct, self.nothing = order, direct, vocabulary
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)

    def start(self, batch: int) -> tuple[Int[Tensor, "batch length"]]:
        """Return that there are no words."""
        words = torch.full((batch, self.order - 2), self.nothing, device=self.embedding.weight.device)
        return (words,)

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: tuple[Int[Tensor, "batch width"]]
    ) -> tuple[Float[Tensor, "batch length features"], tuple[Int[Tensor, "batch width"]]]:
        """Read the next window."""
        words = torch.cat([state[0], tokens], dim=1)
        embedded = self.dropout(self.embedding(words))
        length = tokens.shape[1]
        side_by_side = torch.cat([embedded[:, start : start + length] for start in range(self.order - 1)], dim=2)
        features = self.dropout(torch.tanh(self.hidden(side_by_side)))
        features = torch.cat([features, side_by_side], dim=2) if self.direct else features
        return features, (words[:, words.shape[1] - (self.order - 2) :],)
