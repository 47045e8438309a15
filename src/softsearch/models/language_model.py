"""What a network that goes on with a text must offer, to be trained, scored and asked for more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import nn

from softsearch.nn.heads import Head
from softsearch.shapes import Float, Int, Tensor


class LanguageModel(nn.Module, ABC):
    """p(w_i | w_1 .. w_i-1): reads a text a window at a time, with a state that holds what it knows of the text before.

    Attributes
    ----------
    head
        Turns features into log-probabilities over the vocabulary.
    context
        Tokens that it can read at most, with all that its state holds; None: any number.
    """

    head: Head
    context: int | None = None

    @abstractmethod
    def start(self, batch: int) -> Any:
        """Return the state before a text: a tree (tuples) of tensors whose first axis is the text."""

    @abstractmethod
    def forward(
        self, tokens: Int[Tensor, "batch length"], state: Any
    ) -> tuple[Float[Tensor, "batch length features"], Any]:
        """Read the next window; return what `head` makes log-probabilities of, after each token, and the new state."""
