"""The recipe of a language model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Count, Part, Positive, Share, Text, Width, mistake
from softsearch.recipes.schema.model import CellKind, Layers
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.tokenizer import Sentencepiece, Words


class LanguageModelling(Part):
    """A text, token by token: the next one is predicted from those before.

    Attributes
    ----------
    window
        Tokens of a stream that are learnt from at once; gradients reach back no further (truncated backpropagation).
    """

    kind: Literal["language_model"]
    window: Annotated[int, Field(ge=1, le=100_000)] = 35


class TextFiles(Part):
    """Text files of the user's own; a line end is a token.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    train, valid, test
        A file each; only ``softsearch evaluate`` opens the last one.
    """

    kind: Literal["text"]
    folder: Text | None = None
    train: Text
    valid: Text
    test: Text | None = None


class Verbatim(Part):
    """Every character as it stands, white space too; the most frequent `size` of them."""

    kind: Literal["characters"]
    size: Count = 1_000


class Bytes(Part):
    """The bytes of UTF-8."""

    kind: Literal["bytes"]


class RecurrentModel(Part):
    """Recurrent layers over embeddings.

    Attributes
    ----------
    embedding
        Width of a token's vector.
    cell, hidden, layers
        What the layers are made of, how wide each is, and how many there are.
    residual
        Each layer from the second on adds what it reads to what it passes on.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, between layers, before the output layer.
    tie_embeddings
        The output layer shares its weights with the embeddings: `embedding` must equal `hidden`.
    init
        All weights begin as uniform random numbers between -init and init; null: each layer by its own rule.
    """

    kind: Literal["recurrent"]
    embedding: Width = 256
    cell: CellKind = "lstm"
    hidden: Width = 256
    layers: Layers = 1
    residual: bool = False
    dropout: Share = 0.2
    tie_embeddings: bool = False
    init: Positive | None = None

    @model_validator(mode="after")
    def _widths_fit(self) -> RecurrentModel:
        if self.tie_embeddings and self.embedding != self.hidden:
            problem = f"with tie_embeddings, embedding ({self.embedding}) must equal hidden ({self.hidden})"
            fix = f"set embedding: {self.hidden}, or tie_embeddings: false"
            raise mistake(problem, key="embedding", allowed=str(self.hidden), fix=fix)
        return self


class Generation(Part):
    """How text is drawn."""

    temperature: Annotated[float, Field(ge=0.001, le=1_000)] = 1.0


class LanguageRecipe(Recipe):
    """A language model: text in, more text out."""

    task: LanguageModelling
    data: TextFiles
    tokenizer: Annotated[Words | Sentencepiece | Verbatim | Bytes, Field(discriminator="kind")] = Words(kind="words")
    model: RecurrentModel = RecurrentModel(kind="recurrent")
    decoding: Generation = Generation()

    @model_validator(mode="after")
    def _it_stops_on_its_loss(self) -> LanguageRecipe:
        if self.training.stop.on != "loss":
            raise mistake("a language model has no such score", key="training", allowed="stop: {on: loss}")
        return self

    def without_effect(self) -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect()
        if self.model.residual and self.model.layers == 1:
            yield "model.residual has no effect with model.layers 1"
