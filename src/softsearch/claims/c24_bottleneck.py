"""C24: a linear bottleneck can express strictly less, and may generalise better.

A linear layer W from 40 to 40 numbers has rank up to 40; as a product U V through 5 numbers, up to 5, with a quarter of
the parameters. Both learn to predict y = A x + noise from 60 examples, with the same optimiser and number of steps.
Where A has rank 5 the bottleneck has all it needs, and less to be wrong about; where A has rank 40 it cannot follow,
however many examples there are. So "may" is measured in both directions, and the second is the control.

Beside it, in a network: 300 drawn digits, a hidden layer of 256 units that reads 256 numbers directly or through 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_nets import error, fit, images_of
from softsearch.metrics.repeats import Figures
from softsearch.nn.products import LinearBottleneck
from softsearch.pictures.charts import interval_chart
from softsearch.seeding import derive
from softsearch.shapes import Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C24",
    statement=STATEMENTS["C24"],
    source="Lectures on generalisation: reducing the number of parameters",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "parameters_full": "1,600",
        "parameters_bottleneck": "400",
        "rank_full": "40",
        "rank_bottleneck": "5",
        "test_error_full_truth_of_rank_5": "more than of the bottleneck",
        "test_error_bottleneck_truth_of_rank_5": "",
        "test_error_full_truth_of_rank_40": "less than of the bottleneck",
        "test_error_bottleneck_truth_of_rank_40": "",
        "digits_error_full": "",
        "digits_error_bottleneck": "",
    },
)

WIDTH, NARROW, NOISE = 40, 5, 0.5
EXAMPLES, TESTS, STEPS = 60, 2_000, 1_500
DIGITS, DIGIT_EDGE, HIDDEN, DIGITS_NARROW, DIGIT_STEPS = 300, 16, 256, 16, 600
KINDS, RANKS = ("full", "bottleneck"), (NARROW, WIDTH)


@cache
def measure(seed: int) -> dict[str, float]:
    """Return parameters and ranks of both layers, and their errors on new examples, relative to the variance."""
    figures: dict[str, float] = {}
    for rank in RANKS:
        train, test = _examples(seed, rank, EXAMPLES), _examples(seed, rank, TESTS, noise=0.0)
        for kind in KINDS:
            model = fit(
                _layer(kind, seed), *train, steps=STEPS, seed=seed, learning_rate=5e-3, loss=functional.mse_loss
            )
            figures[f"test_error_{kind}_truth_of_rank_{rank}"] = _relative_error(model, *test)
            if rank == WIDTH:
                figures[f"parameters_{kind}"] = float(sum(each.numel() for each in model.parameters()))
                figures[f"rank_{kind}"] = float(torch.linalg.matrix_rank(_matrix(model), rtol=1e-5))
    figures |= {f"digits_error_{kind}": _digits_error(kind, seed) for kind in KINDS}
    return figures


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the rank is bounded, and the bottleneck wins on a truth of low rank and loses on another."""
    bounded = max(figures["rank_bottleneck"].values) <= NARROW < min(figures["rank_full"].values)
    leads = {rank: _lead(figures, rank) for rank in RANKS}
    return "holds" if bounded and leads[NARROW].low > 0 > leads[WIDTH].high else "fails"


def picture(_seed: int) -> Figure:
    """Draw the errors of both, over all seeds, on truths of either rank."""
    found = [measure(each) for each in CLAIM.seeds]
    series = {}
    for kind, name in zip(KINDS, ("full", f"through {NARROW} numbers"), strict=True):
        figures = {
            rank: Figures.of([each[f"test_error_{kind}_truth_of_rank_{rank}"] for each in found]) for rank in RANKS
        }
        series[name] = {f"truth of rank {rank}": (each.mean, each.low, each.high) for rank, each in figures.items()}
    return interval_chart(series, ylabel="error on new examples, relative")


def _lead(figures: Mapping[str, Figures], rank: int) -> Figures:
    """Return by how much the bottleneck's error is below the full layer's, seed by seed."""
    full, narrow = (figures[f"test_error_{kind}_truth_of_rank_{rank}"].values for kind in KINDS)
    return Figures.of([a - b for a, b in zip(full, narrow, strict=True)])


def _layer(kind: str, seed: int) -> nn.Module:
    torch.manual_seed(derive(seed, "C24", kind))
    if kind == "full":
        return nn.Linear(WIDTH, WIDTH, bias=False)
    return LinearBottleneck(inputs=WIDTH, narrow=NARROW, outputs=WIDTH, bias=False)


def _matrix(model: nn.Module) -> Tensor:
    """Return W, or U V."""
    return model(torch.eye(WIDTH)).detach().t()


def _examples(seed: int, rank: int, number: int, *, noise: float = NOISE) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(derive(seed, "C24 truth", rank))
    left, right = (torch.randn(WIDTH, rank, generator=generator) for _ in range(2))
    truth = left @ right.t() / (rank * WIDTH) ** 0.5
    generator.manual_seed(derive(seed, "C24 examples", number))
    inputs = torch.randn(number, WIDTH, generator=generator)
    outputs = inputs @ truth.t()
    return inputs, outputs + noise * torch.randn(number, WIDTH, generator=generator)


@torch.no_grad()
def _relative_error(model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    return float((model(inputs) - targets).square().mean() / targets.var())


def _digits_error(kind: str, seed: int) -> float:
    train = images_of("digits", number=DIGITS, size=DIGIT_EDGE, seed=seed, split="train")
    test = images_of("digits", number=TESTS, size=DIGIT_EDGE, seed=seed, split="test")
    torch.manual_seed(derive(seed, "C24 digits", kind))
    numbers = DIGIT_EDGE**2
    narrow = LinearBottleneck(inputs=numbers, narrow=DIGITS_NARROW, outputs=HIDDEN, bias=True)
    first = nn.Linear(numbers, HIDDEN) if kind == "full" else narrow
    model = nn.Sequential(nn.Flatten(), first, nn.ReLU(), nn.Linear(HIDDEN, 10))
    return error(fit(model, *train, steps=DIGIT_STEPS, seed=seed), *test)
