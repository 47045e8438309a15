"""What a network that looks at images reads: squares of one size, standardised colour by colour.

x = (pixel / 255 - mean) / deviation          both of the training images, or those that published weights ask for
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from softsearch.data.images.batches import as_read
from softsearch.data.images.colours import some_at_a_time
from softsearch.data.images.decoding import fitted, in_colours, read_picture
from softsearch.errors import DataError
from softsearch.models.image_classifier import ImageClassifier
from softsearch.shapes import Float, Shaped, Tensor
from softsearch.tasks.task import device_of


@dataclass(frozen=True)
class ImageInput:
    """How images become what a network reads: mean and deviation of each colour (white is 1), and the edge of an image.

    Images of other sizes are brought to it.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    size: int

    @property
    def channels(self) -> int:
        """Colours of an image."""
        return len(self.mean)

    def standardised(
        self, images: Float[Tensor, "batch channels height width"]
    ) -> Float[Tensor, "batch channels height width"]:
        """Return images whose colours have mean 0 and deviation 1 over the training images."""
        mean, deviation = (images.new_tensor(each).view(1, -1, 1, 1) for each in (self.mean, self.deviation))
        return (images - mean) / deviation

    def batches(
        self, images: np.ndarray, device: torch.device
    ) -> Iterator[Float[Tensor, "batch channels height width"]]:
        """Yield images as they are stored, (number, size, size, channels) in bytes, standardised, some at a time."""
        for some in some_at_a_time(images):
            yield self.standardised(as_read(some).to(device))

    def annotations(
        self, encoder: ImageClassifier, images: np.ndarray
    ) -> Iterator[Float[Tensor, "batch src annotation"]]:
        """Yield what a network in evaluation mode makes of images as they are stored, some at a time."""
        for some in self.batches(images, device_of(encoder)):
            yield encoder.annotations(some).values

    def pixels(
        self, image: Path | str | Shaped[np.ndarray, "height width channels"]
    ) -> Shaped[np.ndarray, "size size channels"]:
        """Return an image, a file or pixels, as it would be stored, from 0 to 255.

        Raises
        ------
        DataError
            A file is no picture, or damaged.
        ValueError
            Pixels have other axes.
        """
        if isinstance(image, Path | str):
            return fitted(read_picture(Path(image), channels=self.channels), size=self.size)
        if image.ndim != 3 or image.shape[2] not in (1, 3):
            raise ValueError(f"pixels have the axes height, width, channels (1 or 3), not {image.shape}")
        return fitted(in_colours(image, self.channels), size=self.size)


@contextlib.contextmanager
def one_image_told(number: int) -> Iterator[None]:
    """Raise a DataError where a network cannot normalise over a batch of so many images."""
    try:
        yield
    except ValueError as error:
        if number > 1 or "more than 1 value" not in str(error):
            raise
        problem = "one image alone cannot be normalised over its batch where one place is left of it"
        fix = "learn from two or more at once (training.batch_size), or larger ones"
        raise DataError(problem, fix=fix) from error
