"""Problems for a memory (Graves, Wayne and Danihelka 2014, section 4): what is told first, then what is asked.

===================  ==================================================================================================
copy                 vectors of bits, a mark; then the same vectors
repeat copy          vectors of bits, a mark and how often; then the vectors so many times, and a mark
associative recall   items of several vectors of bits, each after a mark; then, between marks of another kind, one of
                     them again: to be written is the item that came after it
n-grams              bits, each drawn with a probability that the bits just before it decide, another table of these
                     probabilities for each episode: to be written at each step is the next bit
priority sort        vectors of bits, each with a number, its priority: to be written are those with the highest
                     priorities, the highest first
===================  ==================================================================================================

Marks have channels of their own. While something is to be written the input is zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import torch

from softsearch.data.episodes.episodes import Algorithm, Episodes, Extent, Sizes
from softsearch.shapes import Float


class Copy(Algorithm):
    """Keep vectors of `width` bits, and give them back. Sizes: "length", in vectors. A mark ends them."""

    beside = (1, 0)

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and how much is to be kept."""
        return Extent(steps=2 * sizes["length"] + 1, vectors=sizes["length"])

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        length, steps = sizes["length"], self.extent(sizes).steps
        bits = random.integers(2, size=(batch, length, self.width))
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :length, : self.width] = bits
        inputs[:, length, self.width] = 1
        targets[:, length + 1 :] = bits
        return Episodes.of_arrays(inputs, targets, np.arange(steps) > length)


@dataclass(frozen=True)
class RepeatCopy(Algorithm):
    """Give vectors of `width` bits back several times, then a mark. Sizes: "length", in vectors, and "repeats".

    A mark ends the vectors; beside it stands how often, as a number with a mean of 0 and a deviation of 1 over
    `usual`: the numbers of repeats that are usual, from the least to the most.
    """

    usual: tuple[int, int]
    beside = (2, 1)

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and how much is to be kept."""
        return Extent(steps=sizes["length"] * (1 + sizes["repeats"]) + 2, vectors=sizes["length"])

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        length, repeats, steps = sizes["length"], sizes["repeats"], self.extent(sizes).steps
        usual = np.arange(self.usual[0], self.usual[1] + 1)
        bits = random.integers(2, size=(batch, length, self.width))
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :length, : self.width] = bits
        inputs[:, length, self.width] = 1
        inputs[:, length, self.width + 1] = (repeats - usual.mean()) / (usual.std() or 1.0)
        targets[:, length + 1 : -1, : self.width] = np.tile(bits, (1, repeats, 1))
        targets[:, -1, self.width] = 1
        return Episodes.of_arrays(inputs, targets, np.arange(steps) > length)


@dataclass(frozen=True)
class AssociativeRecall(Algorithm):
    """Say which item came after the one that is shown. Sizes: "items".

    An item is `rows` vectors of `width` bits. One mark comes before each item, another around what is asked.
    """

    rows: int
    beside = (2, 0)

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and how much is to be kept."""
        steps = (self.rows + 1) * (sizes["items"] + 1) + 1 + self.rows
        return Extent(steps, vectors=self.rows * sizes["items"])

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        number, steps, every = sizes["items"], self.extent(sizes).steps, self.rows + 1
        items = random.integers(2, size=(batch, number, self.rows, self.width))
        asked = random.integers(number - 1, size=batch)
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        for place in range(number):
            inputs[:, place * every, self.width] = 1
            inputs[:, place * every + 1 : (place + 1) * every, : self.width] = items[:, place]
        question = number * every
        inputs[:, [question, question + every], self.width + 1] = 1
        inputs[:, question + 1 : question + every, : self.width] = items[np.arange(batch), asked]
        targets[:, question + every + 1 :] = items[np.arange(batch), asked + 1]
        return Episodes.of_arrays(inputs, targets, np.arange(steps) > question + every)


@runtime_checkable
class Uncertain(Protocol):
    """An algorithm whose answers nobody can be sure of."""

    def least_bits(self, episodes: Episodes) -> Float[np.ndarray, " batch"]:
        """Return what each episode costs the best of all guesses, in bits."""
        ...


@dataclass(frozen=True)
class NGrams(Algorithm):
    """Say what comes next, by what came after the same `order` - 1 bits before. Sizes: "length", in bits."""

    width: int = field(default=1, init=False)
    order: int

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and how much is to be kept: a vector for each context that can occur."""
        before = self.order - 1
        return Extent(steps=sizes["length"] - 1, vectors=min(2**before, sizes["length"] - before))

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        before = self.order - 1
        table = random.beta(0.5, 0.5, size=(batch, 2**before))
        bits = random.integers(2, size=(batch, sizes["length"]))
        for place in range(before, bits.shape[1]):
            context = bits[:, place - before : place] @ 2 ** np.arange(before)
            bits[:, place] = random.random(batch) < table[np.arange(batch), context]
        steps = np.arange(self.extent(sizes).steps)
        return Episodes.of_arrays(bits[:, :-1, None], bits[:, 1:, None], steps >= before - 1)

    def least_bits(self, episodes: Episodes) -> Float[np.ndarray, " batch"]:
        """Return what each episode costs who counts, in bits."""
        whole = torch.cat([episodes.inputs[:, :1, 0], episodes.targets[:, :, 0]], dim=1).int().tolist()
        found = []
        for bits in whole:
            guesses = zip(expected_by_counting(bits, self.order), bits[self.order - 1 :], strict=True)
            found.append(-sum(math.log2(guess if bit else 1 - guess) for guess, bit in guesses))
        return np.array(found)


class PrioritySort(Algorithm):
    """Give the most important vectors of `width` bits back, in order.

    Sizes: "items", and "kept": how many are to be given back. Beside a vector stands its priority; a mark ends them.
    """

    beside = (2, 0)

    def extent(self, sizes: Sizes) -> Extent:
        """Return how long an episode is, and how much is to be kept."""
        return Extent(steps=sizes["items"] + 1 + sizes["kept"], vectors=sizes["items"])

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        number, kept, steps = sizes["items"], sizes["kept"], self.extent(sizes).steps
        bits = random.integers(2, size=(batch, number, self.width))
        priorities = random.uniform(-1, 1, size=(batch, number))
        order = np.argsort(-priorities, axis=1)[:, :kept]
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :number, : self.width] = bits
        inputs[:, :number, self.width] = priorities
        inputs[:, number, self.width + 1] = 1
        targets[:, number + 1 :] = np.take_along_axis(bits, order[:, :, None], axis=1)
        return Episodes.of_arrays(inputs, targets, np.arange(steps) > number)


def expected_by_counting(bits: Sequence[int], order: int) -> list[float]:
    """Return, for each bit after the first `order` - 1, how likely the best of all guesses holds it to be a 1.

    Where contexts draw their probabilities from Beta(1/2, 1/2) that is (ones + 1/2) / (ones + zeros + 1), counted over
    what came after the same context before (Graves et al. 2014, equation 10).
    """
    seen: dict[tuple[int, ...], list[int]] = {}
    expected, before = [], order - 1
    for place in range(before, len(bits)):
        counts = seen.setdefault(tuple(bits[place - before : place]), [0, 0])
        expected.append((counts[1] + 0.5) / (sum(counts) + 1))
        counts[bits[place]] += 1
    return expected


def _zeros(batch: int, steps: int, width: int) -> np.ndarray:
    return np.zeros((batch, steps, width), dtype=np.float32)
