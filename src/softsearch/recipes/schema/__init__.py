"""Every field of a recipe, its type, its range and its default: the one place where defaults live.

A kind of part (a tokenizer, an attention, …) is a class here; where several kinds can stand, the recipe names one in
``kind``. Field names are the keywords of the objects that are built from them. One file for each part of a recipe, and
one for each task's whole: the task says what the other parts can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softsearch.recipes.schema.data import (
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
from softsearch.recipes.schema.language import (
    AdaptiveSoftmax,
    FeedForwardModel,
    Generation,
    LanguageModelling,
    LanguageRecipe,
    NGramModel,
    RecurrentModel,
    SampledSoftmax,
    Softmax,
    TransformerModel,
)
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
    Transformer,
)
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.task import Translation
from softsearch.recipes.schema.text import BuiltIn, Bytes, Subwords, TextFiles, Vectors, Verbatim
from softsearch.recipes.schema.tokenizer import Characters, Sentencepiece, Words
from softsearch.recipes.schema.training import (
    SGD,
    Adadelta,
    AdamW,
    AveragedSGD,
    Constant,
    Cosine,
    Decay,
    InverseSqrt,
    Linear,
    MultiStep,
    OneCycle,
    Optimizer,
    Plateau,
    RMSprop,
    Schedule,
    Stop,
    Training,
)
from softsearch.recipes.schema.translation import TranslationRecipe

__all__ = [
    "RECIPES",
    "SGD",
    "Adadelta",
    "AdamW",
    "AdaptiveSoftmax",
    "Additive",
    "Attention",
    "AveragedSGD",
    "BuiltIn",
    "Bytes",
    "Characters",
    "Constant",
    "Cosine",
    "Decay",
    "Decoder",
    "Decoding",
    "Dot",
    "Encoder",
    "EncoderDecoder",
    "FeedForwardModel",
    "Files",
    "Filter",
    "General",
    "Generation",
    "Grammar",
    "InverseSqrt",
    "LanguageModelling",
    "LanguageRecipe",
    "Linear",
    "LinearScore",
    "Mean",
    "Model",
    "MultiStep",
    "NGramModel",
    "NoAttention",
    "OneCycle",
    "OnePerWord",
    "Optimizer",
    "Pairs",
    "PairsOrNumber",
    "Plateau",
    "RMSprop",
    "Recipe",
    "RecurrentModel",
    "SampledSoftmax",
    "Schedule",
    "Sentencepiece",
    "Softmax",
    "Stop",
    "Subwords",
    "Table",
    "TextFiles",
    "Training",
    "Transformer",
    "TransformerModel",
    "Translation",
    "TranslationRecipe",
    "TwoFiles",
    "Vectors",
    "Verbatim",
    "WeightedPairs",
    "WeightedTable",
    "WeightedTwoFiles",
    "Words",
    "recipe_from",
]


RECIPES: dict[str, type[Recipe]] = {"translation": TranslationRecipe, "language_model": LanguageRecipe}
"""What a recipe is made of, by the kind of its task."""


def recipe_from(fields: Mapping[str, Any]) -> Recipe:
    """Return the recipe with these fields, checked; the task is translation where it is not named.

    Raises
    ------
    ValidationError
        A field is wrong.
    """
    return RECIPES[fields.get("task", {}).get("kind", "translation")].model_validate(fields)
