"""Early stopping: which validation was the best, and whether it is time to give up waiting for a better one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from softsearch.errors import RunError


@dataclasses.dataclass
class Stopping:
    """Follows one score, which improves by falling if it is "loss" and by rising otherwise.

    Parameters
    ----------
    on
        The score's name.
    patience
        How many validations in a row may pass without improvement; None waits for ever.
    """

    on: str
    patience: int | None
    best: float | None = None
    best_step: int | None = None
    waited: int = 0

    def update(self, step: int, scores: Mapping[str, float]) -> bool:
        """Take in a validation; return whether it is the best so far. A score that is not a number never is."""
        if self.on not in scores:
            raise RunError("training watches a score that its validation lacks", value=self.on, allowed=scores)
        value = scores[self.on]
        sign = -1.0 if self.on == "loss" else 1.0
        improved = math.isfinite(value) and (self.best is None or sign * value > sign * self.best)
        if improved:
            self.best, self.best_step, self.waited = value, step, 0
        else:
            self.waited += 1
        return improved

    @property
    def exhausted(self) -> bool:
        """Whether the patience is used up."""
        return self.patience is not None and self.waited >= self.patience
