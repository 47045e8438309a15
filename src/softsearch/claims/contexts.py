"""How much a language model makes of what stands before a token: the loss when only the last few tokens are given.

The places in the text are the same for all models and lengths. A model reads the last k tokens from the state in which
it begins a text, and the loss is that of the token behind them. A model begins only once a text, so a short context
is unfamiliar as well as short. Therefore the tokens before the last few are also taken from another place of
the text: as many, as familiar, and of no use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from softsearch.models.language_model import LanguageModel
from softsearch.shapes import Int, Tensor

_TOKENS_AT_ONCE = 8_192


class Places(NamedTuple):
    """Tokens, and those that stand before each."""

    before: Int[Tensor, "rows length"]
    targets: Int[Tensor, " rows"]

    def cut(self, length: int) -> Places:
        """Return the same places with the last `length` tokens before each."""
        return Places(self.before[:, self.before.shape[1] - length :], self.targets)

    def misplaced(self, own: int) -> Places:
        """Return places whose last `own` tokens are theirs, while those further back stand before another place."""
        far = self.before.shape[1] - own
        other = self.before.roll(len(self.before) // 2, dims=0)
        return Places(torch.cat([other[:, :far], self.before[:, far:]], dim=1), self.targets)


def places(ids: Int[np.ndarray, " length"], *, length: int, most: int) -> Places:
    """Return at most so many places of a text, spread over it evenly, with `length` tokens before each."""
    number = min(most, len(ids) - length)
    targets = np.linspace(length, len(ids) - 1, number).astype(np.int64)
    before = ids[targets[:, None] - np.arange(length, 0, -1)]
    return Places(torch.from_numpy(before), torch.from_numpy(ids[targets]))


@torch.inference_mode()
def loss_at(model: LanguageModel, given: Places) -> float:
    """Return the mean loss of the tokens at some places, in nats, when a model has read what stands before each."""
    rows, total = max(1, _TOKENS_AT_ONCE // given.before.shape[1]), 0.0
    for before, targets in zip(given.before.split(rows), given.targets.split(rows), strict=True):
        features, _ = model(before, model.start(len(before)))
        total += float(model.head.cross_entropy(features[:, -1], targets))
    return total / len(given.targets)


def loss_by_context(model: LanguageModel, given: Places, lengths: Sequence[int]) -> list[float]:
    """Return the loss when only the last so many tokens are given, for each length."""
    return [loss_at(model, given.cut(length)) for length in lengths]
