"""How gradients travel back in time through the recurrent cells of a run, from its first weights to its best."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import nn

from softsearch.build.families import family_of
from softsearch.errors import RunError
from softsearch.inspection.gradients import Layer, recorded, through_time
from softsearch.pictures import curves
from softsearch.runs.parts import model_of, recipe_of, task_of, trained_model_of
from softsearch.tasks.task import evaluating
from softsearch.training.folder import RunFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 1_000  # numbers of a state: the Jacobians of larger ones take too long


class Travelled(NamedTuple):
    """What becomes of a gradient on its way back through a cell, as powers of ten, by the number of steps.

    Attributes
    ----------
    layer, weights
        The cell's name; "first" or "best".
    norms, bounds
        The spectral norm of dh_T/dh_T-k for k = 1 .. T, and the product of the norms of its factors.
    """

    layer: str
    weights: str
    norms: list[float]
    bounds: list[float]


def gradients_of(run: Path | str) -> list[Travelled]:
    """Follow gradients through each recurrent cell of a run, over the first sequence that it was trained on.

    Raises
    ------
    RunError
        The run cannot be read, or its network has no recurrent cell, or states of more than 1,000 numbers.
    """
    folder = RunFolder.open(Path(run))
    recipe, task = recipe_of(folder), task_of(folder)
    data, _ = family_of(recipe).open(recipe, folder.data, name=folder.about["data"], task=task)
    batch = data.batch(data.plan(0)[0][:1])
    found = []
    for weights, model in (("first", model_of(folder)), ("best", trained_model_of(folder))):
        layers = _layers(model, task, batch)
        if not layers:
            raise RunError("this network has no recurrent cell", path=folder.path)
        found += [_travelled(layer, weights) for layer in layers]
    return found


def plot_gradients(found: list[Travelled]) -> Figure:
    """Draw norms of the best weights and of the first, and the bounds of the best."""
    series = {}
    for each in found:
        series[f"{each.layer}, {each.weights}"] = list(enumerate(each.norms, start=1))
        if each.weights == "best":
            series[f"{each.layer}, bound"] = list(enumerate(each.bounds, start=1))
    return curves(series, ylabel="norm of dh(T)/dh(T-k), log10", xlabel="k")


def _layers(model: nn.Module, task: Any, batch: Any) -> list[Layer]:
    with evaluating(model):
        return recorded(model, lambda: task.loss(model, batch, {}))


def _travelled(layer: Layer, weights: str) -> Travelled:
    size = sum(each.numel() for each in layer.state)
    if size > _MOST:
        raise RunError(f"the state of {layer.name} has {size:,} numbers", value=size, allowed=f"at most {_MOST:,}")
    found = through_time(layer.cell, [each.detach() for each in layer.gates], layer.state)
    norms, bounds = (each.clamp(min=1e-300).log10().flip(0).tolist() for each in (found.norms, found.bounds))
    return Travelled(layer.name, weights, norms, bounds)
