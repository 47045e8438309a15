"""Attention between all positions at once, and the blocks of a Transformer (Vaswani et al. 2017).

    A(Q, K, V) = softmax(Q K' / sqrt(d)) V                          section 3.2.1; d: width of a head
    a(x, y)    = [A(x W_q1, y W_k1, y W_v1); A(x W_q2, ...); ...] W_o    several heads, side by side (3.2.2)
    f(x)       = W_2 g(W_1 x + b_1) + b_2                           feed-forward (3.3)

A block adds a(x, x), then, where there is a source, a(x, source), then f(x), each of them normalised (Ba et al. 2016):

    before    x + a(norm(x))        easier to train (Xiong et al. 2020); a last norm follows the last block
    after     norm(x + a(x))        as in the paper

Departure: W_q, W_k, W_v and W_o have a bias each, as in torch; in the paper only f has some.

A position of a decoder sees itself and those before it. What it needs of them, their keys and values, is the state that
passes from one window to the next: so a text may be read a token at a time.

========  ====================================================  ==========================================
symbol    name                                                  shape
========  ====================================================  ==========================================
x, y      ``queries`` or ``inputs``, ``read``                   batch tgt width; batch src width
Q, K, V   ``split``, ``read.keys``, ``read.values``             batch heads tgt head; batch heads src head
W_q, W_o  ``query.weight``, ``output.weight``, of all heads     width width
W_k, W_v  ``key_value.weight``, one above the other             _ width
W_1, W_2  ``wide.weight``, ``narrow.weight``                    hidden width; width hidden
g         ``activation``                                        as W_1 x
norm      ``own_norm``, ``source_norm``, ``feed_forward_norm``  batch tgt width
========  ====================================================  ==========================================
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from softsearch.nn.attention import masked_softmax
from softsearch.nn.dropout import Dropout
from softsearch.nn.products import Linear
from softsearch.shapes import Bool, Float, Int, Tensor

Norm = Literal["before", "after"]
Activation = Literal["relu", "gelu"]


class KeysValues(NamedTuple):
    """What attention reads of each position."""

    keys: Float[Tensor, "batch heads src head"]
    values: Float[Tensor, "batch heads src head"]


class Passed(NamedTuple):
    """What a block gives: its outputs, keys and values of all positions so far, and what it asked the source with."""

    outputs: Float[Tensor, "batch tgt width"]
    read: KeysValues
    queries: Float[Tensor, "rows new width"] | None


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each over a part of the width, which is a multiple of `heads`."""

    def __init__(self, *, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = Linear(width, width)
        self.key_value = Linear(width, 2 * width)
        self.output = Linear(width, width)

    def project(self, read: Float[Tensor, "batch src width"]) -> KeysValues:
        """Return what does not depend on the query."""
        keys, values = self.key_value(read).chunk(2, dim=2)
        return KeysValues(self._split(keys), self._split(values))

    def forward(
        self,
        queries: Float[Tensor, "batch tgt width"],
        read: KeysValues,
        mask: Bool[Tensor, "#batch #heads #tgt src"] | None,
    ) -> Float[Tensor, "batch tgt width"]:
        """Read with each query where `mask` is True; None: everywhere."""
        split = self._split(self.query(queries))
        found = functional.scaled_dot_product_attention(split, read.keys, read.values, attn_mask=mask)
        return self.output(found.transpose(1, 2).flatten(2))

    def weights(
        self,
        queries: Float[Tensor, "batch tgt width"],
        read: KeysValues,
        mask: Bool[Tensor, "#batch #heads #tgt src"] | None,
    ) -> Float[Tensor, "batch heads tgt src"]:
        """Return where each head looks."""
        split = self._split(self.query(queries)) / math.sqrt(read.keys.shape[3])
        scores = split @ read.keys.transpose(2, 3)
        return scores.softmax(dim=3) if mask is None else masked_softmax(scores, mask)

    def _split(self, tensor: Float[Tensor, "batch length width"]) -> Float[Tensor, "batch heads length head"]:
        return tensor.unflatten(2, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """The same two layers for every position."""

    def __init__(self, *, width: int, hidden: int, activation: Activation) -> None:
        super().__init__()
        self.wide = Linear(width, hidden)
        self.narrow = Linear(hidden, width)
        self.activation = functional.gelu if activation == "gelu" else functional.relu

    def forward(self, inputs: Float[Tensor, "*rows width"]) -> Float[Tensor, "*rows width"]:
        """Return f(x)."""
        return self.narrow(self.activation(self.wide(inputs)))


class Blocks(NamedTuple):
    """What all blocks of a network have in common.

    Attributes
    ----------
    width, heads
        Of each vector, and attentions side by side, which share it.
    hidden, activation
        Width of the feed-forward layer, and what stands between its two products.
    norm
        "before" or "after" each part of a block.
    dropout
        Rate on what each part adds (5.4), and on embeddings.
    """

    width: int
    heads: int
    hidden: int
    activation: Activation
    norm: Norm
    dropout: float

    def make(self, number: int, *, reads_source: bool) -> nn.ModuleList:
        """Return so many blocks."""
        return nn.ModuleList(Block(self, reads_source=reads_source) for _ in range(number))

    def last_norm(self) -> nn.Module:
        """Return what follows the last block."""
        return nn.LayerNorm(self.width) if self.norm == "before" else nn.Identity()


class Block(nn.Module):
    """Self-attention, attention to a source where there is one, and a feed-forward layer, each added to its input."""

    def __init__(self, blocks: Blocks, *, reads_source: bool) -> None:
        super().__init__()
        width, heads, hidden, activation, norm, dropout = blocks
        self.own = MultiHeadAttention(width=width, heads=heads)
        self.own_norm = nn.LayerNorm(width)
        self.source = MultiHeadAttention(width=width, heads=heads) if reads_source else None
        self.source_norm = nn.LayerNorm(width) if reads_source else None
        self.feed_forward = FeedForward(width=width, hidden=hidden, activation=activation)
        self.feed_forward_norm = nn.LayerNorm(width)
        self.dropout = Dropout(dropout)
        self.before = norm == "before"

    def forward(
        self,
        inputs: Float[Tensor, "batch tgt width"],
        past: KeysValues | None,
        mask: Bool[Tensor, "#batch #heads #tgt length"] | None,
        source: KeysValues | None = None,
        source_mask: Bool[Tensor, "rows 1 1 src"] | None = None,
    ) -> Passed:
        """Pass inputs on.

        Parameters
        ----------
        past
            Those of the positions before these.
        mask
            Which of all positions, `past` first, each may read; None: all.
        source, source_mask
            What :meth:`MultiHeadAttention.project` of `source` returned, and its real positions; there may be several
            rows of `inputs` for each, one after the other.
        """
        normed = self.own_norm(inputs) if self.before else inputs
        new = self.own.project(normed)
        if past is not None and past.keys.shape[2]:
            new = KeysValues(torch.cat([past.keys, new.keys], dim=2), torch.cat([past.values, new.values], dim=2))
        outputs, queries = self._added(inputs, self.own(normed, new, mask), self.own_norm), None
        if self.source is not None and self.source_norm is not None and source is not None:
            normed = self.source_norm(outputs) if self.before else outputs
            # Rows about one source lie side by side, and are so many more queries to it: nothing is copied.
            queries = normed.reshape(source.keys.shape[0], -1, normed.shape[2])
            found = self.source(queries, source, source_mask).reshape(normed.shape)
            outputs = self._added(outputs, found, self.source_norm)
        normed = self.feed_forward_norm(outputs) if self.before else outputs
        return Passed(self._added(outputs, self.feed_forward(normed), self.feed_forward_norm), new, queries)

    def own_weights(
        self,
        inputs: Float[Tensor, "batch tgt width"],
        read: KeysValues,
        mask: Bool[Tensor, "#batch #heads #tgt length"],
    ) -> Float[Tensor, "batch heads tgt length"]:
        """Return where each head of the self-attention looks; `read` is what passing `inputs` on has returned."""
        return self.own.weights(self.own_norm(inputs) if self.before else inputs, read, mask)

    def _added(self, inputs: Tensor, found: Tensor, norm: nn.LayerNorm) -> Tensor:
        outputs = inputs + self.dropout(found)
        return outputs if self.before else norm(outputs)


def causal_mask(new: int, past: int, device: torch.device) -> Bool[Tensor, "1 1 tgt length"]:
    """Return which positions each of the `new` ones may read: those before it and itself."""
    places = torch.arange(past + new, device=device)
    return (places <= places[past:].unsqueeze(1))[None, None]


def sinusoids(positions: Int[Tensor, " length"], width: int) -> Float[Tensor, "length width"]:
    """Return a vector for each position: sines and cosines, from a period of 2 pi to one of 10,000 times that (3.5)."""
    rates = torch.exp(torch.arange(0, width, 2, device=positions.device) * (-math.log(10_000.0) / width))
    angles = positions.unsqueeze(1) * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]
