"""A small plain recurrent net on the comparison of sums, for claims about its gradients."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import torch

from softsearch.data.episodes.episodes import Episodes
from softsearch.data.episodes.sums import Comparison
from softsearch.models.transducer import RecurrentStack, Transducer
from softsearch.nn.cells import RNNCell
from softsearch.nn.recurrent import Layers
from softsearch.shapes import Float, Tensor
from softsearch.tasks.transduction import TransductionTask

HIDDEN, BATCH = 32, 32
TASK = TransductionTask(written="bits", inputs=2, outputs=1)


def network(seed: int, *, gain: float) -> Transducer:
    """Return a net whose recurrent weights are orthogonal, times `gain`."""
    torch.manual_seed(seed)
    model = Transducer(RecurrentStack(input=2, layers=Layers("rnn", HIDDEN, 1, False), dropout=0.0), outputs=1)
    with torch.no_grad():
        cell_of(model).recurrent.weight.mul_(gain)
    return model


def cell_of(model: Transducer) -> RNNCell:
    """Return the net's cell."""
    layers = model.layers
    assert isinstance(layers, RecurrentStack)
    assert isinstance(layers.first.cell, RNNCell)
    return layers.first.cell


def batches(seed: int, *, length: int) -> Iterator[Episodes]:
    """Yield batches without end, the same ones for a seed; only the last step counts, all others have to be kept."""
    random = np.random.default_rng(seed)
    while True:
        drawn = Comparison().draw(random, batch=BATCH, sizes={"length": length})
        yield dataclasses.replace(drawn, mask=(torch.arange(length) == length - 1).expand(BATCH, -1))


def gradient(model: Transducer, batch: Episodes) -> tuple[float, Float[Tensor, " features"]]:
    """Return the loss of a batch, and its gradient as one vector."""
    loss, _ = TASK.loss(model, batch, {})
    value = loss["loss"].total / loss["loss"].count
    found = torch.autograd.grad(value, list(model.parameters()))
    return float(value), torch.cat([each.flatten() for each in found])


def move(model: Transducer, step: Float[Tensor, " features"]) -> None:
    """Add a vector to all weights."""
    sizes = [each.numel() for each in model.parameters()]
    with torch.no_grad():
        for parameter, part in zip(model.parameters(), step.split(sizes), strict=True):
            parameter.add_(part.view_as(parameter))
