"""Classification of images, from its recipe to a task and a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from softsearch.build.family import Family, Prepared
from softsearch.build.image_networks import image_network, require_size
from softsearch.build.images import write_images
from softsearch.data.images.augmentation import Augmentation
from softsearch.data.images.batches import ImageData
from softsearch.data.images.colours import statistics_of
from softsearch.data.images.store import ImageStore
from softsearch.models.image_classifier import ImageClassifier
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.image_input import ImageInput
from softsearch.tasks.images import ImageTask
from softsearch.tasks.task import HeldOut


class ImageFamily(Family[schema.ImageRecipe]):
    """Images, of one class each."""

    task = ImageTask
    called = "a classifier of images"
    items = "images"
    examples = "images"

    def materialise(
        self, recipe: schema.ImageRecipe, folder: Path, *, overfit: int | None, base: ImageTask | None
    ) -> Prepared:
        """Write the images of all splits at one size; with `overfit`, so many of them."""
        require_size(recipe.model, channels=recipe.data.channels, size=recipe.data.size)
        report = write_images(recipe, folder, overfit=overfit, classes=None if base is None else base.classes)
        train = ImageStore(folder / "train")
        mean, deviation = statistics_of(train.images) if base is None else (base.images.mean, base.images.deviation)
        images = ImageInput(recipe.task.mean or mean, recipe.task.deviation or deviation, recipe.data.size)
        task = ImageTask(train.classes, label_smoothing=recipe.task.label_smoothing, images=images)
        return Prepared(task, recipe.data.kind, report)

    def open(
        self, recipe: schema.ImageRecipe, folder: Path, *, name: str, task: ImageTask | None
    ) -> tuple[ImageData, HeldOut[ImageStore]]:
        """Return images to train on, augmented as the recipe says, and others to validate on."""
        augmentation = Augmentation(**recipe.augmentation.model_dump())
        data = ImageData(
            ImageStore(folder / "train"),
            batch=recipe.training.batch_size,
            seed=recipe.seed,
            augment=augmentation if any(vars(augmentation).values()) else None,
        )
        return data, HeldOut("valid", ImageStore(folder / "valid"))

    def sizes(self, task: ImageTask) -> dict[str, int]:
        """Return how many classes there are."""
        return {"classes": len(task.classes)}

    def network(self, recipe: schema.ImageRecipe) -> dict[str, Any]:
        """Return the fields of the model, and the size and the colours of its images."""
        return super().network(recipe) | {"data": {"size": recipe.data.size, "channels": recipe.data.channels}}

    def model(self, recipe: schema.ImageRecipe, *, sizes: Mapping[str, int]) -> ImageClassifier:
        """Return the network with its first weights."""
        require_size(recipe.model, channels=recipe.data.channels, size=recipe.data.size)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            model = image_network(
                recipe.model, channels=recipe.data.channels, size=recipe.data.size, classes=sizes["classes"]
            )
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
