"""All that a training knows about itself beside weights and optimiser: what a checkpoint's state.json holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from softsearch.training.data import TrainingData
from softsearch.training.journal import Meter
from softsearch.training.position import Position
from softsearch.training.schedules import Plateau
from softsearch.training.settings import TrainingSettings
from softsearch.training.stopping import Stopping


@dataclasses.dataclass(kw_only=True)
class Progress:
    """Where a training stands.

    Attributes
    ----------
    step, epoch
        Steps done; the epoch of the last one, from 1.
    position
        The next batches.
    limit
        Batches of more padded positions do not fit into memory; None: all did so far.
    validated
        The steps of the validations whose checkpoints are still needed.
    scores
        Of the last validation.
    pace
        How far data have come that become harder as the network learns.
    skipped, skipped_in_a_row
        Steps without a finite loss or gradient.
    elapsed_s
        Seconds of training when it was saved, over all resumes.
    """

    position: Position
    stopping: Stopping
    plateau: Plateau
    meter: Meter
    step: int = 0
    epoch: int = 0
    limit: int | None = None
    validated: list[int] = dataclasses.field(default_factory=list)
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    pace: dict[str, Any] | None = None
    skipped: int = 0
    skipped_in_a_row: int = 0
    elapsed_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as what JSON can say."""
        position = {"epoch": self.position.epoch, "index": self.position.index}
        parts = {name: dataclasses.asdict(getattr(self, name)) for name in ("stopping", "plateau", "meter")}
        return {**vars(self), "position": position, **parts}


def progress_of(state: Mapping[str, Any], data: TrainingData, settings: TrainingSettings) -> Progress:
    """Return what :meth:`Progress.to_dict` gave, or, of an empty state, the progress of a training that has not begun.

    The rules of stopping are those of `settings`.
    """
    rules = {"on": settings.stop_on, "patience": settings.patience, "min_delta": settings.min_delta}
    parts = {
        "position": Position(data, accumulate=settings.accumulate, **state.get("position", {})),
        "stopping": Stopping(**{**state.get("stopping", {}), **rules}),
        "plateau": Plateau(**state.get("plateau", {})),
        "meter": Meter(**state.get("meter", {})),
    }
    return Progress(**{**state, **parts})
