"""Whether one system is better than another, or only luckier: paired tests over sentences that both translated.

Paired bootstrap (Koehn 2004, "Statistical significance tests for machine translation evaluation"): both systems are
scored on the same resampled corpora. The spread of their difference gives its interval; a difference as large as the
one seen, in resamples shifted to a mean of zero, gives the p-value. Approximate randomisation (Noreen 1989; Riezler &
Maxwell 2005): were the systems alike, swapping their outputs of some sentences would change nothing; the p-value is
the share of random swaps that part them further. Both p-values are two-sided and those of sacreBLEU, but for a
difference of exactly nought: between equal scores it is 1, where sacreBLEU says 1 in 1,001, as if it were sure.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from softsearch.metrics.score import RESAMPLES, SEED, Statistics, check_counts

SHUFFLES = 10_000
_AT_ONCE = 500  # shuffles, as a matrix of numbers


@dataclasses.dataclass(frozen=True)
class Difference:
    """How much a system's score lies above a baseline's on the same sentences.

    Parameters
    ----------
    value
        Score of the system less that of the baseline.
    low, high
        Its 95 % percentile interval under the paired bootstrap.
    p_bootstrap, p_randomisation
        The probability of so large a difference, either way, between systems that are equally good.
    signature
        How it was computed.
    """

    value: float
    low: float
    high: float
    p_bootstrap: float
    p_randomisation: float
    signature: str

    def to_dict(self) -> dict[str, float | str]:
        """Return the fields, ready for JSON."""
        return dataclasses.asdict(self)


def difference(
    system: Statistics,
    baseline: Statistics,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    shuffles: int = SHUFFLES,
) -> Difference:
    """Compare two systems by one score.

    Parameters
    ----------
    system, baseline
        Of the same score over the same sentences, in the same order.
    seed, resamples, shuffles
        Of the two tests, and how often each draws.

    Raises
    ------
    DataError
        The numbers of sentences differ, or there is none.
    ValueError
        The scores differ in how they are computed.
    """
    check_counts(sentences_of_the_system=system.counts, sentences_of_the_baseline=baseline.counts)
    if system.signature != baseline.signature:
        raise ValueError(f"{system.signature} does not compare with {baseline.signature}")
    value = system.value - baseline.value
    resampled = [each.resampled(seed=seed, resamples=resamples) for each in (system, baseline)]
    differences = resampled[0] - resampled[1]
    sizes = np.abs(differences)
    low, high = np.percentile(differences, [2.5, 97.5])
    return Difference(
        value=value,
        low=float(low),
        high=float(high),
        p_bootstrap=_p_value(sizes - sizes.mean(), value),
        p_randomisation=_p_value(_shuffled(system, baseline, seed=seed, shuffles=shuffles), value),
        signature=f"{system.signature}|bs:{resamples}|ar:{shuffles}|seed:{seed}",
    )


def _shuffled(system: Statistics, baseline: Statistics, *, seed: int, shuffles: int) -> np.ndarray:
    """Return how far the scores lie apart after each shuffle, which swaps about every other sentence."""
    # In one draw, as sacreBLEU does: several would give other swaps.
    kept = np.random.default_rng(seed).integers(2, size=(shuffles, len(system.counts)), dtype=bool)
    total = system.counts.sum(axis=0) + baseline.counts.sum(axis=0)
    sizes: list[float] = []
    for some in np.array_split(kept, -(-shuffles // _AT_ONCE)):
        ours = some @ system.counts + ~some @ baseline.counts
        sizes += [abs(system.score(one) - system.score(total - one)) for one in ours]
    return np.array(sizes)


def _p_value(sizes: np.ndarray, value: float) -> float:
    if value == 0:
        return 1.0
    # One is added to both counts so that no finite number of draws can claim a probability of zero.
    return float((np.sum(sizes > abs(value)) + 1) / (len(sizes) + 1))
