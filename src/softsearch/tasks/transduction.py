"""Numbers in, numbers out: what to minimise, how good a network is, and a trained one ready to be asked.

    bits       L = - sum over steps and bits of t log sigmoid(y) + (1 - t) log(1 - sigmoid(y))
    numbers    L = 1/2 sum over steps and numbers of (y - t)^2

over the steps that count, divided by how many numbers that are.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from softsearch.data.episodes.episodes import Episodes
from softsearch.models.transducer import Transducer
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.shapes import Bool, Float, Tensor
from softsearch.tasks.task import Carry, Loss, Task, Term, Trained, Validation, evaluating
from softsearch.tasks.traced import Trace, Uses

Kind = Literal["bits", "numbers"]
_SHOWN = 6  # steps of a sample


class Costs(NamedTuple):
    """What becomes of episodes: numbers for each of them.

    Attributes
    ----------
    costs, blind
        What is written costs, in nats or as half the squared error; and what it would cost against the targets of
        another episode of its batch, which is not a number where there is no other.
    errors
        Bits that are wrong.
    numbers
        How many numbers count.
    """

    costs: Float[np.ndarray, " rows"]
    blind: Float[np.ndarray, " rows"]
    errors: Float[np.ndarray, " rows"]
    numbers: Float[np.ndarray, " rows"]

    def of_bits(self) -> dict[str, Float[np.ndarray, " rows"]]:
        """Return the scores of bits: what an episode costs in bits, its wrong bits, and whether it has none."""
        return {"bits": self.costs / math.log(2), "errors": self.errors, "exact": (self.errors == 0).astype(float)}


@dataclasses.dataclass(eq=False, kw_only=True)
class TransductionTask(Task):
    """Numbers in, numbers out, so many at each step; of bits that are written the network gives the logits."""

    kind = "transduction"

    written: Kind
    inputs: int
    outputs: int

    def ready(self, model: Transducer) -> TrainedTransducer:
        """Return a network ready to be asked."""
        return TrainedTransducer(model, self)

    def loss(self, model: Transducer, batch: Episodes, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the bits, in nats, or half the squared error of the numbers."""
        total = self.costs(model(batch.inputs), batch).sum()
        return {"loss": Term(total, self.counts(batch)["loss"])}, carry

    def counts(self, batch: Episodes) -> dict[str, int]:
        """Return how many numbers the loss of the batch is a sum over."""
        return {"loss": int(batch.mask.sum()) * self.outputs}

    def costs(self, written: Float[Tensor, "batch length out"], batch: Episodes) -> Float[Tensor, " batch"]:
        """Return what each episode costs."""
        if self.written == "bits":
            each = functional.binary_cross_entropy_with_logits(written, batch.targets, reduction="none")
        else:
            each = (written - batch.targets).square() / 2
        return (each * batch.mask.unsqueeze(2)).sum(dim=(1, 2))

    def wrong(self, written: Float[Tensor, "batch length out"], batch: Episodes) -> Bool[Tensor, "batch length out"]:
        """Return which bits that count are wrong."""
        return ((written > 0) != (batch.targets > 0.5)) & batch.mask.unsqueeze(2)

    def where_not_finite(self, model: Transducer, batches: Iterable[Episodes]) -> str:
        """Say which part of the network has the first number that is not finite, and at which step.

        The batches are read as in the training, dropout included, where the random numbers are those that it drew.
        """
        layers = model.layers
        with torch.no_grad():
            for batch in batches:
                state: Any = layers.start(batch.num_items)
                found = layers.first_not_finite(batch.inputs, state) if isinstance(layers, MemoryLayer) else None
                written = model(batch.inputs, state)
                steps = (~written.isfinite()).any(dim=2).any(dim=0).nonzero()
                if found is None and len(steps):
                    found = "what is written", int(steps[0]) + 1
                if found is not None:
                    part, step = found
                    when = f"at step {step} of {written.shape[1]}" if step else "before the first step"
                    return f"the first number that is not finite is in {part}, {when}"
                if not bool(self.costs(written, batch).isfinite().all()):
                    return "all that is written is finite, and the loss is not"
        return "the forward pass is finite: only the gradient is not"

    def validate(self, model: Transducer, data: Sequence[Episodes]) -> Validation:
        """Return the loss; of bits also what an episode costs in bits, its wrong bits, and the share without any."""
        found = self.ready(model).judged(data)
        scores = {"loss": float(found.costs.sum() / found.numbers.sum())}
        if self.written == "bits":
            scores |= {name: float(each.mean()) for name, each in found.of_bits().items()}
        with evaluating(model):
            written = model(data[-1].inputs)[-1]
        return Validation(scores, self._sample(written, data[-1]))

    def _sample(self, written: Float[Tensor, "length out"], batch: Episodes) -> dict[str, str]:
        """Return the last steps that count of the last episode: what is to be written, and what is."""
        counted = batch.mask[-1]
        wanted, found = (each[counted][-_SHOWN:].tolist() for each in (batch.targets[-1], written))

        def told(rows: list[list[float]], above: float) -> str:
            if self.written == "numbers":
                return " ".join(",".join(f"{number:.3g}" for number in row) for row in rows)
            return " ".join("".join(str(int(number > above)) for number in row) for row in rows)

        return {"wanted": told(wanted, 0.5), "written": told(found, 0.0)}


class TrainedTransducer(Trained[Transducer, TransductionTask]):
    """A trained network, ready to be asked."""

    def judged(self, data: Sequence[Episodes]) -> Costs:
        """Return what becomes of each episode."""
        task, found = self.task, []
        with evaluating(self.model):
            for batch in data:
                written = self.model(batch.inputs)
                other = dataclasses.replace(batch, targets=batch.targets.roll(1, dims=0))
                costs = task.costs(written, batch)
                blind = task.costs(written, other) if batch.num_items > 1 else torch.full_like(costs, math.nan)
                wrong, numbers = task.wrong(written, batch).sum(dim=(1, 2)), task.outputs * batch.mask.sum(dim=1)
                found.append(torch.stack([costs, blind, wrong, numbers], dim=1))
        return Costs(*torch.cat(found).double().cpu().numpy().T)

    def transduce(self, inputs: Float[Tensor, "batch length input"]) -> Float[Tensor, "batch length out"]:
        """Return what is written at each step: probabilities of bits, or numbers."""
        with evaluating(self.model):
            return self._told(self.model(inputs))

    def _told(self, written: Float[Tensor, "batch length out"]) -> Float[Tensor, "batch length out"]:
        return torch.sigmoid(written) if self.task.written == "bits" else written

    def traced(self, episode: Episodes) -> Trace:
        """Return what happens in the first of some episodes, step by step."""
        first, layers, uses = episode[np.arange(1)], self.model.layers, None
        with evaluating(self.model):
            state: Any = layers.start(1)
            written = self._told(self.model(first.inputs, state))
            if isinstance(layers, MemoryLayer):
                uses = Uses(*(each[0].cpu().numpy() for each in layers.traced(first.inputs, state)))
        inputs, targets, outputs, counts = (
            each[0].cpu().numpy() for each in (first.inputs, first.targets, written, first.mask)
        )
        return Trace(inputs, targets, outputs, counts, self.task.written == "bits", uses)
