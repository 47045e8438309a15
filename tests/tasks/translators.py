"""A small random translator, and pairs for it to translate."""

from __future__ import annotations

from functools import cache

import torch

from softsearch.build.model import build_model
from softsearch.data.grammar import generate
from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import EOS, train_words
from softsearch.decoding.settings import Search
from softsearch.recipes import load_recipe
from softsearch.tasks.translator import Translator

LONGEST = 15  # words
WIDTHS = ("embedding", "readout", "encoder.hidden", "decoder.hidden", "attention.hidden")


@cache
def sentences() -> list[Pair]:
    return list(generate(source="de", target="en", num_pairs=30, split="train", seed=1))


def short_sentences() -> list[Pair]:
    return [pair for pair in sentences() if len(pair.source.split()) <= LONGEST][:12]


@cache
def random_translator() -> Translator:
    """Return a network of random weights, sharp enough to prefer one word to another, and to end."""
    texts = [text for pair in sentences() for text in (pair.source, pair.target)]
    tokenizer = train_words(texts, size=500, lowercase=False, split_punctuation=True)
    recipe = load_recipe("translate/builtin", [f"model.{width}=8" for width in WIDTHS])
    model = build_model(recipe.model, vocabulary=tokenizer.size, seed=1).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.7)
        model.output.bias[EOS] += 1.5
    return Translator(model, tokenizer, search=Search(5, 1.0, 2.0), max_tokens=100, dictionary={})
