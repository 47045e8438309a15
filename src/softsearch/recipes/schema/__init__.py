"""Every field of a recipe, its type, its range and its default: the one place where defaults live.

A kind of part (a tokenizer, an attention, …) is a class here; where several kinds can stand, the recipe names one in
``kind``. Field names are the keywords of the objects that are built from them. One file for each part of a recipe.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr

from softsearch.recipes.schema.base import Part
from softsearch.recipes.schema.data import (
    Data,
    Files,
    Filter,
    Grammar,
    Pairs,
    PairsOrNumber,
    Table,
    TwoFiles,
    WeightedPairs,
    WeightedTable,
    WeightedTwoFiles,
)
from softsearch.recipes.schema.decoding import Decoding
from softsearch.recipes.schema.model import (
    Additive,
    Attention,
    Decoder,
    Dot,
    Encoder,
    EncoderDecoder,
    General,
    LinearScore,
    Mean,
    Model,
    NoAttention,
    OnePerWord,
)
from softsearch.recipes.schema.task import Translation
from softsearch.recipes.schema.tokenizer import Characters, Sentencepiece, Tokenizer, Words
from softsearch.recipes.schema.training import (
    SGD,
    Adadelta,
    AdamW,
    Constant,
    Cosine,
    InverseSqrt,
    Linear,
    Optimizer,
    Plateau,
    RMSprop,
    Schedule,
    Stop,
    Training,
)

__all__ = [
    "SGD",
    "Adadelta",
    "AdamW",
    "Additive",
    "Attention",
    "Characters",
    "Constant",
    "Cosine",
    "Decoder",
    "Decoding",
    "Dot",
    "Encoder",
    "EncoderDecoder",
    "Files",
    "Filter",
    "General",
    "Grammar",
    "InverseSqrt",
    "Linear",
    "LinearScore",
    "Mean",
    "Model",
    "NoAttention",
    "OnePerWord",
    "Optimizer",
    "Pairs",
    "PairsOrNumber",
    "Plateau",
    "RMSprop",
    "Recipe",
    "Schedule",
    "Sentencepiece",
    "Stop",
    "Table",
    "Training",
    "Translation",
    "TwoFiles",
    "WeightedPairs",
    "WeightedTable",
    "WeightedTwoFiles",
    "Words",
]


class Recipe(Part):
    """All that decides a training. Read one with :func:`~softsearch.recipes.load_recipe`."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    task: Translation = Translation(kind="translation")
    data: Data
    tokenizer: Tokenizer = Sentencepiece(kind="sentencepiece")
    model: Model = EncoderDecoder(kind="encoder_decoder")
    training: Training
    decoding: Decoding = Decoding()

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """The file it was read from; None for a recipe made in Python."""
        return self._path

    @property
    def name(self) -> str:
        """The file's name without its ending, or "recipe"."""
        return "recipe" if self._path is None else self._path.stem

    def __eq__(self, other: object) -> bool:
        """Compare the fields: where a recipe was read from does not count."""
        return isinstance(other, Recipe) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]
