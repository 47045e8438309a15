"""Classification of images: what to minimise, how good a network is, and a trained one ready to be asked.

Images are standardised, colour by colour, with the mean and the deviation of the training images.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from softsearch.data.images.batches import ImageBatch
from softsearch.data.images.decoding import fitted, in_colours, read_picture
from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError
from softsearch.models.image_classifier import ImageClassifier
from softsearch.shapes import Float, Shaped, Tensor
from softsearch.tasks.classified import Classified, HeldOutLabelled, cross_entropy, likeliest, validation
from softsearch.tasks.task import Carry, Loss, Validation, evaluating

_AT_ONCE = 250  # images of 64 by 64, and fewer of larger ones


class ImageTask:
    """Images, of one class each.

    Parameters
    ----------
    classes
        Their names.
    label_smoothing
        Share of the target that all classes have alike.
    mean, deviation
        Of the training images, colour by colour; white is 1.
    size
        Edge of an image; others are brought to it.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        label_smoothing: float,
        mean: Sequence[float],
        deviation: Sequence[float],
        size: int,
    ) -> None:
        self.classes = tuple(classes)
        self.label_smoothing = label_smoothing
        self.mean, self.deviation = tuple(mean), tuple(deviation)
        self.size = size

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again."""
        return {
            "kind": "image_classification",
            "classes": list(self.classes),
            "label_smoothing": self.label_smoothing,
            "mean": list(self.mean),
            "deviation": list(self.deviation),
            "size": self.size,
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> ImageTask:
        """Return the task that :meth:`to_dict` was asked of."""
        return cls(**{name: value for name, value in fields.items() if name != "kind"})

    @property
    def channels(self) -> int:
        """Colours of an image."""
        return len(self.mean)

    def ready(self, model: ImageClassifier) -> ClassifierOfImages:
        """Return a model ready to tell images apart."""
        return ClassifierOfImages(model, self)

    def standardised(
        self, images: Float[Tensor, "batch channels height width"]
    ) -> Float[Tensor, "batch channels height width"]:
        """Return images whose colours have mean 0 and deviation 1 over the training images."""
        mean, deviation = (images.new_tensor(each).view(1, -1, 1, 1) for each in (self.mean, self.deviation))
        return (images - mean) / deviation

    def loss(self, model: ImageClassifier, batch: ImageBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the images, in nats."""
        try:
            scores = model(self.standardised(batch.images))
        except ValueError as error:
            if len(batch.images) > 1 or "more than 1 value" not in str(error):
                raise
            problem = "one image alone cannot be normalised over its batch where one place is left of it"
            raise DataError(
                problem, fix="learn from two or more at once (training.batch_size), or larger ones"
            ) from error
        return {"cross_entropy": cross_entropy(scores, batch.targets, smoothing=self.label_smoothing)}, carry

    def counts(self, batch: ImageBatch) -> dict[str, int]:
        """Return how many images the loss of the batch is a sum over."""
        return {"cross_entropy": batch.num_items}

    def validate(self, model: ImageClassifier, data: HeldOutLabelled[ImageStore]) -> Validation:
        """Return the loss in nats an image and the share of the images whose likeliest class is the right one."""
        log_probs = self.log_probs(model, data.store.images)
        return validation(log_probs, np.asarray(data.store.labels), self.classes, shown=data.store.places)

    def log_probs(self, model: ImageClassifier, images: np.ndarray) -> Float[np.ndarray, "rows classes"]:
        """Return the log-probability of each class for images as they are stored, in nats."""
        found, device = [], next(model.parameters()).device
        at_once = max(1, min(_AT_ONCE, _AT_ONCE * 64**2 // math.prod(images.shape[1:3])))
        with evaluating(model):
            for start in range(0, len(images), at_once):
                some = torch.from_numpy(np.array(images[start : start + at_once])).permute(0, 3, 1, 2)
                pixels = some.to(device, torch.float32, memory_format=torch.channels_last).div_(255)
                found.append(functional.log_softmax(model(self.standardised(pixels)).float(), dim=1).cpu().numpy())
        return np.concatenate(found)


class ClassifierOfImages:
    """A trained network, ready to tell images apart.

    Parameters
    ----------
    model, task
        The network, and what it was trained for.
    """

    def __init__(self, model: ImageClassifier, task: ImageTask) -> None:
        self.model, self.task = model, task

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their numbers."""
        return self.task.classes

    def classify(
        self,
        images: Sequence[Path | str | Shaped[np.ndarray, "height width channels"]],
        *,
        top: int = 1,
        flips: bool = False,
    ) -> list[Classified]:
        """Return the `top` likeliest classes of each image: a file, or pixels from 0 to 255.

        Parameters
        ----------
        flips
            Take the mean over an image and its mirror image (test-time augmentation).

        Raises
        ------
        DataError
            A file is no picture, or damaged.
        ValueError
            Pixels have other axes.
        """
        if not images:
            return []
        pixels = np.stack([self.pixels(image) for image in images])
        return likeliest(self.log_probs(pixels, flips=flips), self.classes, top=top)

    def log_probs(
        self, images: Shaped[np.ndarray, "number height width channels"], *, flips: bool = False
    ) -> Float[np.ndarray, "number classes"]:
        """Return the log-probability of each class, in nats, for images of the network's size."""
        found = self.task.log_probs(self.model, images)
        if not flips:
            return found
        return np.logaddexp(found, self.task.log_probs(self.model, images[:, :, ::-1])) - math.log(2)

    def pixels(
        self, image: Path | str | Shaped[np.ndarray, "height width channels"]
    ) -> Shaped[np.ndarray, "size size channels"]:
        """Return an image as the network reads it, from 0 to 255; errors as in :meth:`classify`."""
        if isinstance(image, Path | str):
            return fitted(read_picture(Path(image), channels=self.task.channels), size=self.task.size)
        if image.ndim != 3 or image.shape[2] not in (1, 3):
            raise ValueError(f"pixels have the axes height, width, channels (1 or 3), not {image.shape}")
        return fitted(in_colours(image, self.task.channels), size=self.task.size)


def statistics_of(store: ImageStore) -> tuple[list[float], list[float]]:
    """Return the mean and the deviation of the colours of images; white is 1. A colour that never varies has 1."""
    total, squares, count = 0.0, 0.0, 0
    for start in range(0, len(store), _AT_ONCE):
        pixels = np.array(store.images[start : start + _AT_ONCE], dtype=np.float64) / 255
        total = total + pixels.sum(axis=(0, 1, 2))
        squares = squares + (pixels**2).sum(axis=(0, 1, 2))
        count += math.prod(pixels.shape[:3])
    mean = np.asarray(total) / count
    deviation = np.sqrt(np.maximum(np.asarray(squares) / count - mean**2, 0.0))
    return mean.tolist(), np.where(deviation > 0, deviation, 1.0).tolist()
