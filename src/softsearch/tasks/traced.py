"""One episode, step by step: what was read and written, and, of a network with a memory, where its heads were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from softsearch.shapes import Bool, Float

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Uses:
    """How a memory was used.

    Attributes
    ----------
    memory
        What it held after each step.
    writing, reading
        Where each head was, as shares.
    """

    memory: Float[np.ndarray, "length locations word"]
    writing: Float[np.ndarray, "length heads locations"]
    reading: Float[np.ndarray, "length heads locations"]

    @property
    def heads(self) -> dict[str, Float[np.ndarray, "length locations"]]:
        """Where each head was, by its name."""
        found = {}
        for name, weights in (("write head", self.writing), ("read head", self.reading)):
            for head in range(weights.shape[1]):
                found[f"{name} {head + 1}" if weights.shape[1] > 1 else name] = weights[:, head]
        return found

    @property
    def locations_at_once(self) -> dict[str, float]:
        """Over how many locations each head spreads, as the perplexity of its weights, on average over the steps."""
        return {name: float(np.exp(_entropy(weights)).mean()) for name, weights in self.heads.items()}


def _entropy(weights: np.ndarray) -> np.ndarray:
    return -(weights * np.log(np.maximum(weights, np.finfo(weights.dtype).tiny))).sum(axis=1)


@dataclass(frozen=True)
class Trace:
    """What happened in one episode.

    Attributes
    ----------
    inputs, targets, written
        What was read, what was to be written, and what was: probabilities of bits, or numbers.
    counts
        The steps at which it counts.
    is_bits
        Whether bits were written.
    uses
        Of the memory; None where there is none.
    """

    inputs: Float[np.ndarray, "length input"]
    targets: Float[np.ndarray, "length out"]
    written: Float[np.ndarray, "length out"]
    counts: Bool[np.ndarray, " length"]
    is_bits: bool
    uses: Uses | None

    @property
    def told(self) -> str:
        """What came of it, in a sentence."""
        numbers = int(self.counts.sum()) * self.targets.shape[1]
        if self.is_bits:
            wrong = int(((self.written > 0.5) != (self.targets > 0.5))[self.counts].sum())
            came = f"{wrong:,} of {numbers:,} bits are wrong"
        else:
            came = f"mean squared error {np.square(self.written - self.targets)[self.counts].mean():.3g}"
        steps = len(self.inputs)
        said = f"{steps:,} step{'s' * (steps > 1)}; {came}"
        if self.uses is None:
            return said
        spread = ", ".join(f"{name} at {locations:.1f}" for name, locations in self.uses.locations_at_once.items())
        return f"{said}; of {self.uses.memory.shape[1]:,} locations, at once: {spread}"

    def plot(self) -> Figure:
        """Draw inputs, targets, what was written and the heads over the steps."""
        from softsearch.pictures import step_sheet

        asked = self.counts[:, None]
        wanted, written = _shown(*(np.where(asked, each, np.nan) for each in (self.targets, self.written)))
        read = np.column_stack([_shown(each)[0] for each in self.inputs.T])
        panels = {"read": read, "to be written": wanted, "written": written}
        if self.is_bits:
            wrong = (self.written > 0.5) != (self.targets > 0.5)
            panels["wrong"] = np.where(asked, wrong.astype(float), np.nan)
        return step_sheet(panels, {} if self.uses is None else self.uses.heads, title=self.told)

    def save_film(self, out: Path) -> None:
        """Write an animated GIF of the memory while it is used.

        Raises
        ------
        ValueError
            There is no memory.
        OSError
            The file cannot be written.
        """
        from softsearch.pictures import save_film

        if self.uses is None:
            raise ValueError("this network has no memory")
        length = len(self.counts)
        captions = [
            f"step {step} of {length}, {'asked' if asked else 'told'}"
            for step, asked in enumerate(self.counts, start=1)
        ]
        save_film(out, self.uses.memory, self.uses.heads, captions=captions)


def _shown(*panels: np.ndarray) -> list[np.ndarray]:
    """Return numbers from -1 to 1: bits and probabilities as they are, others as shares of the greatest of all."""
    most = max(np.abs(each[np.isfinite(each)]).max(initial=1.0) for each in panels)
    return [each / most for each in panels]
