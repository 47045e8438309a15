"""Sentences of one split on the disk: their tokens, memory-mapped, and their classes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from softsearch.data.columns import Column
from softsearch.data.labels import count_by_class, readable, unknown_class
from softsearch.data.sentences.reading import LabelledSentence
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically
from softsearch.shapes import Int

_AT_ONCE = 1_000  # sentences


class SentenceStore:
    """The token ids of the sentences of one split, and the number of each one's class.

    Parameters
    ----------
    folder
        What :meth:`write` made.

    Attributes
    ----------
    classes
        The names of the classes.
    texts, places
        The sentences as they were read, and where.
    ends, lengths
        Where the ids of each sentence end, among those of all; how many it has.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        fix = "prepare the data again"
        try:
            about = json.loads((folder / "sentences.json").read_text(encoding="utf-8"))
            self.classes: tuple[str, ...] = tuple(about["classes"])
            self.texts: list[str] = about["texts"]
            self.places: list[str] = about["places"]
            self.ids, self.ends, self.labels = (
                np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ("ids", "ends", "labels")
            )
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            raise DataError(f"the stored sentences cannot be read: {error}", path=folder, fix=fix) from error
        numbers = {len(self.labels), len(self.ends), len(self.texts), len(self.places)}
        if len(numbers) != 1 or (len(self.ends) and self.ends[-1] != len(self.ids)):
            raise DataError("the stored sentences and classes do not fit together", path=folder, fix=fix)
        self.lengths: Int[np.ndarray, " number"] = np.diff(self.ends, prepend=0)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> Int[np.ndarray, " length"]:
        """Return the token ids of a sentence."""
        return self.ids[self.ends[row - 1] if row else 0 : self.ends[row]]

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
        remaining = iter(sentences)
        with folder_written_atomically(folder) as partial:
            with Column(partial / "ids.npy", np.int32) as ids:
                while some := list(itertools.islice(remaining, _AT_ONCE)):
                    for sentence, encoded in zip(
                        some, tokenizer.encode_batch([each.text for each in some]), strict=True
                    ):
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
