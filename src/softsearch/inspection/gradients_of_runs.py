"""How gradients travel back in time through the recurrent cells of a run, along its training; what clipping does."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from softsearch.build.families import family_of
from softsearch.errors import RunError
from softsearch.inspection.clipping import Bias, bias
from softsearch.inspection.gradients import Layer, recorded, through_time, visible_through_time
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.pictures import curve_panels
from softsearch.pictures.charts import Points
from softsearch.recipes import Recipe
from softsearch.runs.parts import first_model_of, model_of, recipe_of, task_of, trained_model_of
from softsearch.seeding import derive
from softsearch.tasks.task import Carry, evaluating
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.data import PacedData, TrainingData
from softsearch.training.folder import RunFolder
from softsearch.training.position import plan_steps
from softsearch.training.step import backward

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 1_000  # numbers of a state: of larger ones only what is visible is followed
_BATCHES = 10  # among which a long sequence is looked for
_STEPS = 48  # whose gradients are clipped
_BOUND = "bound of the best"
_NO_CELL = "this network has no recurrent cell"


class Travelled(NamedTuple):
    """What becomes of a gradient on its way back through a cell, by the number of steps.

    Attributes
    ----------
    layer
        The cell's name.
    step
        After how many steps of the training; of a mean of weights, the last of those that it is of.
    weights
        "first", "kept" or "best".
    part
        What of the cell's state is followed: all of it ("state"), or what a layer above reads ("visible"), by whatever
        way its gradient goes.
    norms, bounds
        The spectral norm of dh_T/dh_T-k for k = 1 .. T, and the product of the norms of its factors; of the visible
        part there is none.
    singular_values
        Of dh_T/dh_0: the smallest, the median and the largest.
    """

    layer: str
    step: int
    weights: str
    part: Literal["state", "visible"]
    norms: list[float]
    bounds: list[float]
    singular_values: list[float]


def gradients_of(run: Path | str) -> list[Travelled]:
    """Follow gradients through each recurrent cell of a run, over a sequence that it was trained on.

    It is the longest of those that the first ten batches begin with. It is done for the weights that the training began
    with and for those of each checkpoint, the best among them, in the order of steps. Of a state of more than 1,000
    numbers only the part that a layer above reads is followed, and so of every Neural Turing Machine: where nothing was
    written to its memory, heads look at the direction of a vector of 1e-6, and a derivative by it says how short that
    is, and nothing of the network.

    Raises
    ------
    RunError
        The run cannot be read, or its network has no recurrent cell.
    """
    folder = RunFolder.open(Path(run))
    recipe, task, data = _opened(folder)
    if recipe.training is None:
        raise RunError(_NO_CELL, path=folder.path)
    batch = data.batch(_longest(data))
    found = []
    for step, weights, model in _along(folder):
        layers = _layers(model, task, batch, seed=recipe.seed)
        if not layers:
            raise RunError(_NO_CELL, path=folder.path)
        found += [_travelled(layer, step, weights) for layer in layers]
    return found


def clipping_of(run: Path | str) -> Bias | None:
    """Return what clipping does to the gradients of a run at its best weights, or None where it does not clip.

    The gradients are those of 48 steps, from the first of an epoch on, with dropout as in the training; those that are
    not finite are left out, as there.

    Raises
    ------
    RunError
        The run cannot be read.
    """
    folder = RunFolder.open(Path(run))
    recipe, task, data = _opened(folder)
    if recipe.training is None or recipe.training.clip_norm is None:
        return None
    model = trained_model_of(folder)
    if isinstance(data, PacedData):  # as hard as they were where these weights come from
        state = load_checkpoint(folder, folder.in_use[-1], model=model_of(folder)).state
        data.pace = state.get("pace") or data.pace
    model.train()
    with torch.random.fork_rng(devices=[]):
        drawn = _gradients(model, task, data, accumulate=recipe.training.accumulate, seed=recipe.seed)
        return bias(drawn, recipe.training.clip_norm)


def plot_gradients(found: list[Travelled]) -> Figure:
    """Draw for each layer the norms along the training, and the bounds of the best weights; what is 0 leaves a gap."""
    panels: dict[str, dict[str, Points]] = {}
    for each in found:
        series = panels.setdefault(each.layer, {})
        series[called(each)] = _curve(each.norms)
        if each.weights == "best" and each.bounds:
            series[_BOUND] = _curve(each.bounds)
    return curve_panels(panels, ylabel="norm of dh(T)/dh(T-k), log10", xlabel="k", dashed=[_BOUND])


def called(each: Travelled) -> str:
    """Return in words which weights a gradient went through."""
    return each.weights if each.weights == "first" else f"step {each.step:,}{', best' * (each.weights == 'best')}"


def _opened(folder: RunFolder) -> tuple[Recipe, Any, TrainingData]:
    recipe, task = recipe_of(folder), task_of(folder)
    data, _ = family_of(recipe).open(recipe, folder.data, name=folder.about["data"], task=task)
    return recipe, task, data


def _longest(data: TrainingData) -> np.ndarray:
    return max((rows[:1] for rows in data.plan(0)[:_BATCHES]), key=lambda row: int(data.lengths(row)[0]))


def _along(folder: RunFolder) -> Iterator[tuple[int, str, nn.Module]]:
    """Yield steps, what is to be said of their weights, and a network with these, which is used again."""
    model = first_model_of(folder)
    yield 0, "first", model
    in_use = folder.in_use
    for step in sorted({*folder.checkpoints, *in_use[-1:]}):
        if [step] != in_use and step in folder.checkpoints:
            load_checkpoint(folder, step, model=model)
            yield step, "kept", model
        if step == in_use[-1]:
            yield step, "best", trained_model_of(folder)


def _layers(model: nn.Module, task: Any, batch: Any, *, seed: int) -> list[Layer]:
    """Return what each cell reads; where a memory is drawn, it is the same with all weights."""
    with evaluating(model), torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "gradients"))
        return recorded(model, lambda: task.loss(model, batch, {}))


def _travelled(layer: Layer, step: int, weights: str) -> Travelled:
    """Follow a gradient, in fp64: the smallest singular values are far below what fp32 can tell from the largest."""
    gates, state = [each.detach().double() for each in layer.gates], tuple(each.double() for each in layer.state)
    cell, bounds = copy.deepcopy(layer.cell).double().requires_grad_(False), list[float]()
    part: Literal["state", "visible"] = "state"
    if isinstance(cell, TuringMachineCell) or sum(each.numel() for each in state) > _MOST:
        part, jacobians = "visible", visible_through_time(cell, gates, state)
    else:
        jacobians, products = through_time(cell, gates, state)
        bounds = products.flip(0).tolist()
    norms = torch.linalg.matrix_norm(jacobians, ord=2).flip(0).tolist()
    values = torch.linalg.svdvals(jacobians[0])
    singular_values = [float(values[-1]), float(values.median()), norms[-1]]
    return Travelled(layer.name, step, weights, part, norms, bounds, singular_values)


def _curve(values: list[float]) -> list[tuple[float, float | None]]:
    return [(back, math.log10(value) if value > 0 else None) for back, value in enumerate(values, start=1)]


def _gradients(model: nn.Module, task: Any, data: TrainingData, *, accumulate: int, seed: int) -> Iterator[Tensor]:
    """Yield the gradients of some steps, each as one vector, with the weights as they are."""
    carry: Carry = {}
    steps = (rows for epoch in itertools.count() for rows in plan_steps(data, epoch, accumulate=accumulate))
    for number, rows in enumerate(itertools.islice(steps, _STEPS)):
        torch.manual_seed(derive(seed, "dropout", number))
        _, carry = backward(model, task, [data.batch(each) for each in rows], carry=carry, precision="fp32")
        found = torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None])
        if bool(found.isfinite().all()):
            yield found
