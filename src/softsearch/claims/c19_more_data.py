"""C19: attention models keep improving with more data.

One Transformer that predicts the next byte of Python's documentation learns from a sixteenth of a text, an eighth and
so on up to all of it, with as many steps each time, and keeps the weights that are best on its validation text. All are
scored on one test text. Bytes, nearly all of which are characters, are the same tokens whatever was learnt from. The
slope is that of log loss over log size (Hestness et al. 2017).

Blind baselines: the model that has read most, given what stands before another place of the text; and the frequencies
of bytes, learnt from the same texts: they need little data, so their loss must fall less steeply.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.contexts import loss_at, places
from softsearch.claims.framework import Claim
from softsearch.claims.language_models import SEEDS, Measured, Setting, measured, unigram_loss
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import curves
from softsearch.tasks.context import nats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C19",
    statement=STATEMENTS["C19"],
    source="Lectures on attention; Vaswani et al. (2017), Hestness et al. (2017)",
    seeds=SEEDS,
    expected={"slope": "less than 0", "smallest_gain_of_a_doubling": "more than 0", "slope_of_frequencies": "nearer 0"},
)

# Eight passes over the largest text and 130 over the smallest. With two over the largest it is the steps that are
# scarce, not the data: a sixteen times larger text gained little then (docs/lab-notes.md).
SETTING = Setting(
    name="bytes",
    tokenizer="bytes",
    vocabulary=260,
    characters=20_000,
    window=128,
    embedding=96,
    blocks=3,
    dropout=0.1,
    batch_tokens=2_048,
    learning_rates=(),
    steps=1_300,
    parameters=400_000,
)
SIZES = tuple(SETTING.characters * 2**doublings for doublings in range(5))
PLACES = 2_000


def measure(seed: int) -> dict[str, float]:
    """Return the loss for each size of the text, the slope, and what is left of both without context."""
    losses, largest = _losses(seed), _of(SIZES[-1], seed)
    frequencies = [unigram_loss(_of(size, seed).train, largest.test, SETTING.vocabulary) for size in SIZES]
    slope, baseline = _slope(losses), _slope(frequencies)
    given = places(largest.test, length=SETTING.window, most=PLACES)
    return {
        **{f"loss_at_{size}_characters": loss for size, loss in zip(SIZES, losses, strict=True)},
        "smallest_gain_of_a_doubling": float(-np.diff(losses).max()),
        "slope": slope,
        "slope_of_frequencies": baseline,
        "slope_less_that_of_frequencies": slope - baseline,
        "loss_of_frequencies": frequencies[-1],
        "loss_blind": loss_at(largest.model, given.misplaced(0)),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where each doubling helps with each seed, more steeply than it helps frequencies.

    A slope must lie below zero, and below theirs, beyond the interval over seeds. A model that has read least must be
    better than the blind one.
    """
    each = min(figures["smallest_gain_of_a_doubling"].values) > 0
    steep = figures["slope"].high < 0 and figures["slope_less_that_of_frequencies"].high < 0
    reads = max(figures[f"loss_at_{SIZES[0]}_characters"].values) < min(figures["loss_blind"].values)
    return "holds" if each and steep and reads else "fails"


def picture(seed: int) -> Figure:
    """Draw the loss by the size of the text."""
    series = {"Transformer": list(zip(SIZES, _losses(seed), strict=True))}
    return curves(series, ylabel="test loss, nats a byte", xlabel="characters of text", doubling=True)


def _losses(seed: int) -> list[float]:
    """Return the loss of each model on the test text of the one that has read most."""
    test = _of(SIZES[-1], seed).test
    return [nats(_of(size, seed).model, [test]) / (len(test) - 1) for size in SIZES]


def _slope(losses: Sequence[float]) -> float:
    """Return the slope of a straight line through log loss over log size, by least squares."""
    return float(np.polyfit(np.log(SIZES), np.log(losses), 1)[0])


def _of(characters: int, seed: int) -> Measured:
    setting = dataclasses.replace(SETTING, characters=characters, name=f"{SETTING.name}-{characters}")
    return measured(setting, "transformer", seed)
