"""The learning rate: a function of the step and the epoch, or also of how the validation goes.

    constant       warm up, then stay
    linear         ... then fall in proportion, to zero after the last step
    cosine         ... then fall along half a cosine              Loshchilov and Hutter (2017), equation 5, no restarts
    inverse_sqrt   ... then fall as 1 / sqrt(step)                Vaswani et al. (2017), equation 3, scaled
    decay          ... then fall by a factor each epoch           Zaremba et al. (2014)
    multi_step     ... then fall by a factor at some shares       He et al. (2016), section 4.2
    plateau        ... then fall by a factor when the validation stalls
    one_cycle      rise and fall along cosines, the momentum the other way           Smith (2018)

To warm up is to rise in proportion over some steps.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple


class Moment(NamedTuple):
    """Where a training is: its step and its epoch, counted from 0, and how many steps it is to have."""

    step: int
    total_steps: int
    epoch: int = 0


class Schedule(ABC):
    """What the learning rate of a step is a share of, and which, and sometimes the momentum."""

    @abstractmethod
    def scale(self, moment: Moment) -> float:
        """Return by what the learning rate is multiplied in a step, from 0 to 1."""

    def momentum_at(self, _moment: Moment) -> float | None:
        """Return the momentum of a step; None: the optimiser's own."""
        return None


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """Warm up over `warmup_steps`, then stay: what most of the others begin with."""

    warmup_steps: int = 0

    def scale(self, moment: Moment) -> float:
        """Return by what the learning rate is multiplied in a step."""
        return min(1.0, (moment.step + 1) / max(1, self.warmup_steps)) * min(1.0, self._fall(moment))

    def _fall(self, _moment: Moment) -> float:
        return 1.0

    def _left(self, moment: Moment) -> float:
        """Return the share of the steps after the warm-up that is left."""
        return (moment.total_steps - moment.step) / max(1, moment.total_steps - self.warmup_steps)


@dataclass(frozen=True, kw_only=True)
class Linear(Constant):
    """Fall in proportion."""

    def _fall(self, moment: Moment) -> float:
        return self._left(moment)


@dataclass(frozen=True, kw_only=True)
class Cosine(Constant):
    """Fall along half a cosine."""

    def _fall(self, moment: Moment) -> float:
        return (1 - math.cos(math.pi * min(1.0, self._left(moment)))) / 2


@dataclass(frozen=True, kw_only=True)
class InverseSqrt(Constant):
    """Fall with the root of the step, from the end of the warm-up on."""

    def _fall(self, moment: Moment) -> float:
        return math.sqrt(max(1, self.warmup_steps) / (moment.step + 1))


@dataclass(frozen=True, kw_only=True)
class Decay(Constant):
    """Fall by `factor` at the end of each epoch but the first `after`."""

    factor: float
    after: int

    def _fall(self, moment: Moment) -> float:
        return self.factor ** max(0, moment.epoch + 1 - self.after)


@dataclass(frozen=True, kw_only=True)
class MultiStep(Constant):
    """Fall by `factor` where each of the shares `at` of the training is done."""

    factor: float
    at: tuple[float, ...]

    def _fall(self, moment: Moment) -> float:
        return self.factor ** sum(moment.step >= share * moment.total_steps for share in self.at)


@dataclass(frozen=True, kw_only=True)
class OneCycle(Schedule):
    """Rise from a 25th, then fall to almost nothing, along cosines; the momentum falls, then rises.

    `rise` is the share of the training in which the rate rises; `momentum` the least and the greatest.
    """

    rise: float
    momentum: tuple[float, float]

    def scale(self, moment: Moment) -> float:
        """Return by what the learning rate is multiplied in a step."""
        return self._between(moment, 1 / 25, 1.0, 1 / 250_000)

    def momentum_at(self, moment: Moment) -> float:
        """Return the momentum of a step."""
        least, greatest = self.momentum
        return self._between(moment, greatest, least, greatest)

    def _between(self, moment: Moment, first: float, middle: float, last: float) -> float:
        done, turn = moment.step, max(1.0, self.rise * moment.total_steps - 1)
        if done <= turn:
            return _along_a_cosine(first, middle, done / turn)
        return _along_a_cosine(middle, last, min(1.0, (done - turn) / max(1.0, moment.total_steps - 1 - turn)))


def _along_a_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


@dataclass(frozen=True, kw_only=True)
class OnPlateau(Constant):
    """Fall by `factor` after `patience` validations without improvement, down to `min_learning_rate`.

    :class:`Plateau` keeps count.
    """

    factor: float
    patience: int
    min_learning_rate: float


@dataclass
class Plateau:
    """What a schedule that follows the validation remembers: its part of a checkpoint.

    `scale` multiplies the learning rate; `waited` counts validations since it last changed.
    """

    scale: float = 1.0
    waited: int = 0

    def update(self, schedule: OnPlateau, *, stalled: bool, learning_rate: float) -> None:
        """Take in a validation; whether they no longer improve is told by ``Stopping.stalled``."""
        self.waited += 1
        if stalled and self.waited >= schedule.patience:
            floor = schedule.min_learning_rate / learning_rate
            self.scale, self.waited = max(self.scale * schedule.factor, min(floor, self.scale)), 0
