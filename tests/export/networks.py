"""Small translators with random weights, each with a tokenizer, as a run would give them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jaxtyping
import numpy as np
import torch
from torch import nn

from softsearch import portable
from softsearch.build.model import build_model
from softsearch.data.tokenizers import WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.recipes import schema
from softsearch.tasks.batched import write
from softsearch.tasks.translator import Translator
from softsearch.tasks.writer import Writer

LETTERS = "abcdefghijklmnopqrst"
WORDS = WordTokenizer(list(LETTERS), lowercase=False, split_punctuation=False)
SOURCES = ["a b c", "d", "e f g h i j k l m", "t s r q p", "c c c c"]
TARGETS = ["b a", "m n o p q r", "h", "a c e g", "i j"]
SEARCH = Search(beam=3, length_penalty=1.0, max_ratio=1.0)
RECURRENT = {"embedding": 6, "readout": 6, "encoder": {"hidden": 4}, "decoder": {"hidden": 8}}
TRANSFORMER = {"width": 8, "heads": 2, "hidden": 10, "encoder_layers": 1, "decoder_layers": 2}


def make_translator(recipe: schema.Model, tokenizer=WORDS, search: Search = SEARCH, std: float = 0.5) -> Translator:
    """Return the network of a recipe's `model`, surer of itself than at the start of a training."""
    model = build_model(recipe, vocabulary=tokenizer.size, seed=1)
    torch.manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    return Translator(model.eval(), tokenizer, search=search, max_tokens=12, dictionary={})


def make_transformer(**fields) -> Translator:
    return make_translator(schema.Transformer.model_validate({"kind": "transformer", **TRANSFORMER, **fields}))


def make_recurrent(**fields) -> Translator:
    return make_translator(schema.EncoderDecoder.model_validate({"kind": "encoder_decoder", **RECURRENT, **fields}))


@contextmanager
def shapes_unchecked() -> Iterator[None]:
    """Let a recorder see the network alone: a check of its shapes would fix them."""
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def exported(loaded: Translator | Writer, folder: Path, to: str, quantization: str = "float32"):
    """Return what was exported, loaded again."""
    from softsearch.export.writing import write

    folder.mkdir(exist_ok=True)
    with shapes_unchecked():
        write(loaded, folder, to=to, quantization=quantization)
    return portable.load(folder, threads=1)


def largest_difference(translator: Translator, other: portable.Translator) -> float:
    """Return by how many nats a token of given translations differs at most."""
    read, written = (translator.tokenizer.encode_batch(texts) for texts in (SOURCES, TARGETS))
    wanted, found = write(translator.model, read, written), other.score(SOURCES, TARGETS)
    return max(float(np.abs(np.subtract(one.log_probs, own)).max()) for one, own in zip(wanted, found, strict=True))
