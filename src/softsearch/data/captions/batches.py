"""Batches of images with captions, and the order in which an epoch visits them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from softsearch.data.batches import Batch, StoredData, decoder_input, pad_rows
from softsearch.data.captions.store import CaptionStore
from softsearch.data.images.batches import as_read, augmenting, epoch_of
from softsearch.seeding import derive
from softsearch.shapes import Bool, Float, Int, Tensor

Augment = Callable[[Tensor], Tensor]
"""Makes other images of which the same can be said, with torch's randomness."""


@dataclass(frozen=True)
class CaptionBatch(Batch):
    """Images, or the annotations that a network has made of them, and captions of each, equally many of all."""

    source: Float[Tensor, "batch ..."]  # images from 0 to 1, (batch, colours, height, width); or (batch, places, maps)
    # As those of pairs, the captions of an image one behind the other.
    target_input: Int[Tensor, "captions tgt"]
    target_output: Int[Tensor, "captions tgt"]
    target_mask: Bool[Tensor, "captions tgt"]
    is_frozen: bool  # whether what looks at the images is to stay as it is

    @property
    def num_items(self) -> int:
        """Real target positions, EOS counted: the tokens that are predicted."""
        return int(self.target_mask.sum())


class CaptionData(StoredData[CaptionStore]):
    """The images of a store in random order, in batches of one size.

    Unlike pairs, captions are not sorted by length: images whose captions are as long show as many things, and a
    network that normalises over such a batch learns to rely on it.

    Parameters
    ----------
    batch
        Images in each; the last one of an epoch may have fewer, or one more.
    captions
        Of each image that is visited, drawn anew each time; where an image has fewer, some come twice.
    augment
        What is done to the images of each batch; None: nothing.
    frozen_epochs
        For how many epochs what looks at the images stays as it is; None: for all.
    annotations
        What it makes of each image, to be used as long as it stays so; None: images are looked at each time.
    """

    unit = "tokens"

    def __init__(
        self,
        store: CaptionStore,
        *,
        batch: int,
        captions: int,
        seed: int,
        augment: Augment | None,
        frozen_epochs: int | None,
        annotations: Float[np.ndarray, "number src annotation"] | None = None,
    ) -> None:
        super().__init__(store, batch=batch, seed=seed)
        self.augment = augment
        self.annotations = annotations
        self._captions, self._frozen_epochs = captions, frozen_epochs
        self.typical_epoch = frozen_epochs or 0
        self._longest = np.maximum.reduceat(store.tokens.lengths, store.first[:-1]) + 1

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Return the visits of each batch, a function of the seed and the epoch alone."""
        return epoch_of(len(self), batch=self._batch, seed=self._seed, epoch=epoch)

    def batch(self, visits: np.ndarray) -> CaptionBatch:
        """Read and augment one batch."""
        drawn = [caption for visit in visits.tolist() for caption in self._drawn(visit)]
        output, mask = pad_rows(self.store.tokens, np.array(drawn))
        frozen = self._frozen_epochs is None or int(visits[0]) // len(self) < self._frozen_epochs
        if frozen and self.annotations is not None:
            source = torch.from_numpy(np.array(self.annotations[visits % len(self)]))
        else:
            source = self._images(visits)
        return CaptionBatch(source, decoder_input(output, mask), output, mask, frozen)

    def lengths(self, visits: np.ndarray) -> np.ndarray:
        """Return how many positions the captions of each image take, if they are the longest."""
        return np.asarray(self._longest[visits % len(self)] * self._captions)

    def _images(self, visits: np.ndarray) -> Float[Tensor, "batch channels height width"]:
        images = as_read(self.store.images[visits % len(self)])
        if self.augment is None:
            return images
        with augmenting(visits, seed=self._seed):
            return self.augment(images)

    def _drawn(self, visit: int) -> list[int]:
        """Return so many captions of an image, each as often as any other, or once more."""
        own = np.array(self.store.captions_of(visit % len(self)))
        random = np.random.default_rng(derive(self._seed, "captions", visit))
        rounds = [random.permutation(own) for _ in range(-(-self._captions // len(own)))]
        return [int(each) for each in np.concatenate(rounds)[: self._captions]]
