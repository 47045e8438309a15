"""C22: local and shared weights need orders of magnitude fewer parameters, and an FFT speeds large kernels up.

Lectures on convolution count the weights of a layer of 1,000 units over an image of 100 by 100: 10^7 where each unit
reads all of it, 10^5 where each reads 10 by 10 places, and those of a few kernels where places share them. They are
counted here in the real modules. By the convolution theorem an image of n numbers is convolved with a kernel of any
size in n log n steps, and place by place in n times the size of the kernel. Both are timed, taking turns, with kernels
half as wide as the image: so the second grows with n^2. What is kept is the slope of log time over log n.

Control: kernels of three by three, with which the FFT must be the slower one at every size.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.metrics.repeats import Figures
from softsearch.nn.convolution import LocallyConnected2d, convolve, convolve_by_fft
from softsearch.pictures.charts import curves
from softsearch.seeding import derive
from softsearch.shapes import Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C22",
    statement=STATEMENTS["C22"],
    source="Lectures on convolutional networks",
    seeds=(1, 2, 3),
    expected={
        "weights_fully_connected": "10,000,000",
        "weights_locally_connected": "100,000",
        "weights_convolutional": "far fewer",
        "slope_direct": "2",
        "slope_fft": "a little above 1",
        "direct_over_fft_at_128": "more than 1",
        "direct_over_fft_at_128_small_kernel": "less than 1",
    },
)

EDGES = (16, 32, 64, 128)
ROUNDS = 5
METHODS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"direct": convolve, "fft": convolve_by_fft}


def measure(seed: int) -> dict[str, float]:
    """Return numbers of weights, and how time grows with the size of the image."""
    times, largest = _times(seed), EDGES[-1]
    figures: dict[str, float] = {f"weights_{name}": float(number) for name, number in weights().items()}
    for method in METHODS:
        seconds = [statistics.median(times[method, edge, edge // 2]) for edge in EDGES]
        figures[f"slope_{method}"] = float(np.polyfit(2 * np.log(EDGES), np.log(seconds), 1)[0])
    for name, kernel in (("", largest // 2), ("_small_kernel", 3)):
        ratios = zip(times["direct", largest, kernel], times["fft", largest, kernel], strict=True)
        figures[f"direct_over_fft_at_{largest}{name}"] = statistics.median(a / b for a, b in ratios)
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where each step saves at least ten times, and the FFT wins with large kernels and only there.

    Its time must grow less steeply than that of going place by place, beyond the interval over the repetitions.
    """
    full, local, shared = (figures[f"weights_{name}"].mean for name in weights())
    fewer = full >= 10 * local >= 100 * shared
    wins = figures["direct_over_fft_at_128"].low > 1 > figures["direct_over_fft_at_128_small_kernel"].high
    return "holds" if fewer and wins and figures["slope_fft"].high < figures["slope_direct"].low else "fails"


def picture(seed: int) -> Figure:
    """Draw the time of both, as powers of ten of the FFT's on the smallest image."""
    times = _times(seed)
    unit = statistics.median(times["fft", EDGES[0], EDGES[0] // 2])
    names = {"direct": "place by place", "fft": "FFT"}
    series = {
        name: [(edge, math.log10(statistics.median(times[method, edge, edge // 2]) / unit)) for edge in EDGES]
        for method, name in names.items()
    }
    return curves(
        series, ylabel="log10 of the time", xlabel="edge of the image; kernels are half as wide", doubling=True
    )


def weights() -> dict[str, int]:
    """Return how many weights a layer of 1,000 units over an image of 100 by 100 has, biases apart."""
    with torch.device("meta"):
        full = nn.Linear(100 * 100, 1_000)
        local = LocallyConnected2d(inputs=1, outputs=10, size=(100, 100), kernel=10, stride=10)
        shared = nn.Conv2d(1, 10, 10, stride=10)
        image = torch.zeros(1, 1, 100, 100)
        assert full(image.flatten(1)).numel() == local(image).numel() == shared(image).numel() == 1_000
    names = ("fully_connected", "locally_connected", "convolutional")
    return {
        name: layer.get_parameter("weight").numel() for name, layer in zip(names, (full, local, shared), strict=True)
    }


@cache
def _times(seed: int) -> dict[tuple[str, int, int], list[float]]:
    """Return the seconds of each method, for each edge of image and kernel, in each round."""
    generator = torch.Generator().manual_seed(derive(seed, "C22"))
    sizes = [*((edge, edge // 2) for edge in EDGES), (EDGES[-1], 3)]
    drawn = {
        size: tuple(torch.randn(1, 1, edge, edge, generator=generator, dtype=torch.float64) for edge in size)
        for size in sizes
    }
    found: dict[tuple[str, int, int], list[float]] = {(name, *size): [] for size in sizes for name in METHODS}
    for number in range(1 + ROUNDS):
        for name, *size in found:
            begin = time.perf_counter()
            METHODS[name](*drawn[size[0], size[1]])
            if number:  # the first round warms up
                found[name, size[0], size[1]].append(time.perf_counter() - begin)
    return found
