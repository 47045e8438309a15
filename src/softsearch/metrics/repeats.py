"""One figure, measured several times: its mean, how far the values lie apart, and how sure the mean is.

The interval is Student's: mean +- t s / sqrt(n), with the deviation s of the n values and the 97.5 % quantile t for
n - 1 degrees of freedom.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Student's t, 97.5 % quantile, for 1 to 30 degrees of freedom; beyond, 1.96 + 2.372 / freedom is within 0.2 %.
_T_QUANTILES = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """One figure over all repetitions: its mean with the 95 % interval of Student's t, and every value."""

    mean: float
    low: float
    high: float
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Figures:
        """Gather the values. A single value has no interval: low and high equal it."""
        mean = statistics.fmean(values)
        if len(values) == 1:
            return cls(mean, mean, mean, tuple(values))
        freedom = len(values) - 1
        quantile = _T_QUANTILES[freedom - 1] if freedom <= len(_T_QUANTILES) else 1.960 + 2.372 / freedom
        half = quantile * statistics.stdev(values) / math.sqrt(len(values))
        return cls(mean, mean - half, mean + half, tuple(values))

    @property
    def deviation(self) -> float:
        """The standard deviation of the values; 0 for a single one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else 0.0
