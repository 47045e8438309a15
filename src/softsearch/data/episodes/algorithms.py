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
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.episodes.episodes import Episodes, Sizes, episodes
from softsearch.shapes import Float


@dataclass(frozen=True)
class Copy:
    """Keep vectors, and give them back. Sizes: "length", in vectors.

    Parameters
    ----------
    width
        Bits of a vector.
    """

    width: int

    @property
    def inputs(self) -> int:
        """The bits, and the mark."""
        return self.width + 1

    @property
    def outputs(self) -> int:
        """The bits."""
        return self.width

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return 2 * sizes["length"] + 1

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return sizes["length"]

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        length, steps = sizes["length"], self.steps(sizes)
        bits = random.integers(2, size=(batch, length, self.width))
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :length, : self.width] = bits
        inputs[:, length, self.width] = 1
        targets[:, length + 1 :] = bits
        return episodes(inputs, targets, np.arange(steps) > length)


@dataclass(frozen=True)
class RepeatCopy:
    """Give vectors back several times, then a mark. Sizes: "length", in vectors, and "repeats".

    Parameters
    ----------
    width
        Bits of a vector.
    usual
        The numbers of repeats that are usual, the least and the most: how often is told as a number with a mean of 0
        and a deviation of 1 over them.
    """

    width: int
    usual: tuple[int, int]

    @property
    def inputs(self) -> int:
        """The bits, the mark and how often."""
        return self.width + 2

    @property
    def outputs(self) -> int:
        """The bits, and the mark."""
        return self.width + 1

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return sizes["length"] * (1 + sizes["repeats"]) + 2

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return sizes["length"]

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        length, repeats, steps = sizes["length"], sizes["repeats"], self.steps(sizes)
        usual = np.arange(self.usual[0], self.usual[1] + 1)
        bits = random.integers(2, size=(batch, length, self.width))
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :length, : self.width] = bits
        inputs[:, length, self.width] = 1
        inputs[:, length, self.width + 1] = (repeats - usual.mean()) / (usual.std() or 1.0)
        targets[:, length + 1 : -1, : self.width] = np.tile(bits, (1, repeats, 1))
        targets[:, -1, self.width] = 1
        return episodes(inputs, targets, np.arange(steps) > length)


@dataclass(frozen=True)
class AssociativeRecall:
    """Say which item came after the one that is shown. Sizes: "items".

    Parameters
    ----------
    width, rows
        Bits of a vector, and vectors of an item.
    """

    width: int
    rows: int

    @property
    def inputs(self) -> int:
        """The bits, and two marks: of an item, of the question."""
        return self.width + 2

    @property
    def outputs(self) -> int:
        """The bits."""
        return self.width

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return (self.rows + 1) * (sizes["items"] + 1) + 1 + self.rows

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return self.rows * sizes["items"]

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        number, steps, every = sizes["items"], self.steps(sizes), self.rows + 1
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
        return episodes(inputs, targets, np.arange(steps) > question + every)


@dataclass(frozen=True)
class NGrams:
    """Say what comes next, by what came after the same bits before. Sizes: "length", in bits.

    Parameters
    ----------
    order
        The bit depends on the `order` - 1 bits before it.
    """

    order: int
    inputs: int = 1
    outputs: int = 1

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return sizes["length"] - 1

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept: one for each context that can occur."""
        before = self.order - 1
        return min(2**before, sizes["length"] - before)

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        before = self.order - 1
        table = random.beta(0.5, 0.5, size=(batch, 2**before))
        bits = random.integers(2, size=(batch, sizes["length"]))
        for place in range(before, bits.shape[1]):
            context = bits[:, place - before : place] @ 2 ** np.arange(before)
            bits[:, place] = random.random(batch) < table[np.arange(batch), context]
        steps = np.arange(self.steps(sizes))
        return episodes(bits[:, :-1, None], bits[:, 1:, None], steps >= before - 1)

    def least_bits(self, episodes: Episodes) -> Float[np.ndarray, " batch"]:
        """Return what each episode costs who counts, in bits."""
        whole = torch.cat([episodes.inputs[:, :1, 0], episodes.targets[:, :, 0]], dim=1).int().tolist()
        found = []
        for bits in whole:
            guesses = zip(expected_by_counting(bits, self.order), bits[self.order - 1 :], strict=True)
            found.append(-sum(math.log2(guess if bit else 1 - guess) for guess, bit in guesses))
        return np.array(found)


@dataclass(frozen=True)
class PrioritySort:
    """Give the most important vectors back, in order. Sizes: "items", and "kept": how many are to be given back.

    Parameters
    ----------
    width
        Bits of a vector.
    """

    width: int

    @property
    def inputs(self) -> int:
        """The bits, the priority and the mark."""
        return self.width + 2

    @property
    def outputs(self) -> int:
        """The bits."""
        return self.width

    def steps(self, sizes: Sizes) -> int:
        """Return the number of steps."""
        return sizes["items"] + 1 + sizes["kept"]

    def vectors(self, sizes: Sizes) -> int:
        """Return how many vectors have to be kept."""
        return sizes["items"]

    def draw(self, random: np.random.Generator, *, batch: int, sizes: Sizes) -> Episodes:
        """Return so many episodes of one size."""
        number, kept, steps = sizes["items"], sizes["kept"], self.steps(sizes)
        bits = random.integers(2, size=(batch, number, self.width))
        priorities = random.uniform(-1, 1, size=(batch, number))
        order = np.argsort(-priorities, axis=1)[:, :kept]
        inputs, targets = _zeros(batch, steps, self.inputs), _zeros(batch, steps, self.outputs)
        inputs[:, :number, : self.width] = bits
        inputs[:, :number, self.width] = priorities
        inputs[:, number, self.width + 1] = 1
        targets[:, number + 1 :] = np.take_along_axis(bits, order[:, :, None], axis=1)
        return episodes(inputs, targets, np.arange(steps) > number)


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
