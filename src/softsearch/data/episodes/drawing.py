"""Episodes that are drawn while they are needed: those of a batch follow from the seed and its number alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from softsearch.data.batches import DrawnData
from softsearch.data.episodes.episodes import Algorithm, Episodes
from softsearch.seeding import derive

Ranges = Mapping[str, tuple[int, int]]
"""For each size, the least and the most."""

_AT_ONCE = 32  # episodes of one size that are held out together, at most


def drawn_episodes(algorithm: Algorithm, ranges: Ranges, *, batch: int, seed: int) -> Episodes:
    """Return episodes of one size, which is drawn too."""
    random = np.random.default_rng(seed)
    sizes = {name: int(random.integers(least, most + 1)) for name, (least, most) in ranges.items()}
    return algorithm.draw(random, batch=batch, sizes=sizes)


def held_out_episodes(algorithm: Algorithm, ranges: Ranges, *, count: int, seed: int, split: str) -> list[Episodes]:
    """Return episodes that training draws none of, but by chance: as many of each size, or of some sizes one."""
    random = np.random.default_rng(derive(seed, split))
    found = []
    for sizes, number in _dealt(ranges, count):
        batches = (min(_AT_ONCE, number - start) for start in range(0, number, _AT_ONCE))
        found += [algorithm.draw(random, batch=batch, sizes=sizes) for batch in batches]
    return found


def _dealt(ranges: Ranges, count: int) -> Iterator[tuple[dict[str, int], int]]:
    """Yield sizes, and how many of `count` episodes have them; where there are more sizes than that, some evenly."""
    shape = [most - least + 1 for least, most in ranges.values()]
    number = math.prod(shape)
    for place in range(min(number, count)):
        own = np.unravel_index(place * number // min(number, count), shape)
        sizes = {name: least + int(step) for (name, (least, _)), step in zip(ranges.items(), own, strict=True)}
        yield sizes, count // number + (place < count % number) if number <= count else 1


class DrawnEpisodes(DrawnData):
    """Episodes without end, a batch of one size after the other."""

    unit = "episodes"

    def __init__(self, algorithm: Algorithm, ranges: Ranges, *, batch: int, seed: int, only: int | None) -> None:
        super().__init__(batch=batch, seed=seed, only=only)
        self.algorithm, self.ranges = algorithm, ranges

    def batch(self, rows: np.ndarray) -> Episodes:
        """Draw the batch that these episodes, or more than these, are in."""
        numbers, places = np.divmod(rows, self._batch)
        whole = drawn_episodes(
            self.algorithm, self.ranges, batch=self._batch, seed=derive(self._seed, "episodes", int(numbers[0]))
        )
        return whole[places]

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return how many steps each episode has."""
        return np.array([self.batch(rows[place : place + 1]).mask.shape[1] for place in range(len(rows))])

    def describe(self, rows: np.ndarray) -> list[str]:
        """Say which episodes these are."""
        return [f"drawn[{int(row)}]" for row in rows]
