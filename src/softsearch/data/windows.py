"""Batches of running text: parallel streams that go on from batch to batch, windows from anywhere, or lines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.batches import Batch, cut
from softsearch.data.running import RunningText
from softsearch.seeding import derive
from softsearch.shapes import Bool, Int, Shaped, Tensor

_JITTER = 2.0  # tokens


@dataclass(frozen=True)
class WindowBatch(Batch):
    """Windows of a text, equally long."""

    inputs: Int[Tensor, "batch length"]
    targets: Int[Tensor, "batch length"]  # after each token the one that follows it
    streams: Int[Tensor, " batch"]  # where each window goes on with what the batch before has left, counted from 0
    begins: bool  # whether the windows are the first of their streams: there is nothing to go on with
    mask: Bool[Tensor, "batch length"] | None = None  # the real positions; None: all are

    @property
    def num_items(self) -> int:
        """Tokens that are predicted."""
        return self.targets.numel() if self.mask is None else int(self.mask.sum())

    def real(self, values: Shaped[Tensor, "batch length *features"]) -> Shaped[Tensor, "rows *features"]:
        """Return the values of all real positions, one after the other."""
        return values.flatten(0, 1) if self.mask is None else values[self.mask]


class _Windows(ABC):
    """What training reads of a text, a window a row; a subclass plans and makes the batches."""

    unit = "tokens"
    typical_epoch = 0

    def __init__(self, text: RunningText) -> None:
        self.text = text

    def __len__(self) -> int:
        """Return how many items there are to learn from: tokens."""
        return len(self.text)

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where each window begins, such as ``train.txt:17``."""
        return [self.text.place(int(start) + 1) for start in self._starts(rows)]

    @abstractmethod
    def _starts(self, rows: np.ndarray) -> np.ndarray:
        """Return of each window which token stands before those to predict."""

    def _cut(self, places: np.ndarray) -> tuple[Int[Tensor, "batch length"], Int[Tensor, "batch length"]]:
        """Return the tokens at some places but for the last ones, and those that follow each."""
        ids = torch.from_numpy(self.text.ids[places].astype(np.int64))
        return ids[:, :-1], ids[:, 1:]


class StreamData(_Windows):
    """A text cut into equally long streams that are read side by side, a window a step (Zaremba et al. 2014).

    Stream s of S holds tokens ``s * n`` to ``(s + 1) * n``, so that each window goes on where the last one of its
    stream has ended. Less than S tokens at the end are left out.

    Parameters
    ----------
    window
        Tokens of a stream in a batch; the last batch of an epoch may have fewer.
    """

    def __init__(self, text: RunningText, *, streams: int, window: int) -> None:
        super().__init__(text)
        self.streams = max(1, min(streams, len(text) // window))  # of a short text fewer, but long enough to learn from
        self.window = window
        self._length = len(text) // self.streams

    def __len__(self) -> int:
        """Return how many tokens all streams have."""
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
        return WindowBatch(*self._cut(places), torch.from_numpy(streams), begins=start == 0)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each window."""
        return np.minimum(self.window, self._length - rows // self.streams * self.window)

    def _starts(self, rows: np.ndarray) -> np.ndarray:
        return rows % self.streams * self._length + rows // self.streams * self.window


class WindowData(_Windows):
    """Windows of a text in random order, cut at another place in each epoch.

    Parameters
    ----------
    batch
        Windows in a batch.
    """

    def __init__(self, text: RunningText, *, batch: int, window: int, seed: int) -> None:
        super().__init__(text)
        self.window = min(window, len(text))
        self._batch, self._seed = batch, seed

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return where the windows of each batch begin, a function of the seed and the epoch alone."""
        random = np.random.default_rng(derive(self._seed, "data order", epoch))
        slack = min(self.window - 1, len(self.text) - self.window)
        starts = np.arange(random.integers(slack + 1), len(self.text) - self.window + 1, self.window)
        random.shuffle(starts)
        return np.array_split(starts, range(self._batch, len(starts), self._batch))

    def batch(self, rows: np.ndarray) -> WindowBatch:
        """Return the batch of the windows that begin there."""
        places = rows[:, None] + np.arange(self.window + 1)
        return WindowBatch(*self._cut(places), torch.arange(len(rows)), begins=True)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each window."""
        return np.full(len(rows), self.window)

    def _starts(self, rows: np.ndarray) -> np.ndarray:
        return rows


class LineData(_Windows):
    """The lines of a text, each by itself, those of similar length together in a batch.

    A line longer than the window is cut into windows, which are learnt from like lines: none of them knows what
    stands before it. Rows are the windows in the order of the text.

    Parameters
    ----------
    batch_tokens
        Padded tokens of a batch at most.
    window
        Tokens of a row at most; None: each row is a line.
    """

    def __init__(self, text: RunningText, *, batch_tokens: int, window: int | None, seed: int) -> None:
        super().__init__(text)
        self._batch_tokens, self._seed = batch_tokens, seed
        lengths = text.line_lengths
        window = window or int(lengths.max())
        windows = -(-lengths // window)
        number = np.arange(windows.sum()) - np.repeat(np.cumsum(windows) - windows, windows)  # in its line
        self.starts = np.repeat(text.line_starts, windows) + number * window
        self._lengths = np.minimum(window, np.repeat(lengths, windows) - number * window)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch in random order, a function of the seed and the epoch alone."""
        random = np.random.default_rng(derive(self._seed, "data order", epoch))
        jittered = self._lengths + _JITTER * random.random(len(self._lengths))
        batches = self._batches(np.argsort(jittered, kind="stable"))
        return [batches[index] for index in random.permutation(len(batches))]

    def in_order(self) -> list[np.ndarray]:
        """Return the rows of each batch by increasing length."""
        return self._batches(np.argsort(self._lengths, kind="stable"))

    def batch(self, rows: np.ndarray) -> WindowBatch:
        """Return the batch of these rows, padded by what follows them in the text."""
        starts, lengths = self.starts[rows], self._lengths[rows]
        columns = np.arange(lengths.max() + 1)
        places = np.minimum(starts[:, None] - 1 + columns, len(self.text.ids) - 1)
        mask = torch.from_numpy(columns[:-1] < lengths[:, None])
        return WindowBatch(*self._cut(places), torch.arange(len(rows)), begins=True, mask=mask)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return the tokens of each row."""
        return self._lengths[rows]

    def _starts(self, rows: np.ndarray) -> np.ndarray:
        return self.starts[rows] - 1

    def _batches(self, rows: np.ndarray) -> list[np.ndarray]:
        return cut(rows, self._lengths[rows], self._batch_tokens)
