"""The slow, obvious translator: one word at a time, nothing precomputed. Proof and yardstick of the fast one.

It shares the parameters of an :class:`~softsearch.models.attend_before.EncoderDecoder` with additive attention and is
written as one would from the equations: a word at a time, each step with its own products, readout and output layer, on
all positions, padding too.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from softsearch.data.pairs.batches import PairBatch
from softsearch.models.attend_before import EncoderDecoder


def rnn(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """One step of a plain net: w, b for the input, u, c for the state."""
    return torch.tanh(functional.linear(x, w, b) + functional.linear(h, u, c))


def gru(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """One GRU step."""
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
    """One step of any cell, told by its number of gates; w are the input's weights."""
    parameters = (w, cell.recurrent.weight, cell.input.bias, cell.recurrent.bias)
    num_gates = len(cell.recurrent.weight) // state[0].shape[1]
    if num_gates == 4:
        return lstm(x, *state, *parameters)
    return ((gru if num_gates == 3 else rnn)(x, *state, *parameters),)


def encode(model: EncoderDecoder, source: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Annotations and summary: the state stands still on padding."""
    values = model.dropout(model.source_embedding(source))
    batch, length = source.shape
    for level in range(model.encoder.depth):
        below = model.encoder.dropout(values) if level else values
        directions = []
        for layers, order in (
            (model.encoder.forwards, range(length)),
            (model.encoder.backwards, reversed(range(length))),
        ):
            if not layers:
                continue
            cell, hidden = layers[level].cell, layers[level].hidden
            state = tuple(values.new_zeros(batch, hidden) for _ in range(cell.state_size))
            outputs: list[Tensor] = [state[0]] * length
            for j in order:
                new = step(cell, below[:, j], state, cell.input.weight)
                real = mask[:, j : j + 1]
                state = tuple(torch.where(real, n, s) for n, s in zip(new, state, strict=True))
                outputs[j] = state[0]
            directions.append((torch.stack(outputs, 1), state[0]))
        read = torch.cat([outputs for outputs, _ in directions], 2)
        values = values + read if model.encoder.residual and level else read
    return model.dropout(values), torch.cat([last for _, last in directions], 1)


def start(model: EncoderDecoder, summary: Tensor) -> list[tuple[Tensor, ...]]:
    """The first state of each of the decoder's layers."""
    parts = torch.tanh(model.bridge(summary)).chunk(model.depth * model.cell.state_size, dim=1)
    return [parts[i : i + model.cell.state_size] for i in range(0, len(parts), model.cell.state_size)]


def climb(model: EncoderDecoder, states: list[tuple[Tensor, ...]]) -> Tensor:
    """One step of the layers above the first, whose new state is there; `states` get theirs."""
    below = states[0][0]
    for level, layer in enumerate(model.upper.layers, start=1):
        states[level] = step(layer.cell, model.upper.dropout(below), states[level], layer.cell.input.weight)
        below = below + states[level][0] if model.upper.residual else states[level][0]
    return below


def logits(
    model: EncoderDecoder, source: Tensor, source_mask: Tensor, target_input: Tensor, *, keys_once: bool = False
) -> Tensor:
    """Logits of every position, batch x target x vocabulary; U h_j at every step, unless `keys_once`."""
    annotations, summary = encode(model, source, source_mask)
    kept = model.attention.key(annotations) if keys_once else None
    states = start(model, summary)
    w = torch.cat([model.cell.input.weight, model.context_gates.weight], 1)
    outputs = []
    for i in range(target_input.shape[1]):
        embedded = model.dropout(model.target_embedding(target_input[:, i]))
        keys = model.attention.key(annotations) if kept is None else kept
        energy = torch.tanh(model.attention.query(states[0][0]).unsqueeze(1) + keys) @ model.attention.score
        weights = energy.masked_fill(~source_mask, float("-inf")).softmax(1)
        context = (weights.unsqueeze(2) * annotations).sum(1)
        states[0] = step(model.cell, torch.cat([embedded, context], 1), states[0], w)
        features = torch.tanh(model.readout(torch.cat([climb(model, states), embedded, context], 1)))
        outputs.append(model.output(model.dropout(features)))
    return torch.stack(outputs, 1)


def loss(model: EncoderDecoder, batch: PairBatch, smoothing: float, *, keys_once: bool = False) -> Tensor:
    """Mean smoothed cross-entropy over the real positions, in nats a token."""
    scores = logits(model, batch.source, batch.source_mask, batch.target_input, keys_once=keys_once)
    each = functional.cross_entropy(
        scores.flatten(0, 1), batch.target_output.flatten(), reduction="none", label_smoothing=smoothing
    )
    return (each * batch.target_mask.flatten()).sum() / batch.target_mask.sum()
