"""The recipe of a transducer: a network that writes numbers at each step of its input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from softsearch.recipes.schema.base import Batch, Count, Part, Share, Width, mistake
from softsearch.recipes.schema.model import CellKind, DecoderLayers, Layers
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.training import Training, require_score

Size = Annotated[int, Field(ge=1, le=100_000)]


def _least_first(sizes: tuple[int, int]) -> tuple[int, int]:
    if sizes[0] > sizes[1]:
        raise mistake("the most comes before the least", allowed=f"[{sizes[1]}, {sizes[0]}]")
    return sizes


Sizes = Annotated[tuple[Size, Size], Field(strict=False), AfterValidator(_least_first)]
"""The least and the most: those of a batch are drawn between them, each as likely as any other."""


class Transduction(Part):
    """Numbers in, numbers out, step by step."""

    kind: Literal["transduction"]


class _DrawnEpisodes(Part):
    """Episodes that are drawn here, without end.

    Attributes
    ----------
    num_valid, num_test
        How many are drawn for these splits.
    """

    num_valid: Count = 640
    num_test: Count = 640


class CopyEpisodes(_DrawnEpisodes):
    """Vectors of bits, to be given back (Graves et al. 2014, section 4.1).

    Attributes
    ----------
    width
        Bits of a vector.
    length
        Vectors of a sequence, the least and the most.
    """

    kind: Literal["copy"]
    width: Width = 8
    length: Sizes = (1, 20)


class RepeatCopyEpisodes(_DrawnEpisodes):
    """Vectors of bits, to be given back several times (Graves et al. 2014, section 4.2). `width` as in ``copy``.

    Attributes
    ----------
    length, repeats
        Vectors of a sequence, and how often it is to be given back.
    """

    kind: Literal["repeat_copy"]
    width: Width = 8
    length: Sizes = (1, 10)
    repeats: Sizes = (1, 10)


class RecallEpisodes(_DrawnEpisodes):
    """Items in order; one of them is shown again, and to be given back is the next (Graves et al. 2014, section 4.3).

    Attributes
    ----------
    width, rows
        Bits of a vector, and vectors of an item.
    items
        How many there are.
    """

    kind: Literal["associative_recall"]
    width: Width = 6
    rows: Annotated[int, Field(ge=1, le=100)] = 3
    items: Sizes = (2, 6)

    @model_validator(mode="after")
    def _one_comes_next(self) -> RecallEpisodes:
        if self.items[0] < 2:
            raise mistake("of one item none comes next", key="items", allowed="from 2 on")
        return self


class NGramEpisodes(_DrawnEpisodes):
    """Bits of an n-gram model, another for each episode, to be foretold (Graves et al. 2014, section 4.4).

    Attributes
    ----------
    order
        A bit depends on so many before it, less one.
    length
        Bits of an episode.
    """

    kind: Literal["ngrams"]
    order: Annotated[int, Field(ge=2, le=12)] = 6
    length: Sizes = (200, 200)

    @model_validator(mode="after")
    def _something_is_left_to_foretell(self) -> NGramEpisodes:
        if self.length[0] < self.order:
            raise mistake("there is no bit with so many before it", key="length", allowed=f"from order, {self.order}")
        return self


class SortEpisodes(_DrawnEpisodes):
    """Vectors of bits with priorities, to be given back in order (Graves et al. 2014, section 4.5).

    Attributes
    ----------
    width
        Bits of a vector.
    items, kept
        How many there are, and how many are to be given back, the most important first.
    """

    kind: Literal["priority_sort"]
    width: Width = 8
    items: Sizes = (20, 20)
    kept: Sizes = (16, 16)

    @model_validator(mode="after")
    def _they_are_there(self) -> SortEpisodes:
        if self.kept[1] > self.items[0]:
            raise mistake("more are to be given back than there are", key="kept", allowed=f"at most {self.items[0]}")
        return self


class SumEpisodes(_DrawnEpisodes):
    """Numbers, and the sum of all so far. `length`: how many of them."""

    kind: Literal["sum"]
    length: Sizes = (1, 10)


class ComparisonEpisodes(_DrawnEpisodes):
    """Pairs of numbers, and whether the first of them have come to more than the second. `length`: how many pairs."""

    kind: Literal["comparison"]
    length: Sizes = (1, 10)


EpisodeSource = Annotated[
    CopyEpisodes
    | RepeatCopyEpisodes
    | RecallEpisodes
    | NGramEpisodes
    | SortEpisodes
    | SumEpisodes
    | ComparisonEpisodes,
    Field(discriminator="kind"),
]


class RecurrentTransducer(DecoderLayers):
    """Recurrent layers, and a linear one on top. `hidden`, `layers` and `residual` as in a decoder.

    Attributes
    ----------
    cell
        As in a decoder; or "linear", which squashes nothing.
    dropout
        Share of what each layer but the first reads that is put to zero in training.
    """

    also_called = ("rnn", "lstm", "gru")

    kind: Literal["recurrent"]
    cell: CellKind | Literal["linear"] = "lstm"  # type: ignore[assignment]
    dropout: Share = 0.0


class Memory(Part):
    """What heads read and write.

    Attributes
    ----------
    locations, word
        How many vectors there are, and their width.
    start
        Before the first step: 1e-6 everywhere ("constant"), learnt, or drawn anew for each sequence ("random").
    """

    locations: Size = 128
    word: Width = 20
    start: Literal["constant", "learned", "random"] = "constant"


class TuringMachine(Part):
    """A recurrent cell with a memory beside it (Graves et al. 2014).

    Attributes
    ----------
    controller
        Its cell; "feed_forward": one layer without a state of its own.
    hidden
        Width of the controller's state.
    memory
        What heads read and write.
    read_heads, write_heads
        How many heads do.
    shift_range
        By how many locations a head may move in a step, either way.
    """

    also_called = ("ntm", "neural_turing_machine")

    kind: Literal["turing_machine"]
    controller: CellKind | Literal["feed_forward"] = "lstm"
    hidden: Width = 100
    memory: Memory = Memory()
    read_heads: Layers = 1
    write_heads: Layers = 1
    shift_range: Annotated[int, Field(ge=0, le=1_000)] = 1

    @model_validator(mode="after")
    def _moves_go_round_once(self) -> TuringMachine:
        if 2 * self.shift_range + 1 > self.memory.locations:
            most = (self.memory.locations - 1) // 2
            raise mistake("a head would move around the whole memory", key="shift_range", allowed=f"at most {most}")
        return self


class TransducerTraining(Training):
    """Training on episodes.

    Attributes
    ----------
    batch_size
        Episodes in a batch, all of one size.
    compiled
        Compile the cell of a turing_machine, where a C++ compiler is found: steps take less time, after most of a
        minute for compiling. Goes with precision fp32.
    """

    batch_size: Batch = 16
    compiled: bool = False

    @model_validator(mode="after")
    def _what_is_compiled_is_in_one_precision(self) -> TransducerTraining:
        if self.compiled and self.precision != "fp32":
            raise mistake("a compiled cell takes its products in fp32", key="precision", allowed="fp32")
        return self


class TransducerRecipe(Recipe):
    """A network that writes numbers at each step of its input."""

    task: Transduction
    data: EpisodeSource
    model: Annotated[RecurrentTransducer | TuringMachine, Field(discriminator="kind")] = TuringMachine(
        kind="turing_machine"
    )
    training: TransducerTraining

    @model_validator(mode="after")
    def _it_stops_on_a_score_that_it_has(self) -> TransducerRecipe:
        require_score(self.training, "loss")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        if isinstance(self.model, RecurrentTransducer):
            if self.model.dropout and self.model.layers == 1:
                yield "model.dropout has no effect with model.layers 1"
            if self.training.compiled:
                yield "training.compiled has no effect with model.kind recurrent"
