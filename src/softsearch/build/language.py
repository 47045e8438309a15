"""Language modelling, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_never

import numpy as np
import torch
from torch import Tensor

from softsearch.build.family import Family, Prepared
from softsearch.build.texts import is_by_line, materialise, wanted_vectors
from softsearch.build.vectors import begin_with_vectors, remark_on_vectors
from softsearch.data.running import RunningText
from softsearch.data.windows import LineData, StreamData, WindowData
from softsearch.decoding.settings import Generation
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.language_model import LanguageModel
from softsearch.models.ngram import NGramLanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.dropout import Dropout, SequenceDropout
from softsearch.nn.heads import AdaptiveHead, Head, SampledHead, SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.language import LanguageTask
from softsearch.tasks.task import HeldOut


class LanguageFamily(Family[schema.LanguageRecipe]):
    """A text, token by token."""

    task = LanguageTask
    called = "a language model"
    items = "tokens"
    examples = "lines"
    of_weights = ("tokenizer",)

    def materialise(
        self, recipe: schema.LanguageRecipe, folder: Path, *, overfit: int | None, base: LanguageTask | None
    ) -> Prepared:
        """Write the tokens of all splits; with `overfit`, of so many lines."""
        found = materialise(recipe, folder, overfit=overfit, tokenizer=None if base is None else base.tokenizer)
        task = LanguageTask(
            found.tokenizer,
            carries=_carries(recipe),
            reset=recipe.task.reset,
            by_line=is_by_line(recipe),
            generation=Generation(**recipe.decoding.model_dump()),
        )
        return Prepared(task, found.name, found.report)

    def open(
        self, recipe: schema.LanguageRecipe, folder: Path, *, name: str, task: LanguageTask
    ) -> tuple[StreamData | WindowData | LineData, HeldOut[RunningText]]:
        """Return streams to train on, windows where no state is carried on, or lines; and a text to validate on."""
        window, text = recipe.task.window, RunningText(folder / "train")
        tokens = window if recipe.training is None else recipe.training.batch_tokens
        rows = max(1, tokens // window)
        held_out = HeldOut("valid", RunningText(folder / "valid"))
        if text.by_line:
            return LineData(text, batch_tokens=tokens, window=window, seed=recipe.seed), held_out
        if _carries(recipe):
            return StreamData(text, streams=rows, window=window), held_out
        return WindowData(text, batch=rows, window=window, seed=recipe.seed), held_out

    def network(self, recipe: schema.LanguageRecipe) -> dict[str, Any]:
        """Return the fields of the model, and of a Transformer how far back it has places."""
        looks_back = isinstance(recipe.model, schema.TransformerModel)
        return super().network(recipe) | ({"task": {"window": recipe.task.window}} if looks_back else {})

    def model(self, recipe: schema.LanguageRecipe, *, sizes: Mapping[str, int]) -> LanguageModel:
        """Return the network with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            model = _model(recipe.model, sizes["vocabulary"], context=recipe.task.window)
        if (vectors := wanted_vectors(recipe)) is not None and vectors.freeze:
            model.get_parameter("embedding.weight").requires_grad_(False)
        return model

    def begin(self, recipe: schema.LanguageRecipe, model: LanguageModel, folder: Path) -> None:
        """Put the vectors that were found into the embeddings."""
        begin_with_vectors(model, folder)

    def counted(self, recipe: schema.LanguageRecipe, folder: Path, *, sizes: Mapping[str, int]) -> LanguageModel:
        """Return n-grams, counted in the training text."""
        assert isinstance(recipe.model, schema.NGramModel)
        text = RunningText(folder / "train")
        ids = torch.from_numpy(text.ids.astype(np.int64))
        boundary = int(ids[0]) if text.by_line else None
        return NGramLanguageModel.count(
            ids, order=recipe.model.order, vocabulary=sizes["vocabulary"], boundary=boundary
        )

    def recalled(self, weights: Mapping[str, Tensor], *, sizes: Mapping[str, int]) -> LanguageModel:
        """Return the n-grams that were counted."""
        return NGramLanguageModel.from_weights(weights, vocabulary=sizes["vocabulary"])

    def remarks(self, recipe: schema.LanguageRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the vocabulary is in truth, and how much of it has vectors."""
        size = getattr(recipe.tokenizer, "size", 0)
        if about["from"] is None and about["vocabulary"] < size and not isinstance(recipe.tokenizer, schema.Verbatim):
            hold = f"the training text holds no more {'words' if recipe.tokenizer.kind == 'words' else 'subwords'}"
            yield f"the vocabulary has {about['vocabulary']:,} entries, not tokenizer.size {size:,}: {hold}"
        output = getattr(recipe.model, "output", None)
        if isinstance(output, schema.AdaptiveSoftmax):
            over = [str(cutoff) for cutoff in output.cutoffs if cutoff >= about["vocabulary"]]
            if over:
                size = f"the vocabulary has {about['vocabulary']:,} entries"
                yield f"model.output.cutoffs: {', '.join(over)} has no effect, {size}"
        if isinstance(output, schema.SampledSoftmax) and output.samples >= about["vocabulary"]:
            have = f"the vocabulary has {about['vocabulary']:,} entries"
            yield f"model.output.samples {output.samples:,}: {have}, and kind: softmax is faster for all of them"
        if about.get("vectors"):
            yield remark_on_vectors(about["vectors"])


def _carries(recipe: schema.LanguageRecipe) -> bool:
    """Whether the state goes on from window to window: not that of a Transformer, whose context would be full."""
    return not isinstance(recipe.model, schema.TransformerModel) and not is_by_line(recipe)


def _model(
    recipe: schema.RecurrentModel | schema.TransformerModel | schema.FeedForwardModel | schema.NGramModel,
    vocabulary: int,
    *,
    context: int,
) -> LanguageModel:
    match recipe:
        case schema.RecurrentModel():
            dropout = SequenceDropout if recipe.dropout_per == "sequence" else Dropout
            return RecurrentLanguageModel(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                layers=Layers(recipe.cell, recipe.hidden, recipe.layers, recipe.residual),
                head=_head(recipe.output, recipe.hidden * (recipe.lags + 1), vocabulary),
                lags=recipe.lags,
                decay=recipe.lag_decay,
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
                context=context,
                head=_head(recipe.output, recipe.width, vocabulary),
                dropout=recipe.dropout,
                tie_embeddings=recipe.tie_embeddings,
            )
        case schema.FeedForwardModel():
            beside = (recipe.order - 1) * recipe.embedding if recipe.direct else 0
            return FeedForwardLanguageModel(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                hidden=recipe.hidden,
                order=recipe.order,
                direct=recipe.direct,
                head=_head(recipe.output, recipe.hidden + beside, vocabulary),
                dropout=recipe.dropout,
            )
        case schema.NGramModel():
            raise AssertionError("n-grams are counted, not built")
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
