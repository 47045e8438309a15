"""Language modelling, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, assert_never

import torch
from torch import nn

from softsearch.build.family import Family, Materialised
from softsearch.data.running import RunningText, TextFile
from softsearch.data.text import read_lines
from softsearch.data.tokenizers import (
    ByteTokenizer,
    Tokenizer,
    load_tokenizer,
    train_sentencepiece,
    train_verbatim,
    train_words,
)
from softsearch.data.windows import StreamData, WindowData
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.language_model import LanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.dropout import SequenceDropout
from softsearch.nn.heads import AdaptiveHead, Head, SampledHead, SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.recipes import Duration, schema
from softsearch.seeding import derive
from softsearch.tasks.language import HeldOutText, LanguageTask

_TOKENIZER = "tokenizer.model"
_THREADS = 2  # on every machine: another number may choose other subwords


class LanguageFamily(Family[schema.LanguageRecipe]):
    """A text, token by token."""

    items = "tokens"

    def materialise(
        self, recipe: schema.LanguageRecipe, folder: Path, *, overfit: int | None, tokenizer: Tokenizer | None
    ) -> Materialised:
        """Write the tokens of all splits; with `overfit`, of so many lines."""
        data, base = recipe.data, Path(recipe.data.folder or ".")
        names = {"train": data.train, "valid": data.train if overfit else data.valid}
        if data.test and not overfit:
            names["test"] = data.test
        tokenizer = tokenizer or _tokenizer(recipe, lambda: _lines(base / data.train, overfit))
        report = {}
        for split, name in names.items():
            file = TextFile(name, _lines(base / name, overfit))
            text = RunningText.write(folder / split, [file], tokenizer)
            report[split] = {"tokens": len(text), "words": text.words, "bytes": text.bytes, "unknown": text.unknown}
        return Materialised(tokenizer, data.train, report, longest=0)

    def open(
        self, recipe: schema.LanguageRecipe, folder: Path, *, name: str, tokenizer: Tokenizer
    ) -> tuple[StreamData | WindowData, HeldOutText]:
        """Return streams to train on, or windows where no state is carried on, and a text to validate on."""
        window, text = recipe.task.window, RunningText(folder / "train")
        rows = max(1, recipe.training.batch_tokens // window)
        held_out = HeldOutText("valid", RunningText(folder / "valid"))
        if _carries(recipe):
            return StreamData(text, streams=rows, window=window), held_out
        return WindowData(text, batch=rows, window=window, seed=recipe.seed), held_out

    def task(self, recipe: schema.LanguageRecipe, prepared: Materialised) -> LanguageTask:
        """Return the task."""
        return LanguageTask(prepared.tokenizer, carries=_carries(recipe))

    def files(self, task: LanguageTask) -> dict[str, str | bytes]:
        """Return the tokenizer."""
        return {_TOKENIZER: task.tokenizer.to_bytes()}

    def restored(self, fields: Mapping[str, Any], folder: Path) -> LanguageTask:
        """Return the task of a run, with its tokenizer."""
        return LanguageTask.from_dict(fields, tokenizer=load_tokenizer(folder / _TOKENIZER))

    def model(self, recipe: schema.LanguageRecipe, *, vocabulary: int) -> LanguageModel:
        """Return the network with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            return _model(recipe.model, vocabulary)

    def about(self, recipe: schema.LanguageRecipe) -> dict[str, Any]:
        """Return nothing more."""
        return {}

    def memorising(self, recipe: schema.LanguageRecipe) -> schema.LanguageRecipe:
        """Return the recipe without dropout, to stop soon after the loss no longer falls."""
        model = recipe.model.model_copy(update={"dropout": 0.0})
        stop = schema.Stop(on="loss", patience=3)
        training = recipe.training.model_copy(update={"validate_every": Duration(50, "steps"), "stop": stop})
        return recipe.model_copy(update={"model": model, "training": training})

    def remarks(self, recipe: schema.LanguageRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield nothing so far."""
        return iter(())


def _carries(recipe: schema.LanguageRecipe) -> bool:
    """Whether the state goes on from window to window: not that of a Transformer, whose context would be full."""
    return not isinstance(recipe.model, schema.TransformerModel)


def _model(
    recipe: schema.RecurrentModel | schema.TransformerModel | schema.FeedForwardModel, vocabulary: int
) -> LanguageModel:
    match recipe:
        case schema.RecurrentModel():
            dropout = SequenceDropout if recipe.dropout_per == "sequence" else nn.Dropout
            return RecurrentLanguageModel(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                layers=Layers(recipe.cell, recipe.hidden, recipe.layers, recipe.residual),
                head=_head(recipe.output, recipe.hidden, vocabulary),
                dropout=dropout(recipe.dropout),
                tie_embeddings=recipe.tie_embeddings,
                init=recipe.init,
            )
        case schema.TransformerModel():
            return TransformerLanguageModel(
                vocabulary=vocabulary,
                width=recipe.width,
                heads=recipe.heads,
                layers=recipe.layers,
                hidden=recipe.hidden,
                context=recipe.context,
                head=_head(recipe.output, recipe.width, vocabulary),
                dropout=recipe.dropout,
                tie_embeddings=recipe.tie_embeddings,
            )
        case schema.FeedForwardModel():
            return FeedForwardLanguageModel(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                hidden=recipe.hidden,
                order=recipe.order,
                head=_head(recipe.output, recipe.hidden, vocabulary),
                dropout=recipe.dropout,
            )
        case _:
            assert_never(recipe)


def _head(
    recipe: schema.Softmax | schema.SampledSoftmax | schema.AdaptiveSoftmax, features: int, vocabulary: int
) -> Head:
    match recipe:
        case schema.Softmax():
            return SoftmaxHead(features=features, vocabulary=vocabulary)
        case schema.SampledSoftmax():
            return SampledHead(features=features, vocabulary=vocabulary, samples=recipe.samples)
        case schema.AdaptiveSoftmax():
            cutoffs = [cutoff for cutoff in recipe.cutoffs if cutoff < vocabulary]
            return AdaptiveHead(features=features, vocabulary=vocabulary, cutoffs=cutoffs, shrink=recipe.shrink)
        case _:
            assert_never(recipe)


def _lines(path: Path, limit: int | None) -> Iterator[str]:
    return islice(read_lines(path), limit)


def _tokenizer(recipe: schema.LanguageRecipe, lines: Any) -> Tokenizer:
    own = recipe.tokenizer
    match own:
        case schema.Words():
            return train_words(lines(), size=own.size, lowercase=own.lowercase, split_punctuation=own.split_punctuation)
        case schema.Subwords():
            return train_sentencepiece(
                lines(), size=own.size, lowercase=own.lowercase, seed=recipe.seed, threads=_THREADS
            )
        case schema.Verbatim():
            return train_verbatim(lines(), size=own.size)
        case schema.Bytes():
            return ByteTokenizer()
        case _:
            assert_never(own)
