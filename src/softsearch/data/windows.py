"""Batches of running text: parallel streams that go on from batch to batch, or windows from anywhere."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.running import RunningText
from softsearch.seeding import derive
from softsearch.shapes import Int, Tensor


@dataclass(frozen=True)
class WindowBatch:
    """Windows of a text, equally long.

    Parameters
    ----------
    inputs, targets
        Tokens, and after each the one that follows it.
    streams
        Where each window goes on with what the batch before has left, counted from 0.
    begins
        Whether the windows are the first of their streams: there is nothing to go on with.
    """

    inputs: Int[Tensor, "batch length"]
    targets: Int[Tensor, "batch length"]
    streams: Int[Tensor, " batch"]
    begins: bool

    @property
    def num_items(self) -> int:
        """Tokens that are predicted."""
        return self.targets.numel()

    def to(self, device: torch.device | str) -> WindowBatch:
        """Return the batch on another device."""
        moved = {name: getattr(self, name).to(device) for name in ("inputs", "targets", "streams")}
        return dataclasses.replace(self, **moved)


class StreamData:
    """A text cut into equally long streams that are read side by side, a window a step (Zaremba et al. 2014).

    Stream s of S holds tokens ``s * n`` to ``(s + 1) * n``, so that each window goes on where the last one of its
    stream has ended. Less than S tokens at the end are left out.

    Parameters
    ----------
    window
        Tokens of a stream in a batch; the last batch of an epoch may have fewer.
    """

    def __init__(self, text: RunningText, *, streams: int, window: int) -> None:
        self.text = text
        self.streams = min(streams, len(text))
        self.window = window
        self._length = len(text) // self.streams

    def __len__(self) -> int:
        return self._length * self.streams

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the windows of each batch, the same in every epoch: number ``w * streams + s`` is window w of s."""
        windows = -(-self._length // self.window)
        return list(np.arange(windows * self.streams).reshape(windows, self.streams))

    def batch(self, rows: np.ndarray) -> WindowBatch:
        """Return the batch of these windows, which begin equally far into their streams."""
        streams, start = rows % self.streams, int(rows[0]) // self.streams * self.window
        length = min(self.window, self._length - start)
        places = (streams * self._length + start)[:, None] + np.arange(length + 1)
        ids = torch.from_numpy(self.text.ids[places].astype(np.int64))
        return WindowBatch(ids[:, :-1], ids[:, 1:], torch.from_numpy(streams), begins=start == 0)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each window."""
        return np.minimum(self.window, self._length - rows // self.streams * self.window)

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where each window begins, such as ``train.txt:17``."""
        starts = rows % self.streams * self._length + rows // self.streams * self.window
        return [self.text.place(int(start) + 1) for start in starts]


class WindowData:
    """Windows of a text in random order, cut at another place in each epoch.

    Parameters
    ----------
    batch
        Windows in a batch.
    seed
        The recipe's seed.
    """

    def __init__(self, text: RunningText, *, batch: int, window: int, seed: int) -> None:
        self.text = text
        self.window = min(window, len(text))
        self._batch, self._seed = batch, seed

    def __len__(self) -> int:
        return len(self.text)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return where the windows of each batch begin, a function of the seed and the epoch alone."""
        random = np.random.default_rng(derive(self._seed, "data order", epoch))
        slack = len(self.text) % self.window if len(self.text) >= 2 * self.window else 0
        starts = np.arange(random.integers(slack + 1), len(self.text) - self.window + 1, self.window)
        random.shuffle(starts)
        return np.array_split(starts, range(self._batch, len(starts), self._batch))

    def batch(self, rows: np.ndarray) -> WindowBatch:
        """Return the batch of the windows that begin there."""
        ids = torch.from_numpy(self.text.ids[rows[:, None] + np.arange(self.window + 1)].astype(np.int64))
        return WindowBatch(ids[:, :-1], ids[:, 1:], torch.arange(len(rows)), begins=True)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each window."""
        return np.full(len(rows), self.window)

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where each window begins, such as ``train.txt:17``."""
        return [self.text.place(int(start) + 1) for start in rows]
