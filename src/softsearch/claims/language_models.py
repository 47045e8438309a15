"""The language models that several claims are about, on the prose of Python's documentation: words, and characters.

Networks that are compared read the same tokens in the same order, take the same number of steps with the same optimiser
and have the same number of parameters. The learning rate is each network's own: of 3e-3 and 1e-2, and of 1e-3 where the
lower of the two was the better one, that which was best on the validation text with the first seed. What is measured is
the test text, with the best weights by the validation text.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch

from softsearch import runs
from softsearch.build.families import family_of
from softsearch.claims.trainings import trained
from softsearch.data.running import RunningText
from softsearch.data.splits import SPLITS
from softsearch.models.language_model import LanguageModel
from softsearch.recipes.schema import LanguageRecipe
from softsearch.shapes import Int

SEEDS = (1, 2, 3)
NGRAMS = MappingProxyType({"bigram": 2, "kneser_ney": 5})
_WIDEST = 4_096


@dataclass(frozen=True)
class Setting:
    """What the networks of a comparison have in common.

    Attributes
    ----------
    name
        Of the trainings' folders.
    tokenizer
        Its kind, as in a recipe.
    vocabulary
        Number of tokens; the text has at least so many different ones.
    characters
        Of the text to train on.
    window
        Tokens that gradients reach back, and that a Transformer sees.
    embedding
        Width of a token's vector.
    blocks
        Of a Transformer.
    dropout, batch_tokens, steps
        Of the training.
    learning_rates
        Of networks, each with its own; that of the others is 3e-3.
    parameters
        Of each network; the nearest number that a width of its hidden layer allows.
    """

    name: str
    tokenizer: str
    vocabulary: int
    characters: int
    window: int
    embedding: int
    blocks: int
    dropout: float
    batch_tokens: int
    learning_rates: tuple[tuple[str, float], ...]
    steps: int
    parameters: int


_SIMPLER = ("gru", "lstm_no_forget", "lstm_coupled", "lstm_no_output")  # than the LSTM, whose learning rate suits them

# All of the prose, 1.6 million characters: 350,000 words, of which these 5,000 are 97 %. With windows as long as the
# longest context that is measured, a Transformer has seen all of its places. Three epochs.
WORDS = Setting(
    name="words",
    tokenizer="words",
    vocabulary=5_000,
    characters=2_000_000,
    window=64,
    embedding=128,
    blocks=2,
    dropout=0.3,
    batch_tokens=1_024,
    learning_rates=tuple((name, 1e-2) for name in ("feed_forward", "lstm", *_SIMPLER)),
    steps=1_050,
    parameters=1_900_000,
)

# The rarest of these characters is there some fifty times. More than three epochs, of small networks, which are soon as
# good as they get and far from learning such a text by heart, so dropout is little.
CHARACTERS = Setting(
    name="characters",
    tokenizer="characters",
    vocabulary=96,
    characters=2_000_000,
    window=64,
    embedding=64,
    blocks=3,
    dropout=0.1,
    batch_tokens=2_048,
    learning_rates=tuple((name, 1e-2) for name in ("lstm", *_SIMPLER)),
    steps=2_600,
    parameters=120_000,
)


class Measured(NamedTuple):
    """A trained language model, the tokens of the texts it has and has not seen, and its loss on the latter."""

    model: LanguageModel
    train: Int[np.ndarray, " length"]
    valid: Int[np.ndarray, " length"]
    test: Int[np.ndarray, " length"]
    loss: float

    @property
    def perplexity(self) -> float:
        """Of the test text, a token."""
        return math.exp(self.loss)


@cache
def measured(setting: Setting, network: str, seed: int) -> Measured:
    """Train a network, or take the one that was, and score it on the test text."""
    run = trained(recipe_of(setting, network, seed), name=f"{setting.name}-{network}-{seed}")
    loss = runs.evaluate(run, on="test")["metrics"]["nats_per_token"]["value"]
    train, valid, test = (RunningText(run / "data" / split).ids.astype(np.int64) for split in SPLITS)
    return Measured(runs.load(run).model, train, valid, test, loss)


def recipe_of(setting: Setting, network: str, seed: int) -> LanguageRecipe:
    """Return the recipe of a network, with the hidden width that gives it the parameters of the setting."""
    if network in NGRAMS:
        return _recipe(setting, {"kind": "ngram", "order": NGRAMS[network]}, seed)
    return _recipe(setting, {**_fields(setting, network), "hidden": hidden_for(setting, network)}, seed)


@cache
def hidden_for(setting: Setting, network: str) -> int:
    """Return the width of the hidden layer with which a network comes nearest to the parameters of the setting."""

    def size(hidden: int) -> int:
        return num_parameters(_recipe(setting, {**_fields(setting, network), "hidden": hidden}, 1), setting.vocabulary)

    above = bisect.bisect_left(range(_WIDEST), setting.parameters, lo=2, key=size)
    return min(above - 1, above, key=lambda hidden: abs(size(hidden) - setting.parameters))


def num_parameters(recipe: LanguageRecipe, vocabulary: int) -> int:
    """Return how many parameters a network has, a matrix that is used twice counted once."""
    with torch.device("meta"):  # sizes without numbers
        model = family_of(recipe).model(recipe, sizes={"vocabulary": vocabulary})
    return sum(parameter.numel() for parameter in model.parameters())


def unigram_loss(train: Int[np.ndarray, " length"], test: Int[np.ndarray, " length"], vocabulary: int) -> float:
    """Return the loss of a model that knows how frequent each token is, and nothing else, in nats a token.

    Each count is one more than there are, so that none is zero (Laplace).
    """
    counts = np.bincount(train, minlength=vocabulary) + 1.0
    return float(-np.log(counts / counts.sum())[test].mean())


def _fields(setting: Setting, network: str) -> dict[str, Any]:
    """Return what a recipe says of a network, its hidden width apart."""
    shared = {"dropout": setting.dropout}
    if network == "feed_forward":
        return {"kind": "feed_forward", "embedding": setting.embedding, "order": 5, **shared}
    if network == "transformer":
        blocks = {"width": setting.embedding, "heads": 4, "layers": setting.blocks}
        return {"kind": "transformer", **blocks, "tie_embeddings": False, **shared}
    return {"kind": "recurrent", "cell": network, "embedding": setting.embedding, **shared}


def _recipe(setting: Setting, model: Mapping[str, Any], seed: int) -> LanguageRecipe:
    network = model.get("cell", model["kind"])
    size = {} if setting.tokenizer == "bytes" else {"size": setting.vocabulary}
    training = {
        "batch_tokens": setting.batch_tokens,
        "optimizer": {"kind": "adamw", "learning_rate": dict(setting.learning_rates).get(network, 3e-3)},
        "schedule": {"kind": "linear", "warmup_steps": setting.steps // 10},
        "max_steps": setting.steps,
        "validate_every": f"{max(1, setting.steps // 10)} steps",
        "stop": {"patience": None},
        "precision": "fp32",
    }
    return LanguageRecipe.model_validate(
        {
            "seed": seed,
            "task": {"kind": "language_model", "window": setting.window},
            "data": {"kind": "builtin", "part": "prose", "characters": setting.characters},
            "tokenizer": {"kind": setting.tokenizer, **size},
            "model": model,
            "training": None if model["kind"] == "ngram" else training,
        }
    )
