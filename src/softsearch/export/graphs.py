"""Networks as ONNX graphs: an encoder and a step of a translator, a step of a language model.

A graph is recorded while torch runs the network, so what is exported is the network's own code. Axes that change with
the number of sentences, words, hypotheses or steps are found by changing each of these in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from softsearch.decoding.hypotheses import BOS
from softsearch.export.recordable import Encoder, Step, TextStep, begun, read, scanned
from softsearch.export.silence import quietly
from softsearch.models.language_model import LanguageModel
from softsearch.models.sequence_model import SequenceModel
from softsearch.portable.network import ENCODER, NEXT, START, STEP
from softsearch.trees import leaves

_OPSET = 18  # every ONNX Runtime of the last years knows it
# The sizes that are recorded. No two of a graph are the same, or a recorder may take one axis for another.
_SENTENCES = {"sentence": 3, "hypothesis": 2, "word": 5, "step": 4}
_TEXTS = {"text": 3, "step": 4}


def export_translator(model: SequenceModel, folder: Path, *, with_weights: bool) -> None:
    """Write the encoder and the step of a translator.

    Parameters
    ----------
    with_weights
        Whether the step says where the model looked.
    """
    source, state = begun(model, **_SENTENCES)
    states = _named("state", leaves(state))
    given = {**_named("source", leaves(source)), **states}
    sentence, hypothesis, word = (torch.export.Dim(name) for name in ("sentence", "hypothesis", "word"))
    tokens = torch.full((_SENTENCES["sentence"], _SENTENCES["word"]), BOS)
    _record(
        Encoder(scanned(model)),
        {"tokens": tokens, "mask": torch.ones_like(tokens, dtype=torch.bool)},
        ({0: sentence, 1: word}, {0: sentence, 1: word}),
        list(given),
        folder / ENCODER,
    )
    written = torch.full((_SENTENCES["sentence"], _SENTENCES["hypothesis"]), BOS)
    axes = _moving(lambda **sizes: begun(model, **sizes), _SENTENCES)
    _record(
        Step(model, source, state, with_weights=with_weights),
        {"tokens": written, **given},
        ({0: sentence, 1: hypothesis}, tuple(axes)),
        ["logits", *(NEXT + name for name in states), *(["weights"] if with_weights else [])],
        folder / STEP,
    )


def export_language_model(model: LanguageModel, folder: Path) -> None:
    """Write the step of a language model, and the state that a text begins with."""
    sizes = {**_TEXTS, "step": min(_TEXTS["step"], (model.context or 100) - 2)}
    state = read(model, **sizes)
    given = _named("state", leaves(state))
    start: dict[str, Any] = {name: leaf.numpy() for name, leaf in _named("state", leaves(model.start(1))).items()}
    np.savez(folder / START, **start)
    axes = _moving(lambda **sizes: read(model, **sizes), sizes)
    _record(
        TextStep(model, state),
        {"tokens": torch.full((sizes["text"],), BOS), **given},
        ({0: torch.export.Dim("text")}, tuple(axes)),
        ["log_probs", *(NEXT + name for name in given)],
        folder / STEP,
    )


def _named(name: str, values: Sequence[Tensor]) -> dict[str, Tensor]:
    return {f"{name}_{number}": value for number, value in enumerate(values)}


def _moving(make: Callable[..., Any], sizes: Mapping[str, int]) -> list[dict[int, Any]]:
    """Return for each leaf of what is made the axes that grow with a size, by its name."""
    made = leaves(make(**sizes))
    axes: list[dict[int, Any]] = [{} for _ in made]
    for name, size in sizes.items():
        others = leaves(make(**{**sizes, name: size + 1}))
        for own, leaf, other in zip(axes, made, others, strict=True):
            moved = (axis for axis, pair in enumerate(zip(leaf.shape, other.shape, strict=True)) if pair[0] != pair[1])
            own |= dict.fromkeys(moved, torch.export.Dim(name))
    return axes


def _record(module: nn.Module, inputs: Mapping[str, Tensor], axes: Any, outputs: Sequence[str], path: Path) -> None:
    with quietly(), torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            dynamic_shapes=axes,
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=_OPSET,
            verbose=False,
        )
        assert program is not None
        program.save(path, external_data=False)
