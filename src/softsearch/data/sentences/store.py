"""Sentences of one split on the disk: their tokens, memory-mapped, and their classes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from softsearch.data.labels import count_by_class, unknown_class
from softsearch.data.sentences.reading import LabelledSentence
from softsearch.data.stored import Column, Ragged, Store, chunks, mapped
from softsearch.data.text import readable
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically
from softsearch.shapes import Int

_AT_ONCE = 1_000  # sentences


class SentenceStore(Store):
    """The token ids of the sentences of one split, and the number of each one's class."""

    called, parts = "sentences", "sentences and classes"

    classes: tuple[str, ...]  # their names
    texts: list[str]  # the sentences as they were read, and where
    places: list[str]
    sentences: Ragged  # the ids of each
    lengths: Int[np.ndarray, " number"]  # of the sentences, in tokens
    labels: Int[np.ndarray, " number"]

    def _open(self, folder: Path) -> bool:
        about = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
        self.classes, self.texts, self.places = tuple(about["classes"]), about["texts"], about["places"]
        ids, ends, self.labels = (mapped(folder / f"{name}.npy") for name in ("ids", "ends", "labels"))
        self.sentences = Ragged.with_ends(ids, ends)
        self.lengths = self.sentences.lengths
        return self.sentences.is_whole(len(self)) and len(self) == len(self.texts) == len(self.places)

    def __len__(self) -> int:
        return len(self.labels)

    def fingerprints(self) -> list[str]:
        """Return what is the same for sentences that are."""
        return self.texts

    @property
    def counts(self) -> dict[str, int]:
        """Sentences of each class."""
        return count_by_class(self.labels, self.classes)

    @staticmethod
    def write(
        folder: Path, sentences: Iterable[LabelledSentence], tokenizer: Tokenizer, *, classes: Sequence[str]
    ) -> SentenceStore:
        """Encode sentences into a folder, and open it.

        Raises
        ------
        DataError
            There is no sentence, or one of a class that is not among `classes`.
        """
        known = {name: number for number, name in enumerate(classes)}
        texts: list[str] = []
        labels: list[int] = []
        places: list[str] = []
        ends: list[int] = []
        with folder_written_atomically(folder) as partial:
            with Column(partial / "ids.npy", np.int32) as ids:
                for some in chunks(sentences, _AT_ONCE):
                    several = tokenizer.encode_batch([each.text for each in some])
                    for sentence, encoded in zip(some, several, strict=True):
                        if sentence.label not in known:
                            raise unknown_class(sentence.label, classes, place=sentence.place)
                        ids.append(encoded)
                        ends.append(ids.count)
                        labels.append(known[sentence.label])
                        texts.append(readable(sentence.text))
                        places.append(readable(sentence.place))
            if not labels:
                raise DataError("there is no sentence", path=folder)
            np.save(partial / "ends.npy", np.array(ends))
            np.save(partial / "labels.npy", np.array(labels))
            about = {"classes": list(classes), "texts": texts, "places": places}
            (partial / "sentences.json").write_text(json.dumps(about), encoding="utf-8")
        return SentenceStore(folder)
