"""Language models made to look so many tokens back and no further, and texts in which that helps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from softsearch.claims.language_models import Measured, Setting
from softsearch.metrics.repeats import Figures
from softsearch.models.language_model import LanguageModel
from softsearch.nn.heads import Head
from softsearch.tasks.context import nats

VOCABULARY = 12
TINY = Setting(
    name="tiny",
    tokenizer="bytes",
    vocabulary=VOCABULARY,
    characters=3_000,
    window=8,
    embedding=8,
    blocks=1,
    dropout=0.0,
    batch_tokens=32,
    learning_rates=(),
    steps=2,
    parameters=1_500,
)


def repeating(back: int, *, length: int = 3_000, seed: int = 1) -> np.ndarray:
    """Return a text in which nine tokens of ten are the one so many places before, and the others any."""
    random = np.random.default_rng(seed)
    ids = random.integers(VOCABULARY, size=length)
    for place in np.flatnonzero(random.random(length) < 0.9):
        ids[place] = ids[place - back] if place >= back else ids[place]
    return ids


class Given(Head):
    """Features are log-probabilities already."""

    def forward(self, features: Any) -> Any:
        return features

    def cross_entropy(self, features: Any, targets: Any) -> Any:
        return -features.gather(1, targets.unsqueeze(1)).sum()


class Looking(LanguageModel):
    """Expects the token that stands `back` places before the next one; knows nothing where there is none."""

    def __init__(self, back: int, *, surely: float = 0.85) -> None:
        super().__init__()
        self.back, self.surely, self.head = back, surely, Given()
        self.register_buffer("nothing", torch.zeros(1))

    def start(self, batch: int) -> Any:
        return (torch.full((batch, self.back - 1), -1),)

    def forward(self, tokens: Any, state: Any) -> Any:
        read = torch.cat([state[0], tokens], dim=1)
        looked = read[:, : tokens.shape[1]].unsqueeze(2)
        other = (1 - self.surely) / (VOCABULARY - 1)
        probs = torch.full((*tokens.shape, VOCABULARY), other).scatter(2, looked.clamp(min=0), self.surely)
        return torch.where(looked < 0, 1 / VOCABULARY, probs).log(), (read[:, tokens.shape[1] :],)


def made(model: LanguageModel, ids: np.ndarray, *, loss: float | None = None) -> Measured:
    """Return a model as if it had been trained, and tried on a text."""
    found = nats(model, [ids]) / (len(ids) - 1) if loss is None else loss
    return Measured(model, ids, ids[: len(ids) // 2], ids, found)


def figures_of(measure: Callable[[int], dict[str, float]]) -> dict[str, Figures]:
    """Return the figures of three seeds that are all alike."""
    return {name: Figures.of([value] * 3) for name, value in measure(1).items()}


def seen(figures: dict[str, Figures], **values: tuple[float, float, float]) -> dict[str, Figures]:
    """Return figures of which some were measured otherwise."""
    return {**figures, **{name: Figures.of(own) for name, own in values.items()}}
