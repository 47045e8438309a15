"""Classification of images: what to minimise, how good a network is, and a trained one ready to be asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from softsearch.data.images.batches import ImageBatch
from softsearch.data.images.store import ImageStore
from softsearch.models.image_classifier import ImageClassifier
from softsearch.shapes import Float, Shaped
from softsearch.tasks.classified import Classified, cross_entropy, likeliest, validation
from softsearch.tasks.image_input import ImageInput, one_image_told
from softsearch.tasks.task import Carry, HeldOut, Loss, Task, Trained, Validation, device_of, evaluating


@dataclass(eq=False)
class ImageTask(Task):
    """Images, of one class each; `label_smoothing` is the share of the target that all classes have alike."""

    kind = "image_classification"
    parts: ClassVar = {"images": ImageInput}

    classes: tuple[str, ...]
    _: KW_ONLY
    label_smoothing: float
    images: ImageInput

    def ready(self, model: ImageClassifier) -> ClassifierOfImages:
        """Return a model ready to tell images apart."""
        return ClassifierOfImages(model, self)

    def loss(self, model: ImageClassifier, batch: ImageBatch, carry: Carry) -> tuple[Loss, Carry]:
        """Return the cross-entropy of the images, in nats."""
        with one_image_told(len(batch.images)):
            scores = model(self.images.standardised(batch.images))
        return {"cross_entropy": cross_entropy(scores, batch.targets, smoothing=self.label_smoothing)}, carry

    def validate(self, model: ImageClassifier, data: HeldOut[ImageStore]) -> Validation:
        """Return the loss in nats an image and the share of the images whose likeliest class is the right one."""
        log_probs = self.ready(model).log_probs(data.store.images)
        return validation(log_probs, np.asarray(data.store.labels), self.classes, shown=data.store.places)


class ClassifierOfImages(Trained[ImageClassifier, ImageTask]):
    """A trained network, ready to tell images apart."""

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
        with evaluating(self.model):
            batches = self.task.images.batches(images, device_of(self.model))
            found = torch.cat([self.model(some).float() for some in batches]).log_softmax(dim=1).cpu().numpy()
        return np.logaddexp(found, self.log_probs(images[:, :, ::-1])) - math.log(2) if flips else found
