"""Several networks that write one translation together.

At each step their probabilities, not their log-probabilities, are averaged: p(y) = 1/n sum_k p_k(y).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from softsearch.models.sequence_model import Network
from softsearch.shapes import Bool, Float, Int, Tensor


class Ensemble(Network):
    """Networks of one vocabulary; source and state are tuples of theirs, weights the mean over those that attend."""

    def __init__(self, members: Sequence[Network]) -> None:
        super().__init__()
        self.members: Sequence[Network] = nn.ModuleList(members)  # type: ignore[assignment]

    def encode(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> tuple[Any, ...]:
        """Let every member read the source."""
        return tuple(member.encode(source, source_mask) for member in self.members)

    def start(self, source: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the members' first states."""
        return tuple(member.start(own) for member, own in zip(self.members, source, strict=True))

    def step(
        self, tokens: Int[Tensor, " rows"], state: tuple[Any, ...], source: tuple[Any, ...]
    ) -> tuple[Float[Tensor, "rows vocabulary"], tuple[Any, ...], Float[Tensor, "rows src"] | None]:
        """Take a step with each member; the logits returned are the log-probabilities of the average."""
        steps = [member.step(tokens, own, read) for member, own, read in zip(self.members, state, source, strict=True)]
        log_probs = torch.stack([logits.log_softmax(dim=1) for logits, _, _ in steps])
        looked = [weights for _, _, weights in steps if weights is not None]
        return (
            log_probs.logsumexp(dim=0) - math.log(len(steps)),
            tuple(own for _, own, _ in steps),
            torch.stack(looked).mean(dim=0) if looked else None,
        )
