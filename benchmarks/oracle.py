"""The slow, obvious translator: one word at a time, nothing precomputed. Proof and yardstick of the fast one.

It shares the parameters of an :class:`~softsearch.models.encoder_decoder.EncoderDecoder` with additive attention and is
written as one would from the equations: a word at a time, each step with its own products, readout and output layer, on
all positions, padding too.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from softsearch.data.batches import PairBatch
from softsearch.models.encoder_decoder import EncoderDecoder


def gru(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """One GRU step: w, b for the input, u, c for the state."""
    x_r, x_z, x_n = functional.linear(x, w, b).chunk(3, dim=1)
    h_r, h_z, h_n = functional.linear(h, u, c).chunk(3, dim=1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


def lstm(x: Tensor, h: Tensor, m: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """One LSTM step; m is its memory cell."""
    i, f, g, o = (functional.linear(x, w, b) + functional.linear(h, u, c)).chunk(4, dim=1)
    m = torch.sigmoid(f) * m + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(m), m


def step(cell: torch.nn.Module, x: Tensor, state: tuple[Tensor, ...], w: Tensor) -> tuple[Tensor, ...]:
    """One step of either cell; w are the input's weights."""
    parameters = (w, cell.recurrent.weight, cell.input.bias, cell.recurrent.bias)
    return (gru(x, *state, *parameters),) if len(state) == 1 else lstm(x, *state, *parameters)


def encode(model: EncoderDecoder, source: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Annotations and summary: the state stands still on padding."""
    values = model.dropout(model.source_embedding(source))
    batch, length = source.shape
    for level in range(len(model.encoder.forwards)):
        values = model.encoder.dropout(values) if level else values
        directions = []
        for layer, order in (
            (model.encoder.forwards[level], range(length)),
            (model.encoder.backwards[level], reversed(range(length))),
        ):
            state = tuple(values.new_zeros(batch, layer.hidden) for _ in range(layer.cell.state_size))
            outputs: list[Tensor] = [state[0]] * length
            for j in order:
                new = step(layer.cell, values[:, j], state, layer.cell.input.weight)
                real = mask[:, j : j + 1]
                state = tuple(torch.where(real, n, s) for n, s in zip(new, state, strict=True))
                outputs[j] = state[0]
            directions.append((torch.stack(outputs, 1), state[0]))
        values = torch.cat([directions[0][0], directions[1][0]], 2)
    return model.dropout(values), torch.cat([directions[0][1], directions[1][1]], 1)


def logits(
    model: EncoderDecoder, source: Tensor, source_mask: Tensor, target_input: Tensor, *, keys_once: bool = False
) -> Tensor:
    """Logits of every position, batch x target x vocabulary; U h_j at every step, unless `keys_once`."""
    annotations, summary = encode(model, source, source_mask)
    kept = model.attention.key(annotations) if keys_once else None
    state = torch.tanh(model.bridge(summary)).chunk(model.cell.state_size, dim=1)
    w = torch.cat([model.cell.input.weight, model.context_gates.weight], 1)
    outputs = []
    for i in range(target_input.shape[1]):
        embedded = model.dropout(model.target_embedding(target_input[:, i]))
        keys = model.attention.key(annotations) if kept is None else kept
        energy = torch.tanh(model.attention.query(state[0]).unsqueeze(1) + keys) @ model.attention.score
        weights = energy.masked_fill(~source_mask, float("-inf")).softmax(1)
        context = (weights.unsqueeze(2) * annotations).sum(1)
        state = step(model.cell, torch.cat([embedded, context], 1), state, w)
        features = torch.tanh(model.readout(torch.cat([state[0], embedded, context], 1)))
        outputs.append(model.output(model.dropout(features)))
    return torch.stack(outputs, 1)


def loss(model: EncoderDecoder, batch: PairBatch, smoothing: float, *, keys_once: bool = False) -> Tensor:
    """Mean smoothed cross-entropy over the real positions, in nats a token."""
    scores = logits(model, batch.source, batch.source_mask, batch.target_input, keys_once=keys_once)
    each = functional.cross_entropy(
        scores.flatten(0, 1), batch.target_output.flatten(), reduction="none", label_smoothing=smoothing
    )
    return (each * batch.target_mask.flatten()).sum() / batch.target_mask.sum()
