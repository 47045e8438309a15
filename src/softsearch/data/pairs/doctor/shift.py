"""The first line at which one of two files has a line too many or too few.

Every pair of lines (i, i + k) shows some features: how their lengths compare, their commas, their last characters,
their numbers. How much more often a feature occurs in lines that belong together than in neighbours that do not is its
evidence, a logarithm of odds in nats. Evidence for offset k minus evidence for offset 0, summed from line to line and
never below zero, is Page's cumulative sum (1954, "Continuous inspection schemes"): it stays near zero where the files
fit, and grows steadily from the line on at which they fit only with offset k.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from softsearch.data.pairs.pair import Pair

_OFFSETS = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]
_STRANGERS = [-12, -11, -10, 10, 11, 12]  # pairs of neighbours that are taken to be no translations
_FEWEST = 60  # pairs below which nothing is learnt
_BLOCK = 50  # pairs that decide together which offset fits
_ENOUGH = 30.0  # nats, and more for more lines; by chance e^-30 is not met
_STEP = 4.0  # nats one pair of lines can add or take at most
_MARKS = ".!?,;:…。！？"
_NUMBER = re.compile("[0-9]+")


class Shift(NamedTuple):
    """From pair `row` on, counted from 0, source line i fits target line i + `offset`."""

    row: int
    offset: int


class ShiftFinder:
    """Takes pairs in their order and keeps a window of some hundred thousand of their traits."""

    _WINDOW = 200_000
    _KEPT = 2_000  # of the window before

    def __init__(self) -> None:
        self._traits: list[np.ndarray] = []
        self._start = self._held = 0
        self._found: Shift | None = None

    def add(self, pairs: Sequence[Pair]) -> None:
        """Take the next pairs."""
        if self._found is not None:
            return
        both = np.array([(_traits(pair.source), _traits(pair.target)) for pair in pairs], np.float32)
        both[:, :, 0] = np.log(both[:, :, 0])
        self._traits.append(both)
        self._held += len(pairs)
        if self._held >= self._WINDOW:
            self._search()
            rest = np.concatenate(self._traits)[-self._KEPT :]
            self._start += self._held - len(rest)
            self._traits, self._held = [rest], len(rest)

    def first(self) -> Shift | None:
        """Return the first shift in all that was added."""
        if self._found is None and self._held:
            self._search()
        return self._found

    def _search(self) -> None:
        found = first_shift(np.concatenate(self._traits))
        self._found = None if found is None else Shift(self._start + found.row, found.offset)


def first_shift(traits: np.ndarray) -> Shift | None:
    """Return the first shift.

    Parameters
    ----------
    traits
        Pairs, sides, and of each text: the logarithm of its length, commas, the kind of its last character, a number
        that stands for the numbers in it.
    """
    if len(traits) < _FEWEST:
        return None
    source, target = traits[:, 0], traits[:, 1].copy()
    target[:, 0] -= np.median(target[:, 0] - source[:, 0])  # from here on, equal lengths are the usual ones
    fitting = _fitting(source, target)
    strangers = [_features(source, target, offset)[1] for offset in _STRANGERS]
    evidence = [_Evidence.learnt(column, fitting, np.concatenate(strangers)) for column in range(3)]
    still = _score(evidence, source, target, 0)
    threshold = _ENOUGH + math.log(len(traits))
    alarms = [(*_alarm(_score(evidence, source, target, k) - still, threshold), k) for k in _OFFSETS]
    raised = [(alarm, start, offset) for alarm, start, offset in alarms if alarm < len(traits)]
    if not raised:
        return None
    _, row, offset = min(raised)
    return Shift(row, offset)


def _alarm(gain: np.ndarray, threshold: float) -> tuple[int, int]:
    """Return the row at which the cumulative sum passes the threshold, and the row from which it grew."""
    total = np.concatenate([[0.0], np.cumsum(gain, dtype=np.float64)])
    over = total - np.minimum.accumulate(total) > threshold
    if not over.any():
        return len(gain), len(gain)
    alarm = int(over.argmax())
    lowest = total[: alarm + 1]
    return alarm, int(np.flatnonzero(lowest == lowest.min())[-1])


def _fitting(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the features of lines that belong together: of each block, those of the offset that fits best."""
    best: np.ndarray | None = None
    blocks = np.arange(len(source)) // _BLOCK
    for offset in [0, *_OFFSETS]:
        rows, features, difference = _features(source, target, offset)
        total = np.bincount(blocks[rows], np.abs(difference), blocks[-1] + 1)
        spread = total / np.maximum(1, np.bincount(blocks[rows], minlength=blocks[-1] + 1))
        if best is None:
            lowest, best = spread, features.copy()
            continue
        # Another offset has to fit clearly better than none: where nothing fits, none is as good.
        is_better = spread < 0.8 * lowest
        lowest = np.where(is_better, spread, lowest)
        chosen = is_better[blocks[rows]]
        best[rows[chosen]] = features[chosen]
    assert best is not None
    return best


def _features(source: np.ndarray, target: np.ndarray, offset: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows that have a partner at `offset`, and for each its three features as small whole numbers.

    Behind them is how much longer each partner is, as a logarithm.
    """
    rows = np.arange(max(0, -offset), min(len(source), len(source) - offset))
    ours, theirs = source[rows], target[rows + offset]
    difference = theirs[:, 0] - ours[:, 0]
    length = np.clip(np.round(difference * 6), -8, 8) + 8
    marks = (np.clip(theirs[:, 1] - ours[:, 1], -2, 2) + 2) * 2 + (ours[:, 2] == theirs[:, 2])
    numbers = np.where(ours[:, 3] == theirs[:, 3], (ours[:, 3] > 0) * 1, 2 + (ours[:, 3] * theirs[:, 3] > 0))
    return rows, np.stack([length, marks, numbers], axis=1).astype(np.intp), difference


class _Evidence(NamedTuple):
    """For each value of one feature the logarithm of how much likelier it is in lines that belong together."""

    column: int
    table: np.ndarray

    @staticmethod
    def learnt(column: int, fitting: np.ndarray, strangers: np.ndarray) -> _Evidence:
        shares = [np.bincount(each[:, column], minlength=20) + 1.0 for each in (fitting, strangers)]
        return _Evidence(column, np.log(shares[0] / shares[0].sum()) - np.log(shares[1] / shares[1].sum()))


def _score(evidence: Sequence[_Evidence], source: np.ndarray, target: np.ndarray, offset: int) -> np.ndarray:
    rows, features, _ = _features(source, target, offset)
    scores = np.zeros(len(source))
    scores[rows] = np.clip(sum(each.table[features[:, each.column]] for each in evidence), -_STEP, _STEP)
    return scores


def _traits(text: str) -> tuple[int, int, int, int]:
    """Return length, commas, the kind of the last character, and what stands for the numbers of a text."""
    numbers = _NUMBER.findall(text)
    # Single precision holds whole numbers up to 2^24.
    signature = 1 + zlib.crc32(" ".join(sorted(numbers)).encode()) % 2**20 if numbers else 0
    return len(text), text.count(","), _MARKS.find(text[-1]), signature
