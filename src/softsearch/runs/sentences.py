"""From the run of a classifier of sentences to its scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.build.scored import OWN
from softsearch.data.rows import SUFFIXES, suffix_of
from softsearch.data.sentences.reading import LabelledSentence, read_labelled_lines, read_sentence_table
from softsearch.data.sentences.store import SentenceStore
from softsearch.errors import DataError, nearest
from softsearch.runs.classes import score_classes
from softsearch.runs.loading import load
from softsearch.runs.stores import to_score
from softsearch.tasks.sentences import ClassifierOfSentences
from softsearch.tasks.task import HeldOut
from softsearch.training.folder import RunFolder


def evaluate_sentences(folder: RunFolder, *, on: str | Path | None) -> dict[str, Any]:
    """Score the best weights of a run on sentences, and keep the result.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", "train", or a file: a table whose columns are called as
        those that were trained on, else ``text`` and ``label``; or lines that begin with their class.

    Raises
    ------
    RunError, DataError
        The run or the sentences cannot be read.
    """
    classifier: ClassifierOfSentences = load(folder.path)

    def written(path: Path, to: Path) -> SentenceStore:
        sentences = _labelled(path, data=folder.about.get("recipe", {}).get("data", {}))
        return SentenceStore.write(to, sentences, classifier.task.tokenizer, classes=classifier.classes)

    with to_score(folder, on, kind="sentences", opened=SentenceStore, written=written) as chosen:
        held_out = HeldOut(chosen.name, chosen.store)
        return score_sentences(folder, classifier, held_out, kept_as=chosen.file)


def _labelled(path: Path, *, data: Mapping[str, Any]) -> Iterator[LabelledSentence]:
    """Return the sentences of a file whose columns are called, and whose classes are cut, as in training."""
    if not path.exists():
        allowed = f"test, valid, train, lines that begin with their class, or a table ({', '.join(SUFFIXES)})"
        raise DataError("there are no such sentences", path=path, allowed=allowed, nearest=nearest(str(path), OWN))
    if suffix_of(path) in SUFFIXES:
        return read_sentence_table(path, text=data.get("text", "text"), label=data.get("label", "label"))
    return read_labelled_lines(path, coarse=data.get("coarse", False))


def score_sentences(
    folder: RunFolder,
    classifier: ClassifierOfSentences,
    held_out: HeldOut[SentenceStore],
    *,
    kept_as: str | None = None,
) -> dict[str, Any]:
    """Score sentences, and keep the result in the run folder.

    Parameters
    ----------
    kept_as
        What the file of the result is called; None: as the sentences.
    """
    store = held_out.store
    return score_classes(
        folder,
        classifier.log_probs_of_tokens(list(store.sentences)),
        np.asarray(store.labels),
        store.classes,
        data=held_out.name,
        file=kept_as or held_out.name,
        about={"kind": "sentences", "count": len(store)},
        shown=lambda row: {"place": store.places[row], "text": store.texts[row]},
    )
