"""What graphs are recorded from, called as the graphs would be: the rest of an export without its slowest part."""

from __future__ import annotations

import torch

from softsearch.data.batches import pad
from softsearch.export import recordable
from softsearch.export.recordable import Encoder, TextStep, begun
from softsearch.portable.network import NEXT, Encoded, Step
from softsearch.trees import leaves


class Unrecorded:
    """In place of :class:`softsearch.portable.network.Network`."""

    def __init__(self, model):
        source, state = begun(model, sentence=1, hypothesis=1, word=1, step=0)
        self.names = [f"source_{number}" for number in range(len(leaves(source)))]
        self.names += [f"state_{number}" for number in range(len(leaves(state)))]
        self.encoder, self.model_step = Encoder(model), recordable.Step(model, source, state, with_weights=True)

    @torch.inference_mode()
    def encode(self, sources):
        ids, mask = pad(sources)
        arrays = dict(zip(self.names, (each.numpy() for each in self.encoder(ids, mask)), strict=True))
        source = {name: value for name, value in arrays.items() if name.startswith("source")}
        state = {name: value[:, None] for name, value in arrays.items() if name.startswith("state")}
        return Encoded(source, state, mask.numpy())

    @torch.inference_mode()
    def step(self, tokens, state, source):
        given = [torch.from_numpy({**source, **state}[name]) for name in self.names]
        logits, *after = (each.numpy() for each in self.model_step(torch.from_numpy(tokens), *given))
        *states, weights = after
        return Step(logits, dict(zip(state, states, strict=True)), weights)


class UnrecordedText:
    """In place of a language model's :class:`softsearch.portable.network.Graph`; `start` is its state before a text."""

    def __init__(self, model):
        state = model.start(1)
        self.start = {f"state_{number}": leaf.numpy() for number, leaf in enumerate(leaves(state))}
        self.module = TextStep(model, state)

    @torch.inference_mode()
    def __call__(self, feeds):
        tokens, *state = (torch.from_numpy(value) for value in feeds.values())
        log_probs, *after = (each.numpy() for each in self.module(tokens, *state))
        return {"log_probs": log_probs, **{NEXT + name: leaf for name, leaf in zip(self.start, after, strict=True)}}
