"""Training pairs are left out for the reasons that a recipe names, each counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from softsearch.data.pairs.doctor.profile import LEARNT_FROM, Profile
from softsearch.data.pairs.doctor.repeats import Seen
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.stored import chunks
from softsearch.errors import DataError


def without(
    pairs: Iterator[Pair],
    *,
    kinds: Sequence[str],
    max_length_ratio: float,
    held_out: Collection[tuple[str, str]],
    report: PairReport,
) -> Iterator[Pair]:
    """Yield the pairs that nothing speaks against, and count the others by the first reason.

    What is usual is learnt from the first pairs, as for a report on them: the same pairs are left out at every reading.

    Parameters
    ----------
    kinds
        Kinds of findings (:data:`~softsearch.data.pairs.doctor.findings.KINDS`) that are left out: "duplicate",
        "overlap" and whatever one pair shows.
    max_length_ratio
        How many times the usual ratio of lengths is too much, for "unequal".
    held_out
        The texts of held-out pairs, for "overlap".

    Raises
    ------
    DataError
        No pair is left (at the end).
    """
    profile, seen, num_kept = None, Seen(), 0
    for chunk in chunks(pairs, LEARNT_FROM):
        profile = profile or Profile.learnt(chunk, unequal=max_length_ratio)
        earlier = seen.add([hash((pair.source, pair.target)) for pair in chunk], [pair.line for pair in chunk])
        for pair, line in zip(chunk, earlier, strict=True):
            found = {kind for kind, _ in profile.judge(pair)}
            found |= {"duplicate"} if line else set()
            found |= {"overlap"} if (pair.source, pair.target) in held_out else set()
            reason = next((kind for kind in kinds if kind in found), None)
            if reason is None:
                num_kept += 1
                yield pair
            else:
                report.filtered[reason] = report.filtered.get(reason, 0) + 1
                report.kept -= 1
    if num_kept == 0:
        problem, fix = "data.filter leaves out every training pair", "take out what leaves out most"
        raise DataError(problem, value=report.filtered, fix=fix)
