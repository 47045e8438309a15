"""Forced decoding: where a model looks while it is made to write a given sequence."""

from __future__ import annotations

from typing import Any

import torch

from softsearch.decoding.stepper import Stepper
from softsearch.shapes import Float, Int, Tensor


@torch.inference_mode()
def forced_weights(
    stepper: Stepper, source: Any, target_input: Int[Tensor, "batch tgt"]
) -> Float[Tensor, "batch tgt src"] | None:
    """Return the attention's weights for each next token of the given targets; None for a model without attention.

    `target_input` begins with BOS: row i are the weights with which token i of the target is written.
    """
    state = stepper.start(source)
    looked = []
    for tokens in target_input.unbind(dim=1):
        _, state, weights = stepper.step(tokens, state, source)
        if weights is None:
            return None
        looked.append(weights)
    return torch.stack(looked, dim=1)
