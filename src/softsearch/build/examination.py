"""The data of a recipe are examined: what training reads, what is held out, and what they share."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from softsearch.build.corpus import Corpus
from softsearch.data.pairs.doctor.examiner import Examiner
from softsearch.data.pairs.doctor.findings import ALARMING, KINDS, Finding, amount, as_mapping, together, worst_first
from softsearch.data.pairs.doctor.repeats import Overlap
from softsearch.data.pairs.pair import Pair
from softsearch.recipes import schema

Names = tuple[str, str]

_WHOLE_UP_TO = 1_000_000  # pairs: all of five million would take as long as a third of all else that prepares them


class Examined(NamedTuple):
    """What was found in a split, the worst first, and in how many of its pairs it was looked for."""

    findings: list[Finding]
    num_pairs: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"examined": self.num_pairs, "findings": as_mapping(self.findings)}


class Examination:
    """Examines the data of a recipe: the training pairs while somebody else reads them, and what is held out.

    Of the training pairs of a corpus after the first million only a part is examined; all are compared with what is
    held out.
    """

    def __init__(self, data: schema.Files, corpus: Corpus) -> None:
        self._data, self._corpus = data, corpus
        self._shared = overlaps(data, corpus)
        self._examiners = [Examiner(names=names, whole_up_to=_WHOLE_UP_TO) for names in train_names(data)]

    def watch(self, pairs: Iterator[Pair], *, corpus: int) -> Iterator[Pair]:
        """Yield the pairs of one of the corpora to train on as they come."""
        name = train_names(self._data)[corpus][0]
        return compared(self._examiners[corpus].watch(pairs), self._shared, name=name)

    def found(self) -> dict[str, Examined]:
        """Return the findings of each split; those of held-out splits say what is trained on too."""
        parts = [(examiner.findings(), examiner.num_pairs) for examiner in self._examiners]
        found = {"train": Examined(together(parts), sum(size for _, size in parts))}
        for split, pairs in held_out(self._corpus).items():
            examiner = Examiner(names=held_out_names(self._data, split))
            collections.deque(examiner.watch(pairs), maxlen=0)
            found[split] = Examined(worst_first([*examiner.findings(), *self._shared[split].findings()]), len(pairs))
        return found


def warn_of(examined: Mapping[str, Examined], *, how: str) -> None:
    """Warn, in one line, of what makes a training or its scores worthless; `how` is the command that tells more."""
    alarming = [
        f"{split}: {found.places[0].where}: {KINDS[found.kind].title} ({amount(found.count)})"
        for split, each in examined.items()
        for found in each.findings
        if found.kind in ALARMING and found.level == "serious"
    ]
    if alarming:
        warnings.warn(f"{'; '.join(alarming)}. More: {how}", stacklevel=3)


def held_out(corpus: Corpus) -> dict[str, list[Pair]]:
    """Return the held-out pairs by split."""
    return {"valid": corpus.valid} | ({} if corpus.test is None else {"test": corpus.test})


def overlaps(data: schema.Files, corpus: Corpus) -> dict[str, Overlap]:
    """Return what compares training pairs with each held-out split."""
    return {split: Overlap(pairs, name=held_out_names(data, split)[0]) for split, pairs in held_out(corpus).items()}


def compared(pairs: Iterator[Pair], shared: Mapping[str, Overlap], *, name: str) -> Iterator[Pair]:
    """Yield training pairs as they come, compared with every held-out split."""
    for overlap in shared.values():
        pairs = overlap.watch(pairs, name=name)
    return pairs


def train_names(data: schema.Files) -> list[Names]:
    """Return the files of source and target of each corpus to train on."""
    return [_names(pairs) for pairs in (data.train if isinstance(data.train, tuple) else (data.train,))]


def held_out_names(data: schema.Files, split: str) -> Names:
    """Return the files of source and target of a held-out split; those of training where it was split off."""
    pairs = data.test if split == "test" else data.valid
    return train_names(data)[0] if pairs is None or isinstance(pairs, int) else _names(pairs)


def _names(pairs: schema.Table | schema.TwoFiles) -> Names:
    return (pairs.pairs, pairs.pairs) if isinstance(pairs, schema.Table) else (pairs.source, pairs.target)
