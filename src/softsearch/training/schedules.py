"""The learning rate: a pure function of the step, and a factor that falls when the validation no longer improves."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

Schedule = Literal["linear", "constant", "cosine", "inverse_sqrt", "plateau", "decay"]


def learning_rate_at(
    step: int,
    *,
    schedule: Schedule,
    learning_rate: float,
    warmup_steps: int,
    total_steps: int,
    epoch: int = 0,
    decay: DecaySettings | None = None,
) -> float:
    """Return the learning rate of step `step` (counted from 0), at most `learning_rate`.

    It rises in proportion over `warmup_steps`. Then it stays ("constant", and "plateau", whose :class:`Plateau`
    multiplies it); or falls to zero after the last step, in proportion ("linear") or along half a cosine ("cosine",
    Loshchilov and Hutter 2017, equation 5, without restarts); or falls as ``1 / sqrt(step)`` ("inverse_sqrt", Vaswani
    et al. 2017, equation 3, scaled to reach `learning_rate` at the end of the warm-up); or, with `decay`, falls by a
    factor at the end of each epoch but the first few ("decay", Zaremba et al. 2014). `epoch` is counted from 0.
    """
    factor = min(1.0, (step + 1) / max(1, warmup_steps))
    left = (total_steps - step) / max(1, total_steps - warmup_steps)
    if schedule == "linear":
        factor = min(factor, left)
    elif schedule == "cosine":
        factor = min(factor, (1 - math.cos(math.pi * min(1.0, left))) / 2)
    elif schedule == "inverse_sqrt":
        factor = min(factor, math.sqrt(max(1, warmup_steps) / (step + 1)))
    elif decay is not None:
        factor *= decay.factor ** max(0, epoch + 1 - decay.after)
    return learning_rate * factor


@dataclasses.dataclass(frozen=True, kw_only=True)
class DecaySettings:
    """By what the learning rate is multiplied in each epoch after the first `after`."""

    factor: float
    after: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlateauSettings:
    """By what the learning rate is multiplied after `patience` validations without improvement, and its floor."""

    factor: float
    patience: int
    min_learning_rate: float


@dataclasses.dataclass
class Plateau:
    """What a schedule that follows the validation remembers: its part of a checkpoint.

    `scale` multiplies the learning rate; `waited` counts validations since it last changed.
    """

    scale: float = 1.0
    waited: int = 0

    def update(self, settings: PlateauSettings, *, stalled: bool, learning_rate: float) -> None:
        """Take in a validation; whether they no longer improve is told by ``Stopping.stalled``."""
        self.waited += 1
        if stalled and self.waited >= settings.patience:
            floor = settings.min_learning_rate / learning_rate
            self.scale, self.waited = max(self.scale * settings.factor, min(floor, self.scale)), 0
