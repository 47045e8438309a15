"""The Transformer as a language model (Radford et al. 2019): blocks that look back, norms before, positions learnt.

    x_t = E w_t + P t                                    token and place
    x   = block(... block(x))                            each position reads those before it and itself
    p(w_t+1 | w_1 .. w_t) = softmax(W norm(x_t) + b)     W is E, where embeddings are tied

It reads at most `context` tokens: there are no more places. The state is what each block has read so far.
"""

from __future__ import annotations

from typing import cast, final

import torch
from torch import nn

from softsearch.models.language_model import LanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import Head, tie
from softsearch.nn.transformer import Block, Blocks, KeysValues, causal_mask
from softsearch.shapes import Float, Int, Tensor


@final
class TransformerLanguageModel(LanguageModel):
    """Blocks over tokens and places.

    Parameters
    ----------
    vocabulary
        Number of tokens.
    width, heads, layers
        Of each vector, attentions side by side, and blocks.
    hidden
        Width of a block's feed-forward layer.
    context
        Tokens that it can read at most.
    head
        The output layer, which reads vectors of this width.
    dropout
        Rate on embeddings and in the blocks.
    tie_embeddings
        The output layer shares its matrix with the embeddings.
    """

    def __init__(
        self,
        *,
        vocabulary: int,
        width: int,
        heads: int,
        layers: int,
        hidden: int,
        context: int,
        head: Head,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(context, width)
        self.blocks = Blocks(width, heads, hidden, "gelu", "before", dropout).make(layers, reads_source=False)
        self.norm = nn.LayerNorm(width)
        self.head = head
        self.dropout = Dropout(dropout)
        self.context, self.heads = context, heads
        self._initialise(layers)
        if tie_embeddings:
            tie(head, self.embedding)

    def start(self, batch: int) -> tuple[KeysValues, ...]:
        """Return that nothing was read."""
        nothing = self.norm.weight.new_zeros(batch, self.heads, 0, len(self.norm.weight) // self.heads)
        return (KeysValues(nothing, nothing),) * len(self.blocks)

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: tuple[KeysValues, ...]
    ) -> tuple[Float[Tensor, "batch length features"], tuple[KeysValues, ...]]:
        """Read the next window."""
        past, new = state[0].keys.shape[2], tokens.shape[1]
        values = self._embedded(tokens, past)
        mask = None if new == 1 else causal_mask(new, past, tokens.device)
        after = []
        for block, before in zip(self.blocks, state, strict=True):
            values, read, _ = block(values, before, mask)
            after.append(read)
        return self.norm(values), tuple(after)

    def looks(self, tokens: Int[Tensor, "batch length"]) -> tuple[Float[Tensor, "batch heads length length"], ...]:
        """Return where each head looks while a text is read from its beginning, block by block."""
        values, mask, looked = self._embedded(tokens, 0), causal_mask(tokens.shape[1], 0, tokens.device), []
        for block in self.blocks:
            after, read, _ = block(values, None, mask)
            looked.append(cast("Block", block).own_weights(values, read, mask))
            values = after
        return tuple(looked)

    def _embedded(self, tokens: Tensor, past: int) -> Tensor:
        places = torch.arange(past, past + tokens.shape[1], device=tokens.device)
        return self.dropout(self.embedding(tokens) + self.places(places))

    def _initialise(self, layers: int) -> None:
        """As in GPT-2: normal with 0.02, what a block adds smaller the more blocks there are."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() == 2:
                added = name.endswith(("own.output.weight", "narrow.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * layers) ** 0.5 if added else 0.02)
