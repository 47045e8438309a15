"""Batches of images."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.batches import Batch, StoredData
from softsearch.data.images.store import ImageStore
from softsearch.seeding import derive
from softsearch.shapes import Float, Tensor

Augment = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Makes other images of the same classes out of images and the shares of their classes, with torch's randomness."""


@dataclass(frozen=True)
class ImageBatch(Batch):
    """Images and how much of each class is in them: all of one, unless images were mixed."""

    images: Float[Tensor, "batch channels height width"]
    targets: Float[Tensor, "batch classes"]

    @property
    def num_items(self) -> int:
        """How many images there are."""
        return len(self.images)


class ImageData(StoredData[ImageStore]):
    """The images of a store in random order, in batches of one size, augmented anew in each epoch.

    Parameters
    ----------
    batch
        Images in each; the last one of an epoch may have fewer, or one more.
    augment
        What is done to each batch; None: nothing.
    """

    unit = "images"

    def __init__(self, store: ImageStore, *, batch: int, seed: int, augment: Augment | None) -> None:
        super().__init__(store, batch=batch, seed=seed)
        self.augment = augment

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the visits of each batch, a function of the seed and the epoch alone."""
        return epoch_of(len(self), batch=self._batch, seed=self._seed, epoch=epoch)

    def batch(self, visits: np.ndarray) -> ImageBatch:
        """Read and augment one batch."""
        rows = visits % len(self)
        labels = torch.from_numpy(self.store.labels[rows])
        pixels = as_read(self.store.images[rows])
        targets = torch.nn.functional.one_hot(labels, len(self.store.classes)).float()
        if self.augment is not None:
            with augmenting(visits, seed=self._seed):
                pixels, targets = self.augment(pixels, targets)
        return ImageBatch(pixels, targets)

    def lengths(self, visits: np.ndarray) -> np.ndarray:
        """Return that each image takes one position."""
        return np.ones(len(visits), dtype=np.int64)


def epoch_of(number: int, *, batch: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Return the visits of each batch of so many images, a function of the seed and the epoch alone."""
    order = np.random.default_rng(derive(seed, "data order", epoch)).permutation(number)
    batches = np.array_split(order + epoch * number, range(batch, number, batch))
    if len(batches) > 1 and len(batches[-1]) == 1:  # one image alone cannot be normalised over the batch
        batches[-2:] = [np.concatenate(batches[-2:])]
    return batches


@contextlib.contextmanager
def augmenting(visits: np.ndarray, *, seed: int) -> Iterator[None]:
    """Let what is drawn with torch be a function of a batch's visits and the seed; afterwards go on as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "augmentation", int(visits[0])))
        yield


def as_read(images: np.ndarray) -> Float[Tensor, "batch channels height width"]:
    """Return images as they are stored, (batch, height, width, channels) in bytes, as a network reads them, 0 to 1."""
    tensor = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
    return tensor.to(torch.float32, memory_format=torch.channels_last).div_(255)
