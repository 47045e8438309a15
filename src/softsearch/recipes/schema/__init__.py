"""Every field of a recipe, its type, its range and its default: the one place where defaults live.

A kind of part (a tokenizer, an attention, …) is a class here; where several kinds can stand, the recipe names one in
``kind``. Field names are the keywords of the objects that are built from them. One file for each part of a recipe, and
one for each task's whole: the task says what the other parts can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softsearch.recipes.schema.captions import (
    CaptionDecoding,
    Captioner,
    CaptionFiles,
    Captioning,
    CaptioningTransformer,
    CaptionRecipe,
    CaptionSplit,
    CaptionTraining,
    DrawnScenes,
    Hard,
    Looking,
)
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
from softsearch.recipes.schema.images import (
    AlexNetModel,
    Augmentations,
    Cifar,
    Drawn,
    Folders,
    GoogLeNetModel,
    Idx,
    IdxPair,
    ImageClassification,
    ImageLists,
    ImageModel,
    ImageRecipe,
    LeNetModel,
    Mosaics,
    ResidualModel,
    Retouching,
    VGGModel,
)
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
    DecoderLayers,
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
from softsearch.recipes.schema.sentences import (
    BagOfWordsModel,
    ByClass,
    DrawnSentences,
    LabelledLines,
    RecurrentSentenceModel,
    SentenceClassification,
    SentenceConvModel,
    SentenceRecipe,
    SentenceTable,
)
from softsearch.recipes.schema.task import Translation
from softsearch.recipes.schema.text import BuiltIn, Bytes, Subwords, TextFiles, Vectors, Verbatim
from softsearch.recipes.schema.tokenizer import Characters, Sentencepiece, Words
from softsearch.recipes.schema.training import (
    SGD,
    Adadelta,
    AdamW,
    AveragedSGD,
    ClassifierTraining,
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
    TextTraining,
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
    "AlexNetModel",
    "Attention",
    "Augmentations",
    "AveragedSGD",
    "BagOfWordsModel",
    "BuiltIn",
    "ByClass",
    "Bytes",
    "CaptionDecoding",
    "CaptionFiles",
    "CaptionRecipe",
    "CaptionSplit",
    "CaptionTraining",
    "Captioner",
    "Captioning",
    "CaptioningTransformer",
    "Characters",
    "Cifar",
    "ClassifierTraining",
    "Constant",
    "Cosine",
    "Decay",
    "Decoder",
    "DecoderLayers",
    "Decoding",
    "Dot",
    "Drawn",
    "DrawnScenes",
    "DrawnSentences",
    "Encoder",
    "EncoderDecoder",
    "FeedForwardModel",
    "Files",
    "Filter",
    "Folders",
    "General",
    "Generation",
    "GoogLeNetModel",
    "Grammar",
    "Hard",
    "Idx",
    "IdxPair",
    "ImageClassification",
    "ImageLists",
    "ImageModel",
    "ImageRecipe",
    "InverseSqrt",
    "LabelledLines",
    "LanguageModelling",
    "LanguageRecipe",
    "LeNetModel",
    "Linear",
    "LinearScore",
    "Looking",
    "Mean",
    "Model",
    "Mosaics",
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
    "RecurrentSentenceModel",
    "ResidualModel",
    "Retouching",
    "SampledSoftmax",
    "Schedule",
    "SentenceClassification",
    "SentenceConvModel",
    "SentenceRecipe",
    "SentenceTable",
    "Sentencepiece",
    "Softmax",
    "Stop",
    "Subwords",
    "Table",
    "TextFiles",
    "TextTraining",
    "Training",
    "Transformer",
    "TransformerModel",
    "Translation",
    "TranslationRecipe",
    "TwoFiles",
    "VGGModel",
    "Vectors",
    "Verbatim",
    "WeightedPairs",
    "WeightedTable",
    "WeightedTwoFiles",
    "Words",
    "recipe_from",
]


RECIPES: dict[str, type[Recipe]] = {
    "translation": TranslationRecipe,
    "language_model": LanguageRecipe,
    "image_classification": ImageRecipe,
    "sentence_classification": SentenceRecipe,
    "image_captioning": CaptionRecipe,
}
"""What a recipe is made of, by the kind of its task."""


def recipe_from(fields: Mapping[str, Any]) -> Recipe:
    """Return the recipe with these fields, checked; the task is translation where it is not named.

    Raises
    ------
    ValidationError
        A field is wrong.
    """
    return RECIPES[fields.get("task", {}).get("kind", "translation")].model_validate(fields)
