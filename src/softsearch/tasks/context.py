"""Reading a text with a language model, a part at a time: to go on with it, or to score it.

A model without a limit carries its state from part to part, so how a text is cut makes no difference. One whose context
has C tokens reads windows of C tokens. The first begins with the text, each other one half a context, rounded up, after
the one before. A token is predicted in the first window that reaches it: so the first C tokens are seen all the while,
and later at least the last half of C. Going on with a text and scoring it cut it alike, and agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from softsearch.models.language_model import LanguageModel
from softsearch.shapes import Int, Shaped, Tensor
from softsearch.tasks.task import device_of

_PART = 256  # tokens of a text that a model without a limit reads at once: some more are no faster
_TOKENS_AT_ONCE = 4_096


class Reading(NamedTuple):
    """How far texts were read: the tokens that a model of limited context still sees, and its state."""

    window: Int[Tensor, "rows length"]
    state: Any


class Features(NamedTuple):
    """What the output layer reads of parts of texts, which tokens are to be predicted from it, and of which texts."""

    features: Shaped[Tensor, "rows features"]
    targets: Int[Tensor, " rows"]
    texts: Int[Tensor, " rows"]


def begin(model: LanguageModel, rows: int) -> Reading:
    """Return that nothing was read."""
    return Reading(torch.zeros(rows, 0, dtype=torch.long, device=device_of(model)), model.start(rows))


@torch.inference_mode()
def read(
    model: LanguageModel, tokens: Int[Tensor, "rows new"], before: Reading
) -> tuple[Shaped[Tensor, "rows features"], Reading]:
    """Read on; return what the output layer reads after the last token, and how far it was read."""
    if model.context is None:
        state = before.state
        for part in tokens.split(_PART, dim=1):
            features, state = model(part, state)
        return features[:, -1], Reading(before.window, state)
    window, state, new = torch.cat([before.window, tokens], dim=1), before.state, tokens
    if past := _past(window.shape[1], model.context):
        window = window[:, past:]
        state, new = model.start(len(window)), window
    features, state = model(new, state)
    return features[:, -1], Reading(window, state)


@torch.inference_mode()
def read_along(model: LanguageModel, texts: Sequence[Sequence[int] | np.ndarray]) -> Iterator[Features]:
    """Yield the features of texts after each token but the last, part by part, those of a text in order.

    Texts of similar length are best given together.
    """
    if model.context is not None:
        yield from _windows(model, texts, model.context)
        return
    state, longest = model.start(len(texts)), max(map(len, texts), default=1) - 1
    for start in range(0, longest, _PART):
        ids = _padded(model, [text[start : start + _PART + 1] for text in texts])
        features, state = model(ids[:, :-1], state)
        yield _real(features, ids, [range(len(text) - 1 - start) for text in texts], range(len(texts)))


@torch.inference_mode()
def log_probs(model: LanguageModel, texts: Sequence[Sequence[int] | np.ndarray]) -> list[list[float]]:
    """Return the log-probability of each token of texts but the first, in nats."""
    found: list[list[float]] = [[] for _ in texts]
    for part in read_along(model, texts):
        for features, targets, numbers in zip(*(each.split(_PART) for each in part), strict=True):
            costs = model.head(features).gather(1, targets.unsqueeze(1)).squeeze(1)
            for number, cost in zip(numbers.tolist(), costs.tolist(), strict=True):
                found[number].append(cost)
    return found


@torch.inference_mode()
def nats(model: LanguageModel, texts: Sequence[Sequence[int] | np.ndarray]) -> float:
    """Return the cross-entropy of all tokens of texts but the first of each, summed, in nats."""
    return sum(float(model.head.cross_entropy(part.features, part.targets)) for part in read_along(model, texts))


def seen(length: int, context: int | None) -> int:
    """Return how many of the last tokens of a text are seen when all are read."""
    return length if context is None else length - _past(length, context)


def _windows(model: LanguageModel, texts: Sequence[Sequence[int] | np.ndarray], context: int) -> Iterator[Features]:
    """Read windows of all texts side by side: none needs what another has left."""
    cuts = [cut for number, text in enumerate(texts) for cut in _cuts(number, len(text) - 1, context)]
    at_once = max(1, _TOKENS_AT_ONCE // context)
    for some in (cuts[start : start + at_once] for start in range(0, len(cuts), at_once)):
        ids = _padded(model, [texts[cut.text][cut.begin : cut.end + 1] for cut in some])
        features, _ = model(ids[:, :-1], model.start(len(some)))
        new = [range(cut.known - cut.begin, cut.end - cut.begin) for cut in some]
        yield _real(features, ids, new, [cut.text for cut in some])


class _Cut(NamedTuple):
    """A window of a text: tokens from `begin` are read, and from `known` on what follows them is predicted."""

    text: int
    begin: int
    known: int
    end: int


def _cuts(text: int, length: int, context: int) -> Iterator[_Cut]:
    known = 0
    for start in range(0, max(1, length), _stride(context)):
        if known < length:
            end = min(start + context, length)
            yield _Cut(text, start, known, end)
            known = end


def _past(length: int, context: int) -> int:
    """Return where the window begins that the last token of a text is in."""
    stride = _stride(context)
    return max(0, -(-(length - context) // stride) * stride)


def _stride(context: int) -> int:
    return context - context // 2


def _real(features: Tensor, ids: Tensor, places: Sequence[range], texts: Sequence[int]) -> Features:
    """Return the features at some places of each row, one after the other."""
    columns = torch.arange(features.shape[1], device=ids.device)
    first, end, texts_of_rows = torch.tensor(
        [[own.start for own in places], [own.stop for own in places], texts], device=ids.device
    ).unsqueeze(2)
    mask = (columns >= first) & (columns < end)
    return Features(features[mask], ids[:, 1:][mask], texts_of_rows.expand_as(mask)[mask])


def _padded(model: LanguageModel, rows: Sequence[Sequence[int] | np.ndarray]) -> Int[Tensor, "rows length"]:
    """Return rows as one tensor; what is put after the end of a row is never looked at."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for row, own in zip(ids, rows, strict=True):
        row[: len(own)] = own
    return torch.from_numpy(ids).to(device_of(model))
