"""Language modelling: what to minimise, what passes from window to window, and how good a model is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from softsearch.data.running import RunningText
from softsearch.data.tokenizers import Tokenizer
from softsearch.data.windows import StreamData, WindowBatch
from softsearch.decoding.settings import Sampling
from softsearch.models.language_model import LanguageModel
from softsearch.shapes import Tensor
from softsearch.tasks.task import Carry, Loss, Term, Validation
from softsearch.tasks.writer import Writer

_VALIDATION_STREAMS, _VALIDATION_WINDOW = 20, 100
_SAMPLE_TOKENS = 40
_SAMPLING = Sampling(temperature=0.8, top_k=None, top_p=1.0, seed=1)


@dataclass(frozen=True)
class HeldOutText:
    """Text that is never trained on."""

    name: str
    text: RunningText


class LanguageTask:
    """A text, token by token.

    Parameters
    ----------
    tokenizer
        Of the text.
    carries
        Whether a window goes on with the state that the one before it has left; else each starts anew.
    """

    def __init__(self, tokenizer: Tokenizer, *, carries: bool) -> None:
        self.tokenizer = tokenizer
        self.carries = carries

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again, tokenizer apart."""
        return {"kind": "language_model", "carries": self.carries}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], *, tokenizer: Tokenizer) -> LanguageTask:
        """Return the task that :meth:`to_dict` was asked of."""
        return cls(tokenizer, carries=bool(fields["carries"]))

    def loss(self, model: LanguageModel, batch: WindowBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of all tokens of the windows, in nats, and each stream's state after them.

        The state is cut off from what it was computed from: truncated backpropagation through time (Werbos 1990;
        Elman 1990 with windows of one token).
        """
        state = model.start(len(batch.streams))
        if self.carries and carry and not batch.begins:
            state = _filled(state, (tensor[batch.streams] for tensor in carry.values()))
        features, after = model(batch.inputs, state)
        total = model.head.cross_entropy(features.flatten(0, 1), batch.targets.flatten())
        return {"cross_entropy": Term(total, batch.num_items)}, self._carried(carry, batch, after)

    def counts(self, batch: WindowBatch) -> dict[str, int]:
        """Return how many tokens the loss of the batch is a sum over."""
        return {"cross_entropy": batch.num_items}

    def validate(self, model: LanguageModel, data: HeldOutText) -> Validation:
        """Return the loss in nats a token and the perplexity."""
        loss = mean_loss(model, data.text, streams=_VALIDATION_STREAMS)
        with evaluating(model):
            writer = Writer(model, self.tokenizer, sampling=_SAMPLING)
            written = "".join(token.text for token in writer.write(max_tokens=_SAMPLE_TOKENS))
        return Validation({"loss": loss, "perplexity": math.exp(min(loss, 700.0))}, {"written": written})

    def _carried(self, carry: Carry, batch: WindowBatch, after: Any) -> Carry:
        """Return the state of all streams, those of this batch renewed."""
        if not self.carries:
            return {}
        new = [tensor.detach() for tensor in _leaves(after)]
        if len(carry) != len(new):
            width = int(batch.streams.max()) + 1
            carry = {str(place): each.new_zeros(width, *each.shape[1:]) for place, each in enumerate(new)}
        return {
            name: _renewed(tensor, batch.streams, each) for (name, tensor), each in zip(carry.items(), new, strict=True)
        }


def mean_loss(model: LanguageModel, text: RunningText, *, streams: int) -> float:
    """Return the cross-entropy of a text in nats a token, read in so many streams; tokens at the end may be left out.

    Between two windows the state is kept, so a stream is read as if it were one window. A model of limited context
    reads the second half of what it has read so far again, and half a context of new tokens after it.
    """
    device = next(model.parameters()).device
    window = _VALIDATION_WINDOW if model.context is None else max(1, model.context // 2)
    data, total, count, state = StreamData(text, streams=streams, window=window), 0.0, 0, None
    before: Tensor | None = None
    with evaluating(model):
        for rows in data.plan(0):
            batch = data.batch(rows).to(device)
            if state is None or model.context is not None:
                state = model.start(len(rows))
                if before is not None:
                    _, state = model(before, state)
            before = batch.inputs if model.context is not None else None
            features, state = model(batch.inputs, state)
            total += float(model.head.cross_entropy(features.flatten(0, 1), batch.targets.flatten()))
            count += batch.num_items
    return total / count


def _renewed(before: Tensor, rows: Tensor, new: Tensor) -> Tensor:
    most = int(rows.max()) + 1
    if most > len(before):  # the first batch was learnt in parts: the streams after it have no state yet
        before = torch.cat([before, before.new_zeros(most - len(before), *before.shape[1:])])
    return before.index_copy(0, rows, new)


def _leaves(tree: Any) -> Iterator[Tensor]:
    if isinstance(tree, Tensor):
        yield tree
    else:
        for part in tree:
            yield from _leaves(part)


def _filled(tree: Any, leaves: Iterator[Tensor]) -> Any:
    """Return a tree of the same form with other leaves."""
    return next(leaves) if isinstance(tree, Tensor) else tuple(_filled(part, leaves) for part in tree)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout and gradients off, and back."""
    was_training = model.training
    model.train(False)
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(was_training)
