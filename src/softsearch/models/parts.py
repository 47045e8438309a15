"""What recurrent decoders have in common: an encoded source, a decoder's state and where it starts, embeddings."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import nn

from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import Attention
from softsearch.nn.cells import Cell, State
from softsearch.nn.products import Linear
from softsearch.nn.recurrent import Layers
from softsearch.shapes import Float, Tensor


class Source(NamedTuple):
    """An encoded source: read by every hypothesis about it, never changed."""

    annotations: Annotations
    keys: Tensor


class DecoderState(NamedTuple):
    """All that a decoder knows between two words: passed and returned, never kept.

    `layers` are the cells' states, lowest first; `coverage` is the sum of the attention's weights so far, where the
    attention needs it; `fed` is the last attentional vector, where it is fed to the next step.
    """

    layers: tuple[State, ...]
    coverage: Float[Tensor, "rows src"] | None
    fed: Float[Tensor, "rows readout"] | None = None


BridgeKind = Literal["learned", "zeros"]


class Decoder(NamedTuple):
    """What recurrent decoders of all kinds are made of.

    Attributes
    ----------
    vocabulary
        Number of tokens; where words are read, they are the same.
    layers
        Those above the first are :class:`~softsearch.nn.recurrent.UpperLayers`.
    attention
        Reads the annotations with queries of the width of the layers.
    bridge
        "learned" or "zeros": how the first states are made.
    readout
        Width of the layer below the output layer; equal to `embedding` where embeddings are tied.
    dropout
        Rate on embeddings, annotations and readout, and between layers.
    tie_embeddings
        All embeddings and the output layer share one matrix (Press and Wolf 2017).
    """

    vocabulary: int
    embedding: int
    layers: Layers
    attention: Attention
    bridge: BridgeKind
    readout: int
    dropout: float
    tie_embeddings: bool


def make_bridge(kind: BridgeKind, *, annotation: int, cell: Cell, depth: int) -> nn.Linear | None:
    """Return W of :func:`first_states` for a decoder of so many layers of `cell`; None for "zeros"."""
    width = depth * cell.state_size * cell.hidden
    return Linear(annotation, width) if kind == "learned" else None


def first_states(
    bridge: nn.Linear | None, summary: Float[Tensor, "batch annotation"], *, cell: Cell, depth: int
) -> tuple[State, ...]:
    """Return each layer's state before the first word, the lowest first: ``tanh(W summary)``, or zeros."""
    size = cell.state_size
    if bridge is None:
        return ((summary.new_zeros(summary.shape[0], cell.hidden),) * size,) * depth
    parts = torch.tanh(bridge(summary)).chunk(depth * size, dim=1)
    return tuple(parts[i : i + size] for i in range(0, depth * size, size))


def no_coverage(attention: Attention, annotations: Annotations) -> Float[Tensor, "batch src"] | None:
    """Return the coverage before the first word: zeros, or None for an attention that does not need it."""
    return torch.zeros_like(annotations.values[..., 0]) if attention.needs_coverage else None


def coverage_after(
    coverage: Float[Tensor, "rows src"] | None, weights: Float[Tensor, "rows src"] | None
) -> Float[Tensor, "rows src"] | None:
    """Return the coverage after a step that read with `weights`."""
    return None if coverage is None or weights is None else coverage + weights


def initialise_embeddings(*embeddings: nn.Embedding, output: nn.Linear, tied: bool) -> None:
    """Give embeddings rows of about length one and `output` no bias; where `tied`, it takes the last one's matrix."""
    for layer in embeddings:
        nn.init.normal_(layer.weight, std=layer.embedding_dim**-0.5)
    nn.init.zeros_(output.bias)
    if tied:
        output.weight = embeddings[-1].weight
