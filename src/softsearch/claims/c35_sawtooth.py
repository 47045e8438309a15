"""C35: some functions that a deep network expresses need exponentially many units in a shallow one.

Telgarsky (2015, "Representation benefits of deep feedforward networks"): the tent map m(x) = 2 min(x, 1 - x) takes two
units, 2 relu(x) - 4 relu(x - 1/2). Applied k times it has 2^k straight pieces, and a network of k layers with two units
each computes it exactly. A network with one hidden layer of n units has at most n + 1 pieces. How many it needs for a
mean squared error of a hundredth of the variance is found by solving for the best output layer over hidden units whose
thresholds lie evenly, twice as many as often as needed. Measured in float64 on the interval from 0 to 1.

Control: m applied once, however many layers compute it, with identities in between: there a shallow network needs no
more units than a deep one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.shapes import Float, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C35",
    statement=STATEMENTS["C35"],
    source="Lectures on generalisation; Telgarsky (2015), Representation Benefits of Deep Feedforward Networks",
    seeds=(1,),
    expected={
        "off_by_of_the_deep_network": "0",
        "pieces_over_2_to_the_k": "1",
        "shallow_units_doubled_each_layer": "2",
        "shallow_units_at_8_layers": "256",
        "deep_units_at_8_layers": "16",
        "shallow_units_of_one_tent": "2",
    },
)

DEPTHS = (1, 2, 3, 4, 5, 6, 7, 8)
FINE = 1 << 14  # places at which functions are compared; a multiple of every number of pieces
WANTED = 0.01  # of the variance
ROUNDING = 1e-12


class Tents(nn.Module):
    """So many tent maps, one applied to the other, then identities: two units in each layer.

    Parameters
    ----------
    tents, layers
        How many of the layers are tents; the others, of relu(x), pass on what they get.
    """

    def __init__(self, *, tents: int, layers: int) -> None:
        super().__init__()
        self.hidden = nn.ModuleList(nn.Linear(1, 2) for _ in range(layers))
        self.out = nn.ModuleList(nn.Linear(2, 1, bias=False) for _ in range(layers))
        self.double()
        with torch.no_grad():
            for number, (hidden, out) in enumerate(zip(self.hidden, self.out, strict=True)):
                hidden.get_parameter("weight").fill_(1.0)
                hidden.get_parameter("bias").copy_(torch.tensor([0.0, -0.5]))
                out.get_parameter("weight").copy_(torch.tensor([[2.0, -4.0] if number < tents else [1.0, 0.0]]))

    @torch.no_grad()
    def forward(self, inputs: Float[Tensor, "rows features"]) -> Float[Tensor, "rows features"]:
        """Return m(m(…(x)))."""
        for hidden, out in zip(self.hidden, self.out, strict=True):
            inputs = out(torch.relu(hidden(inputs)))
        return inputs


def measure(_seed: int) -> dict[str, float]:
    """Return how exact the deep network is, how many pieces it has, and how many units a shallow one needs."""
    places = _places()
    off, pieces = [], []
    for depth in DEPTHS:
        found = Tents(tents=depth, layers=depth)(places)[:, 0].numpy()
        off.append(np.abs(found - sawtooth(places[:, 0].numpy(), depth)).max())
        pieces.append(count_pieces(found) / 2**depth)
    units = [shallow_units(sawtooth(places[:, 0].numpy(), depth)) for depth in DEPTHS]
    slope = np.polyfit(DEPTHS, np.log2(units), 1)[0]
    one_tent = Tents(tents=1, layers=DEPTHS[-1])(places)[:, 0].numpy()
    return {
        "off_by_of_the_deep_network": float(max(off)),
        "pieces_over_2_to_the_k": float(max(pieces, key=lambda ratio: abs(ratio - 1))),
        "shallow_units_doubled_each_layer": float(2**slope),
        "shallow_units_at_8_layers": float(units[-1]),
        "deep_units_at_8_layers": float(2 * DEPTHS[-1]),
        "shallow_units_of_one_tent": float(shallow_units(one_tent)),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the deep network is exact, and each layer at least all but doubles what a shallow one needs.

    The control must need no more units than the deep network has in a single layer.
    """
    exact = figures["off_by_of_the_deep_network"].mean < ROUNDING and figures["pieces_over_2_to_the_k"].mean == 1
    grows = figures["shallow_units_doubled_each_layer"].mean > 1.8
    return "holds" if exact and grows and figures["shallow_units_of_one_tent"].mean <= 2 else "fails"


def picture(_seed: int) -> Figure:
    """Draw how many units each kind of network needs."""
    places = _places()[:, 0].numpy()
    series = {
        "one hidden layer": [(depth, float(shallow_units(sawtooth(places, depth)))) for depth in DEPTHS],
        "two units a layer": [(depth, 2.0 * depth) for depth in DEPTHS],
    }
    return curves(series, ylabel="units", xlabel="k: the tent map is applied so often")


def sawtooth(places: Float[np.ndarray, " rows"], depth: int) -> Float[np.ndarray, " rows"]:
    """Return the tent map, applied `depth` times, by its definition."""
    for _ in range(depth):
        places = 2 * np.minimum(places, 1 - places)
    return places


def count_pieces(values: Float[np.ndarray, " rows"]) -> int:
    """Return of how many straight pieces a function consists, whose corners all lie on the places."""
    bends = np.abs(np.diff(values, n=2)) > ROUNDING
    return int(bends.sum()) + 1


def shallow_units(wanted: Float[np.ndarray, " rows"]) -> int:
    """Return with how many hidden units, a power of two, a shallow network comes close enough.

    The output layer is the best there is (least squares); thresholds lie evenly from 0 on.
    """
    places = _places()[:, 0].numpy()
    units = 1
    while True:
        thresholds = np.arange(units) / units
        hidden = np.maximum(0.0, places[:, None] - thresholds)
        hidden = np.concatenate([hidden, np.ones_like(hidden[:, :1])], axis=1)
        weights, *_ = np.linalg.lstsq(hidden, wanted, rcond=None)
        if np.mean((hidden @ weights - wanted) ** 2) <= WANTED * wanted.var():
            return units
        units *= 2


def _places() -> Float[Tensor, "rows features"]:
    return torch.linspace(0, 1, FINE + 1, dtype=torch.float64).unsqueeze(1)
