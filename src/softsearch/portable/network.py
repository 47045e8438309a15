"""An exported translator's graphs, computed by ONNX Runtime: a source is encoded once, then a step for each token."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from softsearch.data.tokenizers import EOS, PAD
from softsearch.errors import SoftsearchError

Arrays = Mapping[str, np.ndarray]
ENCODER, STEP, START, TOKENIZER = "encoder.onnx", "step.onnx", "start.npz", "tokenizer.model"
NEXT = "next_"  # before the name of a state: what it is after the step


def runtime(name: str) -> Any:
    """Return a package that computes exported models.

    Raises
    ------
    SoftsearchError
        It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        problem = f"this model is computed by {name}, which cannot be imported: {error}"
        raise SoftsearchError(problem, fix=f"pip install {name}") from error


class Graph:
    """One ONNX graph.

    Parameters
    ----------
    threads
        Of a computation; 0 for as many as there are processors.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        onnxruntime = runtime("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._outputs = [each.name for each in self._session.get_outputs()]

    def __call__(self, feeds: Arrays) -> dict[str, np.ndarray]:
        """Return all outputs by their names; what the graph has no input for is left out."""
        given = {name: feeds[name] for name in self._inputs}
        return dict(zip(self._outputs, self._session.run(self._outputs, given), strict=True))


class Encoded(NamedTuple):
    """Encoded sources, the state before the first token, and which positions of the sources are real."""

    source: Arrays
    state: Arrays
    mask: np.ndarray


class Step(NamedTuple):
    """Logits of the next token, the new state, and where the model looked, where the graph says so.

    Axes of `logits` and `weights`: sentence, hypothesis, and token or position of the source.
    """

    logits: np.ndarray
    state: Arrays
    weights: np.ndarray | None


class Network:
    """Encoder and step of a translator; its state has the axes sentence and hypothesis first.

    Parameters
    ----------
    threads
        See :class:`Graph`.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._encoder = Graph(folder / ENCODER, threads=threads)
        self._step = Graph(folder / STEP, threads=threads)

    def encode(self, sources: Sequence[Sequence[int]]) -> Encoded:
        """Read sources, each with an end mark behind it."""
        ids = np.full((len(sources), max(map(len, sources)) + 1), PAD, dtype=np.int64)
        for row, own in zip(ids, sources, strict=True):
            row[: len(own) + 1] = [*own, EOS]
        mask = np.arange(ids.shape[1]) <= np.array([[len(own)] for own in sources])
        found = self._encoder({"tokens": ids, "mask": mask})
        source = {name: value for name, value in found.items() if name.startswith("source")}
        state = {name: value[:, None] for name, value in found.items() if name.startswith("state")}
        return Encoded(source, state, mask)

    def step(self, tokens: np.ndarray, state: Arrays, source: Arrays) -> Step:
        """Read the last token of each hypothesis, ``tokens[sentence, hypothesis]``."""
        found = self._step({"tokens": tokens, **state, **source})
        after = {name.removeprefix(NEXT): value for name, value in found.items() if name.startswith(NEXT)}
        return Step(found["logits"], after, found.get("weights"))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
