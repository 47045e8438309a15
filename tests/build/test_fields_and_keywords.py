"""What a recipe says of a network is what the network is told: fields and keywords are one list."""

from __future__ import annotations

import inspect
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, get_type_hints

import pytest

from softsearch.models.attend_after import AttendAfter
from softsearch.models.attend_before import EncoderDecoder
from softsearch.models.bag_of_words import BagOfWords
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet, LeNet
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.ngram import NGramLanguageModel
from softsearch.models.one_per_word import OnePerWord
from softsearch.models.parts import Decoder
from softsearch.models.reader_writer import ReaderWriter
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.recurrent_sentence_net import RecurrentSentenceNet
from softsearch.models.residual_net import ResidualNet
from softsearch.models.sentence_conv_net import SentenceConvNet
from softsearch.models.transformer import Transformer
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.attention import AdditiveAttention, DotAttention, GeneralAttention, HardAttention, LinearAttention
from softsearch.nn.recurrent import Layers, RecurrentStack
from softsearch.nn.turing_machine import TuringMachineCell
from softsearch.recipes import schema
from softsearch.recipes.schema.transduction import Memory

BUNDLES = (Decoder, Layers)  # what they hold counts as told one by one
PARTS = (schema.Encoder, schema.DecoderLayers, Memory)  # parts of a model, whose fields count as its own
NAMES = {"decay": "lag_decay", "head": "output"}  # of a network: of a recipe, where they differ


class Pair(NamedTuple):
    """A part of a recipe, the constructor it is for, what the data tell that, and what is for whoever builds it."""

    part: type[schema.Part]
    network: Any
    of_data: set[str]
    of_build: AbstractSet[str] = frozenset()


IMAGES, SENTENCES, TEXTS = {"channels", "classes"}, {"vocabulary", "classes"}, {"vocabulary"}
READ = {"query", "annotation"}
PAIRS = [
    Pair(schema.EncoderDecoder, EncoderDecoder, TEXTS, {"order", "input_feeding"}),
    Pair(schema.EncoderDecoder, AttendAfter, TEXTS, {"order"}),
    Pair(schema.OnePerWord, OnePerWord, TEXTS),
    Pair(schema.Transformer, Transformer, TEXTS),
    Pair(schema.Captioner, Captioner, {*TEXTS, "annotation"}),
    Pair(schema.CaptioningTransformer, CaptioningTransformer, {*TEXTS, "annotation"}),
    Pair(schema.ReaderWriter, ReaderWriter, TEXTS),
    Pair(schema.RecurrentTransducer, RecurrentStack, {"input"}),
    Pair(schema.TuringMachine, TuringMachineCell, {"input"}),
    Pair(schema.RecurrentModel, RecurrentLanguageModel, TEXTS, {"dropout_per", "vectors"}),
    Pair(schema.TransformerModel, TransformerLanguageModel, {*TEXTS, "context"}, {"vectors"}),
    Pair(schema.FeedForwardModel, FeedForwardLanguageModel, TEXTS, {"vectors"}),
    Pair(schema.NGramModel, NGramLanguageModel.count, {*TEXTS, "ids", "boundary"}),
    Pair(schema.SentenceConvModel, SentenceConvNet, SENTENCES, {"vectors"}),
    Pair(schema.RecurrentSentenceModel, RecurrentSentenceNet, SENTENCES, {"vectors"}),
    Pair(schema.BagOfWordsModel, BagOfWords, SENTENCES, {"vectors"}),
    Pair(schema.LeNetModel, LeNet, {*IMAGES, "size"}),
    Pair(schema.AlexNetModel, AlexNet, IMAGES),
    Pair(schema.VGGModel, VGG, IMAGES),
    Pair(schema.GoogLeNetModel, GoogLeNet, IMAGES),
    Pair(schema.ResidualModel, ResidualNet, {*IMAGES, "counts"}, {"depth", "stages"}),
    Pair(schema.Additive, AdditiveAttention, READ),
    Pair(schema.General, GeneralAttention, READ),
    Pair(schema.Dot, DotAttention, set()),
    Pair(schema.LinearScore, LinearAttention, READ),
    Pair(schema.Hard, HardAttention, READ),
]


def fields(part: type[schema.Part]) -> set[str]:
    """Return the names of a part's fields, and of those of the parts below it."""
    found = set()
    for name, field in part.model_fields.items():
        below = isinstance(field.annotation, type) and issubclass(field.annotation, PARTS)
        found |= fields(field.annotation) if below else {name}
    return found - {"kind"}


def keywords(told: Any) -> dict[str, inspect.Parameter]:
    """Return what a constructor, or a function, is told: by the recipes' names, and bundles laid open."""
    names = {"depth": "layers"} if told is Layers else NAMES
    hints = get_type_hints(told.__init__ if isinstance(told, type) and told not in BUNDLES else told)
    found = {}
    for name, parameter in inspect.signature(told).parameters.items():
        if hints.get(name) in BUNDLES:
            found |= keywords(hints[name])
        else:
            found[names.get(name, name)] = parameter
    return found


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.part.__name__}-{pair.network.__qualname__}")
def test_a_network_is_told_each_field_of_the_recipe_and_nothing_else(pair):
    assert keywords(pair.network).keys() - pair.of_data == fields(pair.part) - pair.of_build
    assert pair.of_build <= fields(pair.part)
    assert pair.of_data <= keywords(pair.network).keys()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.part.__name__}-{pair.network.__qualname__}")
def test_a_network_has_no_default_of_its_own_beside_those_of_the_recipe(pair):
    assert [name for name, each in keywords(pair.network).items() if each.default is not each.empty] == []
