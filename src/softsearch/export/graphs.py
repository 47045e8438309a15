"""Networks as ONNX graphs: an encoder and a step of a translator, a step of a language model.

A graph is recorded while torch runs the network, so what is exported is the network's own code. Two things that a
recorder cannot follow are put otherwise: a tree of tensors becomes a list of named ones, and an encoder's loop over the
words of a sentence, whose number is not known, becomes a scan.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch._higher_order_ops.scan import scan  # torch has no public name for it yet

from softsearch.decoding.stepper import BOS, select
from softsearch.export.silence import quietly
from softsearch.models.language_model import LanguageModel
from softsearch.models.sequence_model import SequenceModel
from softsearch.nn.cells import State
from softsearch.nn.recurrent import RecurrentEncoder, RecurrentLayer
from softsearch.portable.network import ENCODER, NEXT, START, STEP

_OPSET = 18  # every ONNX Runtime of the last years knows it
# What is recorded with. Sizes are the name of an axis; all different, as a recorder may take two of a size for one.
_SENTENCES, _TEXTS = {"sentence": 3, "hypothesis": 2, "word": 5, "step": 4}, {"text": 3, "step": 4}


def export_translator(model: SequenceModel, folder: Path, *, with_weights: bool) -> None:
    """Write the encoder and the step of a translator.

    Parameters
    ----------
    with_weights
        Whether the step says where the model looked.
    """
    model = copy.deepcopy(model)
    for encoder in [each for each in model.modules() if isinstance(each, RecurrentEncoder)]:
        for layers in (encoder.forwards, encoder.backwards):
            for number, layer in enumerate(layers):
                layers[number] = _Scanned(cast("RecurrentLayer", layer))
    source, state = _begun(model, **_SENTENCES)
    names = [f"source_{number}" for number in range(len(_leaves(source)))]
    states = [f"state_{number}" for number in range(len(_leaves(state)))]
    words = {0: torch.export.Dim("sentence"), 1: torch.export.Dim("word")}
    tokens = torch.full((_SENTENCES["sentence"], _SENTENCES["word"]), BOS)
    _record(
        _Encoder(model),
        {"tokens": tokens, "mask": torch.ones_like(tokens, dtype=torch.bool)},
        [words, words],
        [*names, *states],
        folder / ENCODER,
    )
    written = torch.full((_SENTENCES["sentence"], _SENTENCES["hypothesis"]), BOS)
    axes = _moving(lambda **sizes: _begun(model, **sizes), _SENTENCES)
    _record(
        _Step(model, source, state, with_weights=with_weights),
        {"tokens": written, **dict(zip([*names, *states], _leaves((source, state)), strict=True))},
        [{0: words[0], 1: torch.export.Dim("hypothesis")}, *axes],
        ["logits", *(NEXT + name for name in states), *["weights"] * with_weights],
        folder / STEP,
    )


def export_language_model(model: LanguageModel, folder: Path) -> None:
    """Write the step of a language model, and the state that a text begins with."""
    sizes = {**_TEXTS, "step": min(_TEXTS["step"], (model.context or 100) - 2)}
    state = _read(model, **sizes)
    names = [f"state_{number}" for number in range(len(_leaves(state)))]
    start: dict[str, Any] = {name: leaf.numpy() for name, leaf in zip(names, _leaves(model.start(1)), strict=True)}
    np.savez(folder / START, **start)
    _record(
        _Next(model, state),
        {"tokens": torch.full((sizes["text"],), BOS), **dict(zip(names, _leaves(state), strict=True))},
        [{0: torch.export.Dim("text")}, *_moving(lambda **sizes: _read(model, **sizes), sizes)],
        ["log_probs", *(NEXT + name for name in names)],
        folder / STEP,
    )


class _Encoder(nn.Module):
    def __init__(self, model: SequenceModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        source = self.model.encode(tokens, mask)
        return tuple(each.clone() for each in _leaves((source, self.model.start(source))))  # none twice


class _Step(nn.Module):
    """A step whose rows have two axes, sentence and hypothesis: their product is no axis that could be named."""

    def __init__(self, model: SequenceModel, source: Any, state: Any, *, with_weights: bool) -> None:
        super().__init__()
        self.model, self.with_weights = model, with_weights
        self.source, self.state = _form(source), _form(state)

    def forward(self, tokens: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        leaves = iter(given)
        source = _filled(self.source, leaves)
        state = _filled(self.state, (each.flatten(0, 1) for each in leaves))
        logits, after, weights = self.model.step(tokens.flatten(), state, source)
        found = [logits, *_leaves(after), *([weights] if self.with_weights and weights is not None else [])]
        return tuple(each.unflatten(0, tokens.shape) for each in found)


class _Next(nn.Module):
    def __init__(self, model: LanguageModel, state: Any) -> None:
        super().__init__()
        self.model, self.state = model, _form(state)

    def forward(self, tokens: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        features, after = self.model(tokens.unsqueeze(1), _filled(self.state, iter(given)))
        return self.model.head(features.squeeze(1)), *_leaves(after)


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


@torch.no_grad()
def _begun(model: SequenceModel, *, sentence: int, hypothesis: int, word: int, step: int) -> tuple[Any, Any]:
    """Return encoded sources, and the state of hypotheses about them after some steps."""
    tokens = torch.full((sentence, word), BOS)
    source = model.encode(tokens, torch.ones_like(tokens, dtype=torch.bool))
    rows = torch.arange(sentence).repeat_interleave(hypothesis)
    state = select(model.start(source), rows)
    for _ in range(step):
        state = model.step(torch.full_like(rows, BOS), state, source)[1]
    apart = (each.unflatten(0, (sentence, hypothesis)) for each in _leaves(state))
    return _plain(source), _filled(state, (each.contiguous() for each in apart))


@torch.no_grad()
def _read(model: LanguageModel, *, text: int, step: int) -> Any:
    """Return the state of texts after some tokens."""
    state = model.start(text)
    for _ in range(step):
        state = model(torch.full((text, 1), BOS), state)[1]
    return _plain(state)


def _moving(make: Callable[..., Any], sizes: Mapping[str, int]) -> list[dict[int, Any]]:
    """Return for each leaf of what is made the axes that grow with a size, by its name."""
    leaves = _leaves(make(**sizes))
    axes: list[dict[int, Any]] = [{} for _ in leaves]
    for name, size in sizes.items():
        others = _leaves(make(**{**sizes, name: size + 1}))
        for own, leaf, other in zip(axes, leaves, others, strict=True):
            moved = (axis for axis, pair in enumerate(zip(leaf.shape, other.shape, strict=True)) if pair[0] != pair[1])
            own |= dict.fromkeys(moved, torch.export.Dim(name))
    return axes


def _record(
    module: nn.Module, inputs: Mapping[str, Tensor], axes: Sequence[Any], outputs: Sequence[str], path: Path
) -> None:
    first, *others = axes
    shapes = (first, tuple(others)) if not isinstance(module, _Encoder) else tuple(axes)
    with quietly(), torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            dynamic_shapes=shapes,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=_OPSET,
            verbose=False,
        )
        assert program is not None
        program.save(path, external_data=False)


def _leaves(tree: Any) -> list[Tensor]:
    if tree is None or isinstance(tree, Tensor):
        return [] if tree is None else [tree]
    return [leaf for part in tree for leaf in _leaves(part)]


def _filled(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return a tree of the same form with other leaves."""
    if tree is None or not isinstance(tree, tuple):
        return None if tree is None else next(leaves)
    parts = [_filled(part, leaves) for part in tree]
    return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)


def _plain(tree: Any) -> Any:
    """Return a tree whose leaves share no memory and have no gaps: neither is recorded."""
    return _filled(tree, (each.clone(memory_format=torch.contiguous_format) for each in _leaves(tree)))


def _form(tree: Any) -> Any:
    """Return a tree with nothing in it."""
    return _filled(tree, iter([True] * len(_leaves(tree))))
