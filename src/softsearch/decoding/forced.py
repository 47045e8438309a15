"""Forced decoding: what a given sequence costs, and where a model looks while it is made to write it."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from softsearch.decoding.hypotheses import BOS
from softsearch.models.sequence_model import Network
from softsearch.shapes import Float, Int, Tensor


class Forced(NamedTuple):
    """What it costs to write given tokens, and where the model looks to write each; None for one without attention.

    The log-probabilities, in nats, are over the whole vocabulary: what the loss of the training is without smoothing.
    """

    log_probs: Float[Tensor, "batch tgt"]
    weights: Float[Tensor, "batch tgt src"] | None


@torch.inference_mode()
def forced(network: Network, source: Any, targets: Int[Tensor, "batch tgt"]) -> Forced:
    """Make a model write `targets`, which should end with EOS; what comes after it may be anything."""
    state = network.start(source)
    costs, looked = [], []
    before = torch.full_like(targets[:, 0], BOS)
    for tokens in targets.unbind(dim=1):
        logits, state, weights = network.step(before, state, source)
        costs.append(logits.log_softmax(dim=1).gather(1, tokens.unsqueeze(1)))
        looked.append(weights)
        before = tokens
    there = [weights for weights in looked if weights is not None]
    return Forced(torch.cat(costs, dim=1), torch.stack(there, dim=1) if there else None)
