"""What batches of all kinds of data share: how they move, and how their rows are padded, cut and dealt out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
import torch

from softsearch.data.stored import Ragged
from softsearch.data.tokenizers import BOS, EOS, PAD
from softsearch.shapes import Bool, Int, Tensor

_BATCHES = 100  # of an epoch of what is drawn, which is but a measure where there is no end


@dataclasses.dataclass(frozen=True)
class Batch:
    """What a network reads at a time; the fields of a subclass say what."""

    def to(self, device: torch.device | str) -> Self:
        """Return the batch on another device."""
        fields = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        moved = {name: value.to(device) for name, value in fields.items() if isinstance(value, Tensor)}
        return dataclasses.replace(self, **moved)


class Places(Protocol):
    """A store that knows where each of its rows was read."""

    places: list[str]

    def __len__(self) -> int: ...


StoreT = TypeVar("StoreT", bound=Places)


class StoredData(Generic[StoreT]):
    """What training reads of a store, in batches of one size; a subclass plans and makes them.

    An entry of a plan is a *visit*. Where something is random about a batch, visits count on from epoch to epoch:
    visit ``v`` is row ``v % n`` of the n there are, in epoch ``v // n``. So what is drawn is a function of the visits.
    """

    typical_epoch = 0
    unit: str

    def __init__(self, store: StoreT, *, batch: int, seed: int) -> None:
        self.store = store
        self._batch, self._seed = batch, seed

    def __len__(self) -> int:
        return len(self.store)

    def describe(self, visits: np.ndarray) -> list[str]:
        """Return where each row was read."""
        return [self.store.places[row] for row in (visits % len(self)).tolist()]


class DrawnData:
    """What training reads of examples that are drawn while they are needed, by their numbers; a subclass draws them.

    Parameters
    ----------
    only
        Draw no more than so many, again and again; None: always others.
    """

    typical_epoch = 0
    unit: str

    def __init__(self, *, batch: int, seed: int, only: int | None) -> None:
        self._batch, self._seed, self._only = batch, seed, only

    def __len__(self) -> int:
        return self._only or _BATCHES * self._batch

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the numbers of the examples of each batch."""
        rows = np.arange(len(self)) + (0 if self._only else epoch * len(self))
        return np.split(rows, range(self._batch, len(rows), self._batch))


def pad(
    sequences: Sequence[Sequence[int] | np.ndarray], *, end: bool = True
) -> tuple[Int[Tensor, "batch width"], Bool[Tensor, "batch width"]]:
    """Return sequences of ids padded; :func:`pad_rows` says how."""
    return pad_rows(Ragged.of(sequences), np.arange(len(sequences)), end=end)


def pad_rows(
    sequences: Ragged, rows: np.ndarray, *, end: bool = True
) -> tuple[Int[Tensor, "batch width"], Bool[Tensor, "batch width"]]:
    """Return some sequences of ids padded to the longest, at least one position, and the mask of the real ones.

    Parameters
    ----------
    end
        Whether each is followed by EOS, which is real.
    """
    starts, lengths = sequences.offsets[rows], sequences.offsets[rows + 1] - sequences.offsets[rows]
    columns = np.arange(max(1, lengths.max(initial=0) + end))
    ids = np.full((len(rows), len(columns)), PAD, dtype=np.int64)
    is_token = columns < lengths[:, None]
    ids[is_token] = sequences.flat[(starts[:, None] + columns)[is_token]]
    if end:
        ids[np.arange(len(rows)), lengths] = EOS
    return torch.from_numpy(ids), torch.from_numpy(columns < lengths[:, None] + end)


def decoder_input(
    target_output: Int[Tensor, "batch tgt"], target_mask: Bool[Tensor, "batch tgt"]
) -> Int[Tensor, "batch tgt"]:
    """Return what a decoder is given to write a padded output: BOS, then all but its last token."""
    begin = torch.full((len(target_output), 1), BOS)
    # EOS is the last output of a row, never an input
    return torch.cat([begin, target_output[:, :-1]], dim=1).masked_fill(~target_mask, PAD)


def cut(visits: np.ndarray, longest_side: np.ndarray, batch_tokens: int) -> list[np.ndarray]:
    """Cut visits in their order into batches: rows times the longest are at most `batch_tokens`, or it is one row."""
    batches, start = [], 0
    while start < len(visits):
        # No batch that starts here can hold more rows than its first row alone would allow.
        widest = longest_side[start : start + max(1, batch_tokens // int(longest_side[start]))]
        padded = np.maximum.accumulate(widest) * np.arange(1, len(widest) + 1)
        end = start + max(1, int(np.searchsorted(padded, batch_tokens, side="right")))
        batches.append(visits[start:end])
        start = end
    return batches
