"""From the run of a classifier of sentences to its scores."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.build.scored import OWN, digest
from softsearch.data.labels import readable
from softsearch.data.rows import SUFFIXES, suffix_of
from softsearch.data.sentences.reading import read_labelled_lines, read_sentence_table
from softsearch.data.sentences.store import SentenceStore
from softsearch.errors import DataError, RunError, nearest
from softsearch.runs.classes import score_classes, warn_of_trained_on
from softsearch.runs.loading import load
from softsearch.tasks.sentences import ClassifierOfSentences, HeldOutSentences
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
    on = on or ("test" if (folder.data / "test").is_dir() else "valid")
    if str(on) in (*OWN, "train"):
        if not (folder.data / str(on)).is_dir():
            raise RunError(f"this run has no {on} sentences", path=folder.path, fix="name a file of them with --on")
        held_out = HeldOutSentences(str(on), SentenceStore(folder.data / str(on)))
        return score_sentences(folder, classifier, held_out)
    path, name = Path(on), readable(str(on))
    if not path.exists():
        allowed = f"test, valid, lines that begin with their class, or a table ({', '.join(SUFFIXES)})"
        raise DataError("there are no such sentences", path=path, allowed=allowed, nearest=nearest(name, OWN))
    data = folder.about.get("recipe", {}).get("data", {})  # columns are called, and classes cut, as in training
    if suffix_of(path) in SUFFIXES:
        sentences = read_sentence_table(path, text=data.get("text", "text"), label=data.get("label", "label"))
    else:
        sentences = read_labelled_lines(path, coarse=data.get("coarse", False))
    with tempfile.TemporaryDirectory() as temporary:
        store = SentenceStore.write(
            Path(temporary) / "sentences", sentences, classifier.task.tokenizer, classes=classifier.classes
        )
        if (folder.data / "train").is_dir():
            warn_of_trained_on(name, store.fingerprints(), SentenceStore(folder.data / "train").fingerprints())
        # two folders may each hold a file of this name, and one of them may be called as the run's own sentences
        kept_as = f"{Path(name).stem}-{digest(path.absolute())}"
        return score_sentences(folder, classifier, HeldOutSentences(name, store), kept_as=kept_as)


def score_sentences(
    folder: RunFolder,
    classifier: ClassifierOfSentences,
    held_out: HeldOutSentences,
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
        classifier.task.log_probs(classifier.model, [store[row] for row in range(len(store))]),
        np.asarray(store.labels),
        store.classes,
        data=held_out.name,
        file=kept_as or held_out.name,
        about={"kind": "sentences", "count": len(store)},
        shown=lambda row: {"place": store.place(row), "text": store.texts[row]},
    )
