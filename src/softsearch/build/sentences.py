"""A recipe's sentences become stores of a run: read, split, made tokens, written once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, assert_never

from softsearch.build.splitting import Reader, dealt, require_classes, split_readers, warn_of_held_out
from softsearch.build.tokenizer import build_tokenizer
from softsearch.build.vectors import write_vectors
from softsearch.data.labels import in_order
from softsearch.data.sentences.reading import (
    LabelledSentence,
    drawn_sentences,
    read_by_class,
    read_labelled_lines,
    read_sentence_table,
)
from softsearch.data.sentences.store import SentenceStore
from softsearch.data.tokenizers import UNK, Tokenizer
from softsearch.recipes import schema

Files = schema.LabelledLines | schema.SentenceTable | schema.ByClass


class PreparedSentences(NamedTuple):
    """A tokenizer, the names of the classes, and what was read."""

    tokenizer: Tokenizer
    classes: tuple[str, ...]
    report: dict[str, Any]


def write_sentences(
    recipe: schema.SentenceRecipe,
    folder: Path,
    *,
    overfit: int | None,
    tokenizer: Tokenizer | None,
    classes: Sequence[str] | None,
) -> PreparedSentences:
    """Write the stores of all splits, and the vectors that embeddings begin with, into `folder`.

    Parameters
    ----------
    overfit
        Use only so many training sentences, the first of each class in turn, to validate on too.
    tokenizer, classes
        Of another run, to go on from its weights; None: those of the training sentences.

    Raises
    ------
    DataError
        The sentences, or the vectors, cannot be used.
    """
    readers = _readers(recipe)
    if overfit:
        few = list(itertools.islice(dealt(readers["train"]), overfit))
        readers = dict.fromkeys(("train", "valid"), lambda: iter(few))
    given = tokenizer is not None
    tokenizer = tokenizer or build_tokenizer(recipe.tokenizer, _texts(readers["train"]), seed=recipe.seed)
    known = tuple(classes or in_order({sentence.label for sentence in readers["train"]()}))
    if not overfit:
        require_classes(known, items="sentences")
    report: dict[str, Any] = {}
    trained_on: set[str] = set()
    for split, read in readers.items():  # first the training sentences
        store = SentenceStore.write(folder / split, read(), tokenizer, classes=known)
        report[split] = _reported(store)
        if split == "train":
            trained_on = set(store.texts)
        elif not overfit:
            report[split]["trained_on"] = sum(text in trained_on for text in store.texts)
    if not overfit:
        warn_of_held_out(report, items="sentences")
    if recipe.model.vectors is not None and not given:  # weights that are given have their embeddings
        width = recipe.model.embedding
        report["train"]["vectors"] = write_vectors(recipe.model.vectors, folder, tokenizer, width=width)
    return PreparedSentences(tokenizer, known, report)


def _texts(read: Reader[LabelledSentence]) -> Iterator[str]:
    return (sentence.text for sentence in read())


def _reported(store: SentenceStore) -> dict[str, Any]:
    unknown = int((store.sentences.flat == UNK).sum())
    return {"kept": len(store), "tokens": len(store.sentences.flat), "unknown": unknown, "classes": store.counts}


def _readers(recipe: schema.SentenceRecipe) -> dict[str, Reader[LabelledSentence]]:
    data = recipe.data
    if isinstance(data, schema.DrawnSentences):
        numbers = {"train": data.num_train, "valid": data.num_valid, "test": data.num_test}
        return {
            split: partial(drawn_sentences, language=data.language, number=number, split=split, seed=recipe.seed)
            for split, number in numbers.items()
        }
    names = {"train": data.train, "valid": data.valid, "test": data.test}
    fold = None if data.fold is None else (data.fold, data.folds)
    return split_readers(names, partial(_reader, data), fold=fold, seed=recipe.seed)


def _reader(data: Files, split: Any) -> Reader[LabelledSentence]:
    folder = Path(data.folder or ".")
    match data:
        case schema.LabelledLines():
            return lambda: read_labelled_lines(folder / split, coarse=data.coarse)
        case schema.SentenceTable():
            return lambda: read_sentence_table(folder / split, text=data.text, label=data.label)
        case schema.ByClass():
            return lambda: read_by_class({label: folder / name for label, name in split.items()})
        case _:
            assert_never(data)
