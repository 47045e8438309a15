"""Batches of images."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.images.store import ImageStore
from softsearch.seeding import derive
from softsearch.shapes import Float, Tensor

Augment = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Makes other images of the same classes out of images and the shares of their classes, with torch's randomness."""


@dataclass(frozen=True)
class ImageBatch:
    """Images and how much of each class is in them: all of one, unless images were mixed."""

    images: Float[Tensor, "batch channels height width"]
    targets: Float[Tensor, "batch classes"]

    @property
    def num_items(self) -> int:
        """How many images there are."""
        return len(self.images)

    def to(self, device: torch.device | str) -> ImageBatch:
        """Return the batch on another device."""
        return ImageBatch(self.images.to(device), self.targets.to(device))


class ImageData:
    """The images of a store in random order, in batches of one size, augmented anew in each epoch.

    Rows count on from epoch to epoch, so that what is random about a batch is a function of its rows: row ``r`` is
    image ``r % n`` in epoch ``r // n``.

    Parameters
    ----------
    batch
        Images in each; the last one of an epoch may have fewer, or one more.
    seed
        The recipe's seed.
    augment
        What is done to each batch; None: nothing.
    """

    unit = "images"
    typical_epoch = 0

    def __init__(self, store: ImageStore, *, batch: int, seed: int, augment: Augment | None) -> None:
        self.store = store
        self.augment = augment
        self._batch, self._seed = batch, seed

    def __len__(self) -> int:
        return len(self.store)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the rows of each batch, a function of the seed and the epoch alone."""
        return epoch_of(len(self), batch=self._batch, seed=self._seed, epoch=epoch)

    def batch(self, rows: np.ndarray) -> ImageBatch:
        """Read and augment one batch."""
        places = rows % len(self)
        labels = torch.from_numpy(self.store.labels[places])
        pixels = as_read(self.store.images[places])
        targets = torch.nn.functional.one_hot(labels, len(self.store.classes)).float()
        if self.augment is not None:
            with augmenting(rows, seed=self._seed):
                pixels, targets = self.augment(pixels, targets)
        return ImageBatch(pixels, targets)

    def lengths(self, rows: np.ndarray) -> np.ndarray:
        """Return that each image takes one position."""
        return np.ones(len(rows), dtype=np.int64)

    def describe(self, rows: np.ndarray) -> list[str]:
        """Return where each image was read."""
        return [self.store.places[int(row) % len(self)] for row in rows]


def epoch_of(number: int, *, batch: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the rows of each batch of so many images, a function of the seed and the epoch alone."""
    order = np.random.default_rng(derive(seed, "data order", epoch)).permutation(number)
    rows = order + epoch * number
    batches = np.array_split(rows, range(batch, len(rows), batch))
    if len(batches) > 1 and len(batches[-1]) == 1:  # one image alone cannot be normalised over the batch
        batches[-2:] = [np.concatenate(batches[-2:])]
    return batches


@contextlib.contextmanager
def augmenting(rows: np.ndarray, *, seed: int) -> Iterator[None]:
    """Let what is drawn with torch be a function of a batch's rows and the seed; afterwards go on as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "augmentation", int(rows[0])))
        yield


def as_read(images: np.ndarray) -> Float[Tensor, "batch channels height width"]:
    """Return images as they are stored, (batch, height, width, channels) in bytes, as a network reads them, 0 to 1."""
    tensor = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
    return tensor.to(torch.float32, memory_format=torch.channels_last).div_(255)
