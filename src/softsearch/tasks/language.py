"""Language modelling: what to minimise, what passes from window to window, and how good a model is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch

from softsearch.data.running import RunningText
from softsearch.data.tokenizers import Tokenizer
from softsearch.data.windows import LineData, WindowBatch
from softsearch.decoding.settings import Generation
from softsearch.errors import SoftsearchError
from softsearch.models.language_model import LanguageModel
from softsearch.shapes import Tensor
from softsearch.tasks.context import nats
from softsearch.tasks.task import Carry, HeldOut, Loss, Task, Term, Validation, evaluating
from softsearch.tasks.writer import Writer
from softsearch.trees import filled, leaves

_VALIDATION_STREAMS = 20
_SHORTEST_STREAM = 100  # tokens
_VALIDATION_TOKENS = 4_000  # of a batch of lines
_SAMPLE_TOKENS = 40


@dataclass(eq=False)
class LanguageTask(Task):
    """A text, token by token.

    Parameters
    ----------
    carries
        Whether a window goes on with the state that the one before it has left; else each starts anew.
    reset
        Share of the windows that start anew all the same, so that the network knows how a text begins.
    tokenizer, by_line, generation
        As in :class:`~softsearch.tasks.writer.Writer`.
    """

    kind = "language_model"
    parts: ClassVar = {"generation": Generation}

    tokenizer: Tokenizer
    _: KW_ONLY
    carries: bool
    reset: float = 0.0
    by_line: bool = False
    generation: Generation = field(default_factory=Generation)

    def ready(self, model: LanguageModel) -> Writer:
        """Return a model ready to go on with texts and to score them."""
        return Writer(model, self.tokenizer, generation=self.generation, by_line=self.by_line)

    def loss(self, model: LanguageModel, batch: WindowBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of all tokens of the windows, in nats, and each stream's state after them.

        The state is cut off from what it was computed from: truncated backpropagation through time (Werbos 1990;
        Elman 1990 with windows of one token).
        """
        state = model.start(len(batch.streams))
        if self.carries and carry and not batch.begins:
            # The tensors of a state are called by their numbers. Of a step learnt in parts, the first may have left the
            # states of its streams, and the others none yet.
            known = len(carry["0"])
            goes_on = (torch.rand(len(batch.streams)) >= self.reset) & (batch.streams < known).cpu()
            rows = batch.streams.clamp(max=known - 1)
            # by name: what a checkpoint brings back has lost its order
            pairs = ((carry[str(place)][rows], new) for place, new in enumerate(leaves(state)))
            state = filled(state, (_chosen(goes_on, before, new) for before, new in pairs))
        features, after = model(batch.inputs, state)
        total = model.head.cross_entropy(batch.real(features), batch.real(batch.targets))
        return {"cross_entropy": Term(total, batch.num_items)}, self._carried(carry, batch, after)

    def validate(self, model: LanguageModel, data: HeldOut[RunningText]) -> Validation:
        """Return the loss in nats a token and the perplexity."""
        # No more streams than are long enough to tell: each begins without what stands before it.
        streams = max(1, min(_VALIDATION_STREAMS, len(data.store) // _SHORTEST_STREAM))
        loss, written = mean_loss(model, data.store, streams=streams), ""
        with evaluating(model), suppress(SoftsearchError):  # a training that has come to nothing has nothing to show
            written = self.ready(model).write(max_tokens=_SAMPLE_TOKENS)[0].text
        return Validation({"loss": loss, "perplexity": math.exp(min(loss, 700.0))}, {"written": written})

    def _carried(self, carry: Carry, batch: WindowBatch, after: Any) -> Carry:
        """Return the state of all streams, those of this batch renewed."""
        if not self.carries:
            return {}
        new = [tensor.detach() for tensor in leaves(after)]
        if len(carry) != len(new):
            width = int(batch.streams.max()) + 1
            carry = {str(place): each.new_zeros(width, *each.shape[1:]) for place, each in enumerate(new)}
        return {str(place): _renewed(carry[str(place)], batch.streams, each) for place, each in enumerate(new)}


def mean_loss(model: LanguageModel, text: RunningText, *, streams: int) -> float:
    """Return the cross-entropy of a text in nats a token, read in so many streams; tokens at the end may be left out.

    Where each line is a text of its own, the lines are the streams. How a stream is read says
    :mod:`softsearch.tasks.context`.
    """
    total, count = 0.0, 0
    with evaluating(model):
        for texts in _texts(text, streams):
            total += nats(model, texts)
            count += sum(len(each) - 1 for each in texts)
    return total / count


def _texts(text: RunningText, streams: int) -> Iterator[list[np.ndarray]]:
    """Yield what is read side by side."""
    if not text.by_line:
        streams = min(streams, len(text))
        length = len(text) // streams
        yield [text.ids[stream * length : (stream + 1) * length + 1] for stream in range(streams)]
        return
    lines = LineData(text, batch_tokens=_VALIDATION_TOKENS, window=None, seed=0)
    for rows in lines.in_order():
        places = zip(lines.starts[rows], lines.lengths(rows), strict=True)
        yield [text.ids[start - 1 : start + length] for start, length in places]


def _renewed(before: Tensor, rows: Tensor, new: Tensor) -> Tensor:
    most = int(rows.max()) + 1
    if most > len(before):  # the first batch was learnt in parts: the streams after it have no state yet
        before = torch.cat([before, before.new_zeros(most - len(before), *before.shape[1:])])
    return before.index_copy(0, rows, new)


def _chosen(mask: Tensor, yes: Tensor, no: Tensor) -> Tensor:
    """Return the rows of `yes` where `mask` is True, and of `no` where it is not."""
    return torch.where(mask.to(yes.device).view(-1, *(1 for _ in yes.shape[1:])), yes, no)
