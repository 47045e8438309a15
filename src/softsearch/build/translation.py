"""Translation, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from softsearch.build.family import TOKENIZER, Family, Prepared
from softsearch.build.model import build_model
from softsearch.build.preparation import materialise, open_materialised
from softsearch.data.pairs.batches import PairData
from softsearch.data.pairs.dictionary import dictionary_text, read_dictionary
from softsearch.data.tokenizers import Tokenizer, load_tokenizer
from softsearch.decoding.settings import Search
from softsearch.models.sequence_model import SequenceModel
from softsearch.recipes import schema
from softsearch.tasks.translation import HeldOutPairs, TranslationTask

_DICTIONARY = "dictionary.tsv"


class TranslationFamily(Family[schema.TranslationRecipe]):
    """Sentences of one language in, sentences of another out."""

    task = TranslationTask
    called = "a translator"
    items = "pairs"
    examples = "pairs"
    of_weights = ("tokenizer",)
    learnt_by = "bleu"

    def materialise(
        self, recipe: schema.TranslationRecipe, folder: Path, *, overfit: int | None, base: TranslationTask | None
    ) -> Prepared:
        """Write tokens, and held-out pairs; a line longer than any source among them is translated in parts."""
        found = materialise(recipe, folder, overfit=overfit, tokenizer=None if base is None else base.tokenizer)
        task = build_task(recipe, found.tokenizer, max_tokens=found.longest)
        return Prepared(task, found.name, found.report)

    def open(
        self, recipe: schema.TranslationRecipe, folder: Path, *, name: str, task: TranslationTask
    ) -> tuple[PairData, HeldOutPairs]:
        """Return pairs to train on, and to validate on."""
        return open_materialised(recipe, folder, name=name, tokenizer=task.tokenizer)

    def files(self, task: TranslationTask) -> dict[str, str | bytes]:
        """Return tokenizer and dictionary."""
        dictionary = {_DICTIONARY: dictionary_text(task.dictionary)} if task.dictionary else {}
        return super().files(task) | dictionary

    def restored(self, kept: Mapping[str, Any], folder: Path) -> TranslationTask:
        """Return the task of a run, with its tokenizer and dictionary."""
        file = folder / _DICTIONARY
        dictionary = read_dictionary(file) if file.exists() else {}
        tokenizer = load_tokenizer(folder / TOKENIZER)
        return TranslationTask.from_dict(kept, tokenizer=tokenizer, dictionary=dictionary)

    def model(self, recipe: schema.TranslationRecipe, *, sizes: Mapping[str, int]) -> SequenceModel:
        """Return the network with its first weights."""
        return build_model(recipe.model, vocabulary=sizes["vocabulary"], seed=recipe.seed)

    def about(self, recipe: schema.TranslationRecipe) -> dict[str, Any]:
        """Return the languages."""
        return {"languages": {"source": recipe.data.source, "target": recipe.data.target}}

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


def build_task(recipe: schema.TranslationRecipe, tokenizer: Tokenizer, *, max_tokens: int) -> TranslationTask:
    """Return the task; `max_tokens` is the longest line translated in one piece.

    Raises
    ------
    DataError
        The dictionary cannot be read.
    """
    dictionary = recipe.decoding.dictionary
    return TranslationTask(
        tokenizer,
        label_smoothing=recipe.task.label_smoothing,
        lowercase=recipe.tokenizer.lowercase,
        search=Search(**recipe.decoding.model_dump(exclude={"dictionary"})),
        max_tokens=max_tokens,
        dictionary=read_dictionary(Path(dictionary)) if dictionary else {},
    )
