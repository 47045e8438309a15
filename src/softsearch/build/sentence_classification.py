"""Classification of sentences, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_never

import torch

from softsearch.build.family import Family, Prepared
from softsearch.build.sentences import write_sentences
from softsearch.build.vectors import begin_with_vectors, remark_on_vectors
from softsearch.data.sentences.batches import SentenceData
from softsearch.data.sentences.store import SentenceStore
from softsearch.models.bag_of_words import BagOfWords
from softsearch.models.recurrent_sentence_net import RecurrentSentenceNet
from softsearch.models.sentence_classifier import SentenceClassifier
from softsearch.models.sentence_conv_net import SentenceConvNet
from softsearch.nn.recurrent import Layers
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.sentences import SentenceTask
from softsearch.tasks.task import HeldOut


class SentenceFamily(Family[schema.SentenceRecipe]):
    """Sentences, of one class each."""

    task = SentenceTask
    called = "a classifier of sentences"
    items = "sentences"
    examples = "sentences"
    of_weights = ("tokenizer",)

    def materialise(
        self, recipe: schema.SentenceRecipe, folder: Path, *, overfit: int | None, base: SentenceTask | None
    ) -> Prepared:
        """Write the tokens of all splits; with `overfit`, of so many sentences."""
        tokenizer, classes = (None, None) if base is None else (base.tokenizer, base.classes)
        found = write_sentences(recipe, folder, overfit=overfit, tokenizer=tokenizer, classes=classes)
        task = SentenceTask(found.tokenizer, found.classes, label_smoothing=recipe.task.label_smoothing)
        return Prepared(task, recipe.data.kind, found.report)

    def open(
        self, recipe: schema.SentenceRecipe, folder: Path, *, name: str, task: SentenceTask
    ) -> tuple[SentenceData, HeldOut[SentenceStore]]:
        """Return sentences to train on, and others to validate on."""
        store = SentenceStore(folder / "train")
        data = SentenceData(store, batch=recipe.training.batch_size, seed=recipe.seed)
        return data, HeldOut("valid", SentenceStore(folder / "valid"))

    def sizes(self, task: SentenceTask) -> dict[str, int]:
        """Return the size of the vocabulary, and how many classes there are."""
        return {"vocabulary": task.tokenizer.size, "classes": len(task.classes)}

    def model(self, recipe: schema.SentenceRecipe, *, sizes: Mapping[str, int]) -> SentenceClassifier:
        """Return the network with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            model = _model(recipe.model, sizes["vocabulary"], sizes["classes"])
        if recipe.model.vectors is not None and recipe.model.vectors.freeze:
            model.get_parameter("embedding.weight").requires_grad_(False)
        return model

    def begin(self, recipe: schema.SentenceRecipe, model: SentenceClassifier, folder: Path) -> None:
        """Put the vectors that were found into the embeddings, of both channels if there are two."""
        names = [name for name, _ in model.named_parameters() if name in ("embedding.weight", "fixed.weight")]
        begin_with_vectors(model, folder, names=tuple(names))

    def remarks(self, recipe: schema.SentenceRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield how much of the vocabulary has vectors."""
        if about.get("vectors"):
            yield remark_on_vectors(about["vectors"])


def _model(
    recipe: schema.SentenceConvModel | schema.RecurrentSentenceModel | schema.BagOfWordsModel,
    vocabulary: int,
    classes: int,
) -> SentenceClassifier:
    match recipe:
        case schema.SentenceConvModel():
            return SentenceConvNet(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                widths=recipe.widths,
                filters=recipe.filters,
                classes=classes,
                channels=recipe.channels,
                dropout=recipe.dropout,
                max_norm=recipe.max_norm,
            )
        case schema.RecurrentSentenceModel(encoder=encoder):
            return RecurrentSentenceNet(
                vocabulary=vocabulary,
                embedding=recipe.embedding,
                layers=Layers(encoder.cell, encoder.hidden, encoder.layers, encoder.residual),
                direction=encoder.direction,
                pooling=recipe.pooling,
                classes=classes,
                dropout=recipe.dropout,
            )
        case schema.BagOfWordsModel():
            return BagOfWords(
                vocabulary=vocabulary, embedding=recipe.embedding, classes=classes, dropout=recipe.dropout
            )
        case _:
            assert_never(recipe)
