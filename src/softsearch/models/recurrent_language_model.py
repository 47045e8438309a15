"""The recurrent language model (Mikolov et al. 2010; with LSTM layers and dropout between them Zaremba et al. 2014).

    x_t   = E w_t                                        embedding
    h_t   = layers(x_t, h_t-1)                           recurrent, one on top of the other
    p(w_t+1 | w_1 .. w_t) = softmax(W h_t + b)           W is E, where embeddings are tied

With lags the output layer reads a decaying sum over the last states, each through a matrix of its own:

    p(w_t+1 | w_1 .. w_t) = softmax(sum over i = 0 .. lags of decay^i W_i h_t-i + b)

which is one product with [h_t; decay h_t-1; decay^2 h_t-2; ...].

Dropout is on what each layer reads and on what the output layer reads, never on what a layer hands to itself.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.language_model import LanguageModel
from softsearch.nn.cells import State
from softsearch.nn.heads import Head, tie
from softsearch.nn.recurrent import Layers, RecurrentLayer, UpperLayers
from softsearch.shapes import Float, Int, Tensor


@final
class RecurrentLanguageModel(LanguageModel):
    """Recurrent layers that read a text and say at each token what comes next.

    Parameters
    ----------
    head
        The output layer, which reads what the top layer writes: `lags` + 1 times its width.
    lags, decay
        Of the sum above.
    dropout
        On embeddings, between layers and on what the output layer reads.
    tie_embeddings
        The output layer shares its matrix with the embeddings (Press and Wolf 2017); `embedding` equals the width of
        the layers.
    init
        All weights are drawn uniformly from -init to init, biases too; None: each by its own rule.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        layers: Layers,
        head: Head,
        lags: int,
        decay: float,
        dropout: nn.Module,
        tie_embeddings: bool,
        init: float | None,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding)
        self.first = RecurrentLayer(cell=layers.cell, input=embedding, hidden=layers.hidden)
        self.dropout = dropout
        self.upper = UpperLayers(layers, dropout=dropout)
        self.head = head
        self.depth = layers.depth
        self.lags, self.decay = lags, decay
        if tie_embeddings:
            tie(head, self.embedding)
        nn.init.normal_(self.embedding.weight, std=embedding**-0.5)
        if init is not None:
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -init, init)

    def start(self, batch: int) -> tuple[State, ...]:
        """Return zeros, for each layer and, with lags, for the last outputs."""
        states = (self.first.zeros(batch),) * self.depth
        last = self.embedding.weight.new_zeros(batch, self.lags, self.first.hidden)
        return (*states, (last,)) if self.lags else states

    def memories(self, state: tuple[State, ...]) -> tuple[Float[Tensor, "batch hidden"], ...]:
        """Return what each layer holds in a state, from -1 to 1: tanh(c) of an LSTM, h of the others."""
        return tuple(each[1].tanh() if len(each) == 2 else each[0] for each in state[: self.depth])

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: tuple[State, ...]
    ) -> tuple[Float[Tensor, "batch length features"], tuple[State, ...]]:
        """Read the next window."""
        first, *above = state[: self.depth]
        outputs, first = self.first(self.dropout(self.embedding(tokens)), first)
        outputs, after = self.upper(outputs, above)
        if not self.lags:
            return self.dropout(outputs), (first, *after)
        outputs = torch.cat([state[-1][0], outputs], dim=1)
        starts = range(self.lags, -1, -1)
        lagged = [self.decay**lag * outputs[:, start : start + tokens.shape[1]] for lag, start in enumerate(starts)]
        return self.dropout(torch.cat(lagged, dim=2)), (first, *after, (outputs[:, -self.lags :],))
