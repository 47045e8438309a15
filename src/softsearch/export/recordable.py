"""Networks in a form that a recorder can follow: flat lists of tensors in and out, and no loop of unknown length.

A recorder notes what torch computes for one input, and takes every number that is not an axis for a constant. So a tree
of tensors becomes a list of them, and an encoder's loop over the words of a sentence becomes a scan.
"""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch._higher_order_ops.scan import scan  # torch has no public name for it yet

from softsearch.decoding.hypotheses import BOS
from softsearch.models.language_model import LanguageModel
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.cells import State
from softsearch.nn.recurrent import RecurrentEncoder, RecurrentLayer
from softsearch.trees import filled, leaves, select


class Encoder(nn.Module):
    """From tokens and mask, (sentence, word), to the leaves of the source and of the first state."""

    def __init__(self, model: SequenceModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        """Read sources."""
        source = self.model.encode(tokens, mask)
        return tuple(each.clone() for each in leaves((source, self.model.start(source))))  # none twice


class Step(nn.Module):
    """From tokens and the leaves of source and state to logits and the leaves of the next state.

    What belongs to hypotheses has two axes in front, sentence and hypothesis: their product is no axis with a name.

    Parameters
    ----------
    source, state
        Trees of the form that the model's own have.
    with_weights
        Whether the last output is where the model looked.
    """

    def __init__(self, model: SequenceModel, source: Any, state: Any, *, with_weights: bool) -> None:
        super().__init__()
        self.model, self.with_weights = model, with_weights
        self.source, self.state = _form(source), _form(state)

    def forward(self, tokens: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        """Take one step."""
        each = iter(given)
        source = filled(self.source, each)
        state = filled(self.state, (leaf.flatten(0, 1) for leaf in each))
        logits, after, weights = self.model.step(tokens.flatten(), state, source)
        found = [logits, *leaves(after), *([weights] if self.with_weights and weights is not None else [])]
        return tuple(leaf.unflatten(0, tokens.shape) for leaf in found)


class TextStep(nn.Module):
    """From one token of each text and the leaves of a language model's state to log-probabilities and the next state.

    Parameters
    ----------
    state
        A tree of the form that the model's own has.
    """

    def __init__(self, model: LanguageModel, state: Any) -> None:
        super().__init__()
        self.model, self.state = model, _form(state)

    def forward(self, tokens: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        """Read a token."""
        features, after = self.model(tokens.unsqueeze(1), filled(self.state, iter(given)))
        return self.model.head(features.squeeze(1)), *leaves(after)


class _Scanned(nn.Module):
    """A recurrent layer whose number of steps may be any."""

    def __init__(self, layer: RecurrentLayer) -> None:
        super().__init__()
        self.cell, self.hidden = layer.cell, layer.hidden

    def forward(self, inputs: Tensor) -> tuple[Tensor, State]:
        zeros = inputs.new_zeros(inputs.shape[0], self.hidden)
        first = tuple(zeros.clone() for _ in range(self.cell.state_size))

        def step(state: State, gates: Tensor) -> tuple[State, Tensor]:
            after = self.cell(gates, state)
            return after, after[0].clone()

        last, outputs = scan(step, first, self.cell.input(inputs.transpose(0, 1)))
        return outputs.transpose(0, 1), last


def scanned(model: SequenceModel) -> SequenceModel:
    """Return a copy whose recurrent encoders, where there are some, read any number of words."""
    model = copy.deepcopy(model)
    for encoder in [each for each in model.modules() if isinstance(each, RecurrentEncoder)]:
        for layers in (encoder.forwards, encoder.backwards):
            for number, layer in enumerate(layers):
                layers[number] = _Scanned(cast("RecurrentLayer", layer))
    return model


@torch.no_grad()
def begun(model: SequenceModel, *, sentence: int, hypothesis: int, word: int, step: int) -> tuple[Any, Any]:
    """Return encoded sources, and the state of hypotheses about them after some steps; sizes are those of the axes."""
    tokens = torch.full((sentence, word), BOS)
    source = model.encode(tokens, torch.ones_like(tokens, dtype=torch.bool))
    rows = torch.arange(sentence).repeat_interleave(hypothesis)
    state = select(model.start(source), rows)
    for _ in range(step):
        state = model.step(torch.full_like(rows, BOS), state, source)[1]
    apart = filled(state, (each.unflatten(0, (sentence, hypothesis)) for each in leaves(state)))
    return _plain(source), _plain(apart)


@torch.no_grad()
def read(model: LanguageModel, *, text: int, step: int) -> Any:
    """Return the state of so many texts after some tokens."""
    state = model.start(text)
    for _ in range(step):
        state = model(torch.full((text, 1), BOS), state)[1]
    return _plain(state)


def _plain(tree: Any) -> Any:
    """Return a tree whose leaves share no memory and have no gaps, of which a recorder would take note."""
    return filled(tree, (each.clone(memory_format=torch.contiguous_format) for each in leaves(tree)))


def _form(tree: Any) -> Any:
    """Return a tree with nothing in it."""
    return filled(tree, iter([True] * len(leaves(tree))))
