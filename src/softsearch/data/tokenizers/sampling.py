"""Words cut into subwords at random (Kudo 2018, arXiv:1804.10959, section 3.2).

A segmentation is drawn in proportion to its probability to the power of alpha, over all segmentations (eq. 9 with
l = infinity): from the last subword to the first, each in proportion to the weight of all the ways that lead to its
beginning (forward filtering, backward sampling).

Sentencepiece can draw too, but each process salts its generator anew: a resumed training would draw other subwords.
"""

from __future__ import annotations

import itertools
import math
import random
from bisect import bisect
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from softsearch.data.tokenizers.base import UNK

_UNKNOWN_PENALTY = 10.0  # nats below the rarest subword, as in sentencepiece
_WORDS_KEPT = 200_000


class _Ending(NamedTuple):
    """The subwords that can end at one place of a word: their beginnings, ids and cumulative probabilities."""

    starts: list[int]
    ids: list[int]
    cumulative: list[float]


class SubwordSampler:
    """Draws segmentations of words.

    Parameters
    ----------
    subwords
        The id of each subword, and the logarithm of its probability.
    alpha
        The power: near 0 every segmentation is as likely, the larger the surer the best.
    """

    def __init__(self, subwords: Mapping[str, tuple[int, float]], *, alpha: float) -> None:
        self._subwords = subwords
        self._alpha = alpha
        self._longest = max(map(len, subwords))
        self._unknown = UNK, min(score for _, score in subwords.values()) - _UNKNOWN_PENALTY
        self._endings = lru_cache(_WORDS_KEPT)(self._endings_of)

    def draw(self, word: str, stream: random.Random) -> list[int]:
        """Return the ids of one segmentation; characters in a row that are no subword are one unknown id."""
        endings, place = self._endings(word), len(word)
        drawn: list[int] = []
        while place:
            starts, ids, cumulative = endings[place - 1]
            choice = bisect(cumulative, stream.random() * cumulative[-1], hi=len(ids) - 1) if len(ids) > 1 else 0
            place = starts[choice]
            if not (ids[choice] == UNK and drawn and drawn[-1] == UNK):
                drawn.append(ids[choice])
        return drawn[::-1]

    def _endings_of(self, word: str) -> list[_Ending]:
        total = [0.0]  # logarithm of the weight of all segmentations of what comes before each place
        endings = []
        for end in range(1, len(word) + 1):
            starts, ids, weights = [], [], []
            for start in range(max(0, end - self._longest), end):
                found = self._subwords.get(word[start:end])
                if found is None and start == end - 1:
                    found = self._unknown
                if found is not None:
                    starts.append(start)
                    ids.append(found[0])
                    weights.append(total[start] + self._alpha * found[1])
            largest = max(weights)
            shares = [math.exp(weight - largest) for weight in weights]
            total.append(largest + math.log(sum(shares)))
            endings.append(_Ending(starts, ids, list(itertools.accumulate(shares))))
        return endings
