"""C21: a Neural Turing Machine learns to copy beyond the lengths of its training; an LSTM does not.

Graves, Wayne and Danihelka (2014, section 4.1) train both to give back sequences of 1 to 20 vectors of 8 bits, and then
ask for longer ones. The recipes are ``memory/copy`` and ``memory/copy-lstm``, with as many episodes for both. What an
episode costs is counted in bits at 10, 20, 30, 50 and 120 vectors. Guessing costs 8 bits a vector; blind stands for the
network's own answers, each held against another episode. How sparse accesses are is the perplexity of a head's weights,
over so many locations it spreads: of the head that reads on average over the steps at which an episode of 20 vectors is
asked for, of the head that writes over those before.

The claim holds where, on average over the seeds, an episode of 20 vectors costs the Turing machine less than 0.1 bits,
one of 120 has no more than one wrong bit, and the LSTM's cost there is at least a hundred times as high. One training
of the Turing machine had been scored when this rule was written.

The statement also speaks of sorting. That, and copying repeatedly, is in the results (docs/results.md), not in this
verdict.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from softsearch import runs
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.trainings import trained
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.recipes import load_recipe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Network = Literal["ntm", "lstm"]

RECIPES: dict[Network, str] = {"ntm": "memory/copy", "lstm": "memory/copy-lstm"}
CALLED: dict[Network, str] = {"ntm": "Neural Turing Machine", "lstm": "LSTM"}
WIDTH, TRAINED, LONGEST = 8, 20, 120
LENGTHS = (10, TRAINED, 30, 50, LONGEST)
FEW_BITS, FEW_ERRORS, TIMES = 0.1, 1.0, 100.0
LEAST_DRAWN = 1e-9  # bits

CLAIM = Claim(
    id="C21",
    statement=STATEMENTS["C21"],
    source="Lecture on Neural Turing Machines; Graves, Wayne and Danihelka (2014), section 4.1 and figures 3 to 5",
    seeds=(1, 2, 3),
    expected={
        f"ntm_bits_at_{TRAINED}": f"less than {FEW_BITS}",
        f"ntm_errors_at_{LONGEST}": f"at most {FEW_ERRORS:g}",
        f"ntm_bits_at_{LONGEST}": "little",
        f"lstm_bits_at_{LONGEST}": f"at least {TIMES:g} times the Turing machine's",
        "locations_read_at_once": "near 1",
        "locations_written_at_once": "near 1",
    },
)


def measure(seed: int) -> dict[str, float]:
    """Return what episodes of each length cost both networks in bits, how many bits are wrong, how many episodes right.

    The Turing machine's heads are followed through one episode of 20 vectors.
    """
    figures: dict[str, float] = {}
    for network in RECIPES:
        for length, found in evaluation(network, seed).items():
            for name in ("bits", "errors", "exact"):
                figures[f"{network}_{name}_at_{length}"] = found["metrics"][name]["value"]
            figures[f"{network}_blind_at_{length}"] = found["blind"]
    at_once = locations_at_once(seed)
    return figures | {
        "locations_read_at_once": at_once["read head"],
        "locations_written_at_once": at_once["write head"],
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the Turing machine copies 20 vectors and 120, and the LSTM is far behind it there."""
    learnt = figures[f"ntm_bits_at_{TRAINED}"].mean < FEW_BITS
    goes_on = figures[f"ntm_errors_at_{LONGEST}"].mean <= FEW_ERRORS
    behind = figures[f"lstm_bits_at_{LONGEST}"].mean >= TIMES * figures[f"ntm_bits_at_{LONGEST}"].mean
    return "holds" if learnt and goes_on and behind else "fails"


def picture(seed: int) -> Figure:
    """Draw what episodes cost by their length, as powers of ten."""
    series: dict[str, list[tuple[float, float | None]]] = {
        called: [
            (length, math.log10(max(LEAST_DRAWN, found["metrics"]["bits"]["value"])))
            for length, found in evaluation(network, seed).items()
        ]
        for network, called in CALLED.items()
    }
    series["guessing"] = [(length, math.log10(WIDTH * length)) for length in LENGTHS]
    return curves(series, ylabel="log10 of bits an episode", xlabel=f"vectors; up to {TRAINED} in training")


@cache
def evaluation(network: Network, seed: int) -> dict[int, dict[str, Any]]:
    """Return how good a network is on episodes of each length."""
    found = runs.evaluate(run_of(network, seed), on=f"length={','.join(map(str, LENGTHS))}")
    return {int(length): each for length, each in found["sizes"].items()}


def locations_at_once(seed: int) -> dict[str, float]:
    """Return over how many locations each head spreads: to write while it is told, to read while it is asked."""
    trace = runs.traced(run_of("ntm", seed), on=f"length={TRAINED}")
    uses, asked = trace.uses, trace.counts
    assert uses is not None
    return dataclasses.replace(uses, writing=uses.writing[~asked], reading=uses.reading[asked]).locations_at_once


def run_of(network: Network, seed: int) -> Path:
    """Train a network, or take the one that was; return its run."""
    return trained(load_recipe(RECIPES[network], ["training.threads=1", f"seed={seed}"]), name=f"copy-{network}-{seed}")
