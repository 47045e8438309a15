"""A small recurrent net that sums numbers, or compares sums, for claims about its gradients."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import torch

from softsearch.data.episodes.episodes import Algorithm, Episodes
from softsearch.data.episodes.sums import Comparison, Sum
from softsearch.models.transducer import Transducer
from softsearch.nn.cells import LinearCell
from softsearch.nn.recurrent import Layers, RecurrentStack
from softsearch.shapes import Float, Tensor
from softsearch.tasks.transduction import TransductionTask

HIDDEN, BATCH = 32, 32


class Problem(NamedTuple):
    """What is learnt: how it is drawn, and what is minimised."""

    algorithm: Algorithm
    task: TransductionTask


COMPARING = Problem(Comparison(), TransductionTask(written="bits", inputs=2, outputs=1))
SUMMING = Problem(Sum(), TransductionTask(written="numbers", inputs=1, outputs=1))


def network(seed: int, *, problem: Problem, cell: Literal["rnn", "linear"] = "rnn", gain: float = 1.0) -> Transducer:
    """Return a net whose recurrent weights are orthogonal, times `gain`."""
    torch.manual_seed(seed)
    layers = RecurrentStack(input=problem.task.inputs, layers=Layers(cell, HIDDEN, 1, False), dropout=0.0)
    model = Transducer(layers, outputs=1)
    with torch.no_grad():
        cell_of(model).recurrent.weight.mul_(gain)
    return model


def cell_of(model: Transducer) -> LinearCell:
    """Return the net's cell."""
    layers = model.layers
    assert isinstance(layers, RecurrentStack)
    assert isinstance(layers.first.cell, LinearCell)
    return layers.first.cell


def batches(problem: Problem, seed: int, *, length: int) -> Iterator[Episodes]:
    """Yield batches without end, the same ones for a seed; only the last step counts, all others have to be kept."""
    random = np.random.default_rng(seed)
    while True:
        drawn = problem.algorithm.draw(random, batch=BATCH, sizes={"length": length})
        yield dataclasses.replace(drawn, mask=(torch.arange(length) == length - 1).expand(BATCH, -1))


def gradient(problem: Problem, model: Transducer, batch: Episodes) -> tuple[float, Float[Tensor, " features"]]:
    """Return the loss of a batch, and its gradient as one vector."""
    loss, _ = problem.task.loss(model, batch, {})
    value = loss["loss"].total / loss["loss"].count
    found = torch.autograd.grad(value, list(model.parameters()))
    return value.item(), torch.cat([each.flatten() for each in found])


def move(model: Transducer, step: Float[Tensor, " features"]) -> None:
    """Add a vector to all weights."""
    sizes = [each.numel() for each in model.parameters()]
    with torch.no_grad():
        for parameter, part in zip(model.parameters(), step.split(sizes), strict=True):
            parameter.add_(part.view_as(parameter))
