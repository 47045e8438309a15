"""Classification of images: what to minimise, how good a network is, and a trained one ready to be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from softsearch.data.images.batches import ImageBatch
from softsearch.data.images.store import ImageStore
from softsearch.models.image_classifier import ImageClassifier
from softsearch.shapes import Float, Shaped
from softsearch.tasks.classified import Classified, HeldOutLabelled, cross_entropy, likeliest, validation
from softsearch.tasks.image_input import ImageInput, one_image_told
from softsearch.tasks.task import Carry, Loss, Validation, evaluating


class ImageTask:
    """Images, of one class each.

    Parameters
    ----------
    classes
        Their names.
    label_smoothing
        Share of the target that all classes have alike.
    images
        How images become what the network reads.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        label_smoothing: float,
        images: ImageInput,
    ) -> None:
        self.classes = tuple(classes)
        self.label_smoothing = label_smoothing
        self.images = images

    def to_dict(self) -> dict[str, Any]:
        """Return what :meth:`from_dict` makes this task of again."""
        return {
            "kind": "image_classification",
            "classes": list(self.classes),
            "label_smoothing": self.label_smoothing,
            **self.images.to_dict(),
        }

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> ImageTask:
        """Return the task that :meth:`to_dict` was asked of."""
        images = ImageInput.from_dict(fields)
        return cls(fields["classes"], label_smoothing=fields["label_smoothing"], images=images)

    def ready(self, model: ImageClassifier) -> ClassifierOfImages:
        """Return a model ready to tell images apart."""
        return ClassifierOfImages(model, self)

    def loss(self, model: ImageClassifier, batch: ImageBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the images, in nats."""
        with one_image_told(len(batch.images)):
            scores = model(self.images.standardised(batch.images))
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
        device = next(model.parameters()).device
        with evaluating(model):
            scores = [model(some).float() for some in self.images.batches(images, device)]
        return torch.cat(scores).log_softmax(dim=1).cpu().numpy()


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
        pixels = np.stack([self.task.images.pixels(image) for image in images])
        return likeliest(self.log_probs(pixels, flips=flips), self.classes, top=top)

    def log_probs(
        self, images: Shaped[np.ndarray, "number height width channels"], *, flips: bool = False
    ) -> Float[np.ndarray, "number classes"]:
        """Return the log-probability of each class, in nats, for images of the network's size."""
        found = self.task.log_probs(self.model, images)
        if not flips:
            return found
        return np.logaddexp(found, self.task.log_probs(self.model, images[:, :, ::-1])) - math.log(2)
