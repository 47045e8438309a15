"""Language modelling, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, assert_never

import torch

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
from softsearch.data.windows import StreamData
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.recipes import Duration, schema
from softsearch.seeding import derive
from softsearch.tasks.language import HeldOutText, LanguageTask

_TOKENIZER = "tokenizer.model"
_THREADS = 2  # on every machine: another number may choose other subwords


class LanguageFamily(Family[schema.LanguageRecipe]):
    """A text, token by token."""

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
    ) -> tuple[StreamData, HeldOutText]:
        """Return streams to train on, and a text to validate on."""
        window = recipe.task.window
        streams = max(1, recipe.training.batch_tokens // window)
        data = StreamData(RunningText(folder / "train"), streams=streams, window=window)
        return data, HeldOutText("valid", RunningText(folder / "valid"))

    def task(self, recipe: schema.LanguageRecipe, prepared: Materialised) -> LanguageTask:
        """Return the task."""
        return LanguageTask(prepared.tokenizer, carries=True)

    def files(self, task: LanguageTask) -> dict[str, str | bytes]:
        """Return the tokenizer."""
        return {_TOKENIZER: task.tokenizer.to_bytes()}

    def restored(self, fields: Mapping[str, Any], folder: Path) -> LanguageTask:
        """Return the task of a run, with its tokenizer."""
        return LanguageTask.from_dict(fields, tokenizer=load_tokenizer(folder / _TOKENIZER))

    def model(self, recipe: schema.LanguageRecipe, *, vocabulary: int) -> RecurrentLanguageModel:
        """Return the network with its first weights."""
        model = recipe.model
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            return RecurrentLanguageModel(
                vocabulary=vocabulary,
                embedding=model.embedding,
                layers=Layers(model.cell, model.hidden, model.layers, model.residual),
                head=SoftmaxHead(features=model.hidden, vocabulary=vocabulary),
                dropout=model.dropout,
                tie_embeddings=model.tie_embeddings,
                init=model.init,
            )

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


def _lines(path: Path, limit: int | None) -> Iterator[str]:
    return islice(read_lines(path), limit)


def _tokenizer(recipe: schema.LanguageRecipe, lines: Any) -> Tokenizer:
    own = recipe.tokenizer
    match own:
        case schema.Words():
            return train_words(lines(), size=own.size, lowercase=own.lowercase, split_punctuation=own.split_punctuation)
        case schema.Sentencepiece():
            return train_sentencepiece(
                lines(), size=own.size, lowercase=own.lowercase, seed=recipe.seed, threads=_THREADS
            )
        case schema.Verbatim():
            return train_verbatim(lines(), size=own.size)
        case schema.Bytes():
            return ByteTokenizer()
        case _:
            assert_never(own)
