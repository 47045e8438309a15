"""Cells of recurrent language models that follow something in a text: quotations, brackets, the length of a line.

Karpathy, Johnson and Fei-Fei (2015), "Visualizing and understanding recurrent networks", found such cells by eye. Here
every unit of every layer is correlated with a signal on one half of a text; the unit whose correlation is farthest from
zero is chosen, and judged by its correlation on the other half. The halves are every other one of twenty parts, since a
text changes as it goes on. Some unit always correlates best: beside it stands what the same search finds in a network
of the same shape that has learnt nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch

from softsearch.inspection.signals import SIGNALS
from softsearch.inspection.texts import TokenText
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.shapes import Float

_PARTS = 20


class Cell(NamedTuple):
    """A unit of a layer, both counted from 1."""

    layer: int
    unit: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"


class Chosen(NamedTuple):
    """A cell that follows a signal.

    Attributes
    ----------
    cell
        The one with the largest correlation, of either sign, on the half that it was chosen by.
    chosen_by, judged_by
        Its correlations on that half and on the other.
    """

    cell: Cell
    chosen_by: float
    judged_by: float


@torch.inference_mode()
def memories(model: RecurrentLanguageModel, text: TokenText) -> Float[np.ndarray, "length layers hidden"]:
    """Return what each unit of each layer holds after each token, from -1 to 1: tanh(c) of an LSTM, h of others."""
    held = []
    for first, *ids in text.texts:
        _, state = model(torch.tensor([[first]]), model.start(1))
        for token in ids:
            _, state = model(torch.tensor([[token]]), state)
            held.append(torch.cat(model.memories(state)))
    return torch.stack(held).float().numpy()


def follows(held: Float[np.ndarray, "length layers hidden"], signal: np.ndarray) -> Chosen | None:
    """Return the unit that follows a signal, a number for each token.

    None where a half's signal never changes, or the text is too short for parts of two tokens.
    """
    if len(signal) < 2 * _PARTS:
        return None
    judging = _parts(len(signal)) % 2 == 1
    if not all(np.unique(half).size > 1 for half in (signal[~judging], signal[judging])):
        return None
    chosen_by = _correlations(held[~judging], signal[~judging])
    layer, unit = (int(place) for place in np.unravel_index(np.abs(chosen_by).argmax(), chosen_by.shape))
    judged_by = _correlations(held[judging, layer, unit], signal[judging])
    return Chosen(Cell(layer + 1, unit + 1), float(chosen_by[layer, unit]), float(judged_by))


def search(held: Float[np.ndarray, "length layers hidden"], text: TokenText) -> dict[str, Chosen]:
    """Return for each signal of :data:`SIGNALS` that the text has the unit that follows it."""
    found = {name: follows(held, text.projected(signal(text.text))) for name, signal in SIGNALS.items()}
    return {name: chosen for name, chosen in found.items() if chosen is not None}


def liveliest(signal: np.ndarray, values: np.ndarray, *, most: int) -> slice:
    """Return the part in which a signal and a cell change most, of those that it is judged by; `most` tokens of it."""
    parts = _parts(len(signal))
    best = max(range(1, _PARTS, 2), key=lambda part: _spread(signal[parts == part]) * _spread(values[parts == part]))
    start = int(np.argmax(parts == best))
    return slice(start, min(start + most, start + int((parts == best).sum())))


def to_dict(found: Mapping[str, Chosen], untrained: Mapping[str, Chosen]) -> dict[str, dict[str, object]]:
    """Return everything as plain values for JSON."""
    return {
        name: {
            "layer": each.cell.layer,
            "unit": each.cell.unit,
            "chosen_by": round(each.chosen_by, 4),
            "judged_by": round(each.judged_by, 4),
            "untrained": round(untrained[name].judged_by, 4),
        }
        for name, each in found.items()
    }


def _spread(signal: np.ndarray) -> float:
    return float(np.std(signal)) if len(signal) else 0.0


def _parts(length: int) -> np.ndarray:
    """Return the part of each token: those of odd numbers judge."""
    return np.arange(length) * _PARTS // max(1, length)


def _correlations(held: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of each unit with a signal, 0 for a unit that never changes."""
    deviations = signal - signal.mean()
    own = held - held.mean(axis=0)
    scale = np.sqrt((own**2).sum(axis=0) * (deviations**2).sum())
    return np.divide(np.tensordot(deviations, own, axes=1), scale, out=np.zeros(held.shape[1:]), where=scale > 1e-12)
