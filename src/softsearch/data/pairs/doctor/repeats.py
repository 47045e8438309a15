"""What occurs twice: among the pairs of a corpus, or among those to train on and those held out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from softsearch.data.pairs.doctor.findings import Finding, Tally
from softsearch.data.pairs.pair import Pair


class Seen:
    """Fingerprints of millions of texts in twelve bytes each: sorted runs, merged when of similar size."""

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, fingerprints: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Return for each fingerprint the number that came with its first occurrence; 0 where this is the first.

        Parameters
        ----------
        fingerprints
            What `hash` gives. Among n different texts two share one with a chance of n² / 2⁶⁵.
        numbers
            From 1 to 2³² - 1.
        """
        keys = np.array(fingerprints, np.int64)
        unique, index, inverse = np.unique(keys, return_index=True, return_inverse=True)
        firsts = np.array(numbers, np.uint32)[index]
        is_new = np.ones(len(unique), bool)
        for run_keys, run_firsts in self._runs:
            places = np.minimum(np.searchsorted(run_keys, unique), len(run_keys) - 1)
            is_known = run_keys[places] == unique
            firsts[is_known] = run_firsts[places[is_known]]
            is_new &= ~is_known
        if is_new.any():
            self._keep(unique[is_new], firsts[is_new])
        earlier = firsts[inverse]
        earlier[index[is_new]] = 0
        found: list[int] = earlier.tolist()
        return found

    def _keep(self, keys: np.ndarray, firsts: np.ndarray) -> None:
        while self._runs and len(self._runs[-1][0]) < 2 * len(keys):
            other_keys, other_firsts = self._runs.pop()
            keys, firsts = np.concatenate([other_keys, keys]), np.concatenate([other_firsts, firsts])
            order = np.argsort(keys, kind="stable")  # of two sorted halves: one merge
            keys, firsts = keys[order], firsts[order]
        self._runs.append((keys, firsts))


class Overlap:
    """Compares training pairs, as they pass, with the pairs of one held-out set, which are kept in memory.

    Parameters
    ----------
    held_out
        The held-out pairs.
    name
        The file they are read from.
    """

    def __init__(self, held_out: Sequence[Pair], *, name: str) -> None:
        self._held_out, self._name = held_out, name
        self._by_source: dict[str, list[int]] = {}
        for row, pair in enumerate(held_out):
            self._by_source.setdefault(pair.source, []).append(row)
        self._place_of_pair: dict[int, str] = {}
        self._place_of_source: dict[int, str] = {}

    def watch(self, pairs: Iterable[Pair], *, name: str) -> Iterator[Pair]:
        """Yield the training pairs of the file `name` as they come, and compare them."""
        for pair in pairs:
            for row in self._by_source.get(pair.source, ()):
                is_same = self._held_out[row].target == pair.target
                places = self._place_of_pair if is_same else self._place_of_source
                places.setdefault(row, f"{name}:{pair.line}")
            yield pair

    def findings(self) -> list[Finding]:
        """Return what was found; counts and shares are of the held-out pairs."""
        tally = Tally()
        only_sources = {row: place for row, place in self._place_of_source.items() if row not in self._place_of_pair}
        for kind, places in (("overlap", self._place_of_pair), ("overlap_source", only_sources)):
            for row, place in sorted(places.items()):
                pair = self._held_out[row]
                tally.add(kind, f"{self._name}:{pair.line}", (pair.source, pair.target), place)
        return tally.findings(len(self._held_out))
