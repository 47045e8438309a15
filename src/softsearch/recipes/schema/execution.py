"""The recipe of a network that reads programs and writes what they print."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Batch, Count, Part, Share, Width, mistake
from softsearch.recipes.schema.model import DecoderLayers, EncoderDecoder, Transformer
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.training import Training, require_score

Digits = Annotated[int, Field(ge=1, le=18)]


class Execution(Part):
    """Programs in, what they print out, character by character."""

    kind: Literal["execution"]


class _Exercises(Part):
    """Exercises that are drawn here, without end.

    Attributes
    ----------
    length
        Digits of a number.
    curriculum
        How hard exercises are while the network learns (Zaremba and Sutskever 2014, section 5): always of this length
        and nesting ("baseline"); first of length and nesting 1, harder where nothing more is learnt ("naive"); drawn
        from 1 on ("mix"); either of these two, with a coin ("combined").
    inversion, doubling
        Write what is read the other way round, or twice.
    scrambled
        Exchange the characters of what is read for one another, always the same way.
    num_valid, num_test
        Exercises of each length and nesting that are held out, at most: of short ones there are fewer.
    """

    length: Digits = 4
    curriculum: Literal["baseline", "naive", "mix", "combined"] = "combined"
    inversion: bool = False
    doubling: bool = False
    scrambled: bool = False
    num_valid: Count = 200
    num_test: Count = 500


class DrawnPrograms(_Exercises):
    """Small programs: sums, products, choices, assignments, loops, conditions.

    Attributes
    ----------
    nesting
        How many of them are put into one another.
    """

    kind: Literal["programs"]
    nesting: Annotated[int, Field(ge=1, le=8)] = 2


class Additions(_Exercises):
    """Programs that print the sum of two numbers."""

    kind: Literal["addition"]


class Memorisation(_Exercises):
    """Digits that are to be written again."""

    kind: Literal["memorisation"]

    @model_validator(mode="after")
    def _some_can_be_held_out(self) -> Memorisation:
        if self.length < 2:
            raise mistake("of one digit there are too few to hold some out", key="length", allowed="from 2 on")
        return self


class ReaderWriter(DecoderLayers):
    """One recurrent network that reads, then writes, without attention (Zaremba and Sutskever 2014).

    Attributes
    ----------
    embedding
        Width of a character's vector.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, between layers, before the output layer.
    cell, hidden, layers, residual
        As in a decoder.
    """

    also_called = ("lstm", "rnn")

    kind: Literal["reader_writer"]
    embedding: Width = 64
    dropout: Share = 0.0


class ExecutionTraining(Training):
    """Training on exercises.

    Attributes
    ----------
    batch_size
        Exercises in a batch.
    """

    batch_size: Batch = 128


class ExecutionRecipe(Recipe):
    """A network that reads programs and writes what they print."""

    task: Execution
    data: Annotated[DrawnPrograms | Additions | Memorisation, Field(discriminator="kind")]
    model: Annotated[ReaderWriter | EncoderDecoder | Transformer, Field(discriminator="kind")] = ReaderWriter(
        kind="reader_writer"
    )
    training: ExecutionTraining

    @model_validator(mode="after")
    def _it_stops_on_a_score_that_it_has(self) -> ExecutionRecipe:
        require_score(self.training, "loss", "accuracy")
        return self
