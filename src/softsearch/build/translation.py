"""Translation, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from softsearch.build.family import Family, Prepared, until_learnt
from softsearch.build.model import build_model
from softsearch.build.preparation import materialise, open_materialised
from softsearch.build.task import build_task
from softsearch.data.pairs.batches import PairData
from softsearch.data.pairs.dictionary import dictionary_text, read_dictionary
from softsearch.data.tokenizers import load_tokenizer
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import schema
from softsearch.tasks.translation import HeldOut, TranslationTask

_TOKENIZER, _DICTIONARY = "tokenizer.model", "dictionary.tsv"


class TranslationFamily(Family[schema.TranslationRecipe]):
    """Sentences of one language in, sentences of another out."""

    called = "a translator"
    items = "pairs"
    examples = "pairs"
    of_weights = ("tokenizer",)

    def materialise(
        self, recipe: schema.TranslationRecipe, folder: Path, *, overfit: int | None, base: TranslationTask | None
    ) -> Prepared:
        """Write tokens, and held-out pairs; a line longer than any source among them is translated in parts."""
        found = materialise(recipe, folder, overfit=overfit, tokenizer=None if base is None else base.tokenizer)
        task = build_task(recipe, found.tokenizer, max_tokens=found.longest)
        return Prepared(task, found.name, found.report)

    def open(
        self, recipe: schema.TranslationRecipe, folder: Path, *, name: str, task: TranslationTask
    ) -> tuple[PairData, HeldOut]:
        """Return pairs to train on, and to validate on."""
        return open_materialised(recipe, folder, name=name, tokenizer=task.tokenizer)

    def files(self, task: TranslationTask) -> dict[str, str | bytes]:
        """Return tokenizer and dictionary."""
        files: dict[str, str | bytes] = {_TOKENIZER: task.tokenizer.to_bytes()}
        if task.dictionary:
            files[_DICTIONARY] = dictionary_text(task.dictionary)
        return files

    def restored(self, fields: Mapping[str, Any], folder: Path) -> TranslationTask:
        """Return the task of a run, with its tokenizer and dictionary."""
        file = folder / _DICTIONARY
        dictionary = read_dictionary(file) if file.exists() else {}
        tokenizer = load_tokenizer(folder / _TOKENIZER)
        return TranslationTask.from_dict(fields, tokenizer=tokenizer, dictionary=dictionary)

    def sizes(self, task: TranslationTask) -> dict[str, int]:
        """Return the size of the vocabulary."""
        return {"vocabulary": task.tokenizer.size}

    def model(self, recipe: schema.TranslationRecipe, *, sizes: Mapping[str, int]) -> SequenceModel:
        """Return the network with its first weights."""
        return build_model(recipe.model, vocabulary=sizes["vocabulary"], seed=recipe.seed)

    def about(self, recipe: schema.TranslationRecipe) -> dict[str, Any]:
        """Return the languages."""
        return {"languages": {"source": recipe.data.source, "target": recipe.data.target}}

    def memorising(self, recipe: schema.TranslationRecipe) -> schema.TranslationRecipe:
        """Return the recipe without sampling, smoothing and dropout, to stop soon after BLEU no longer rises."""
        samples = isinstance(recipe.tokenizer, schema.Sentencepiece)
        return recipe.model_copy(
            update={
                "tokenizer": recipe.tokenizer.model_copy(update={"sample": None} if samples else {}),
                "task": recipe.task.model_copy(update={"label_smoothing": 0.0}),
                "model": recipe.model.model_copy(update={"dropout": 0.0}),
                "training": until_learnt(recipe.training, on="bleu"),
            }
        )

    def remarks(self, recipe: schema.TranslationRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the task and the vocabulary are in truth."""
        if isinstance(recipe.model, schema.OnePerWord):
            yield (
                "model.kind one_per_word writes one output for each input word, in the source's order: the set-up whose"
                " failure shows why translation needs more (model.kind=encoder_decoder)"
            )
        tokenizer = recipe.tokenizer
        is_wanted = not isinstance(tokenizer, schema.Characters) and about["from"] is None
        if is_wanted and about["vocabulary"] < tokenizer.size:
            hold = f"the training texts hold no more {tokenizer.kind if tokenizer.kind == 'words' else 'subwords'}"
            yield f"the vocabulary has {about['vocabulary']:,} entries, not tokenizer.size {tokenizer.size:,}: {hold}"
