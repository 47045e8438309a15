"""What a network that reads a sequence and writes another must offer, to be trained, searched and looked into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import nn

from softsearch.shapes import Bool, Float, Int, Tensor


class Network(nn.Module, ABC):
    """A source is encoded once; a target is written one token at a time.

    State is passed and returned, never kept: any number of searches can share one network.
    """

    @abstractmethod
    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Any:
        """Read the source once; the result is a tree (tuples) of tensors whose first axis is the sentence."""

    @abstractmethod
    def start(self, source: Any) -> Any:
        """Return the state before the first token: a tree (tuples) of tensors, or None, one row a sentence."""

    @abstractmethod
    def step(
        self, tokens: Int[Tensor, " rows"], state: Any, source: Any
    ) -> tuple[Float[Tensor, "rows vocabulary"], Any, Float[Tensor, "rows src"] | None]:
        """Read the last tokens; return logits of the next, the new state and where the model looked, if anywhere.

        There may be several rows, one after the other, for each sentence of `source`.
        """


class SequenceModel(Network):
    """A network that reads a target all at once while training.

    Attributes
    ----------
    output
        Turns features into logits over the vocabulary.
    """

    output: nn.Linear

    @abstractmethod
    def forward(
        self,
        source: Int[Tensor, "batch src"],
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "batch tgt"],
        target_mask: Bool[Tensor, "batch tgt"],
    ) -> Float[Tensor, "rows features"]:
        """Return what `output` turns into logits, for each real target position given the tokens before it.

        Rows are the sentences' positions, one sentence after the other, as in ``target[target_mask]``.
        """
