"""Classification of images, from its recipe to a task and a network."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_never

import torch

from softsearch.build.family import Family, Prepared, until_learnt
from softsearch.build.images import write_images
from softsearch.data.images.augmentation import Augmentation
from softsearch.data.images.batches import ImageData
from softsearch.data.images.store import ImageStore
from softsearch.errors import DataError
from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet, LeNet
from softsearch.models.image_classifier import ImageClassifier
from softsearch.models.residual_net import IMAGENET, ResidualNet
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.classified import HeldOutLabelled
from softsearch.tasks.images import ImageTask, statistics_of

_LARGEST = 1_024  # edge up to which it is tried out how large is large enough


class ImageFamily(Family[schema.ImageRecipe]):
    """Images, of one class each."""

    called = "a classifier of images"
    items = "images"
    examples = "images"

    def materialise(
        self, recipe: schema.ImageRecipe, folder: Path, *, overfit: int | None, base: ImageTask | None
    ) -> Prepared:
        """Write the images of all splits at one size; with `overfit`, so many of them."""
        _require_size(recipe)
        report = write_images(recipe, folder, overfit=overfit, classes=None if base is None else base.classes)
        train = ImageStore(folder / "train")
        mean, deviation = statistics_of(train) if base is None else (base.mean, base.deviation)
        task = ImageTask(
            train.classes,
            label_smoothing=recipe.task.label_smoothing,
            mean=recipe.task.mean or mean,
            deviation=recipe.task.deviation or deviation,
            size=recipe.data.size,
        )
        return Prepared(task, recipe.data.kind, report)

    def open(
        self, recipe: schema.ImageRecipe, folder: Path, *, name: str, task: ImageTask | None
    ) -> tuple[ImageData, HeldOutLabelled[ImageStore]]:
        """Return images to train on, augmented as the recipe says, and others to validate on."""
        augmentation = Augmentation(**recipe.augmentation.model_dump())
        data = ImageData(
            ImageStore(folder / "train"),
            batch=recipe.training.batch_size,
            seed=recipe.seed,
            augment=augmentation if any(vars(augmentation).values()) else None,
        )
        return data, HeldOutLabelled("valid", ImageStore(folder / "valid"))

    def restored(self, fields: Mapping[str, Any], folder: Path) -> ImageTask:
        """Return the task of a run."""
        return ImageTask.from_dict(fields)

    def sizes(self, task: ImageTask) -> dict[str, int]:
        """Return how many classes there are."""
        return {"classes": len(task.classes)}

    def network(self, recipe: schema.ImageRecipe) -> dict[str, Any]:
        """Return the fields of the model, and the size and the colours of its images."""
        return super().network(recipe) | {"data": {"size": recipe.data.size, "channels": recipe.data.channels}}

    def model(self, recipe: schema.ImageRecipe, *, sizes: Mapping[str, int]) -> ImageClassifier:
        """Return the network with its first weights."""
        _require_size(recipe)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            model = _model(recipe, classes=sizes["classes"])
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def memorising(self, recipe: schema.ImageRecipe) -> schema.ImageRecipe:
        """Return the recipe without augmentation, smoothing and dropout, to stop soon after nothing more is learnt."""
        training = until_learnt(recipe.training)
        model = recipe.model.model_copy(update={"dropout": 0.0} if "dropout" in type(recipe.model).model_fields else {})
        task = recipe.task.model_copy(update={"label_smoothing": 0.0})
        changes = {"task": task, "model": model, "training": training, "augmentation": schema.Augmentations()}
        return recipe.model_copy(update=changes)


def _model(recipe: schema.ImageRecipe, *, classes: int) -> ImageClassifier:
    common = {"channels": recipe.data.channels, "classes": classes}
    match model := recipe.model:
        case schema.LeNetModel():
            return LeNet(**common, widths=model.widths, size=recipe.data.size, dropout=model.dropout)
        case schema.AlexNetModel():
            return AlexNet(**common, dropout=model.dropout)
        case schema.VGGModel():
            return VGG(**common, depth=model.depth, batch_norm=model.batch_norm, dropout=model.dropout)
        case schema.GoogLeNetModel():
            return GoogLeNet(**common, largest=model.largest, dropout=model.dropout)
        case schema.ResidualModel():
            block, counts = _blocks(model)
            return ResidualNet(
                **common,
                stem=model.stem,
                block=block,
                shortcut=model.shortcut or ("B" if model.stem == "imagenet" else "A"),
                residual=model.residual,
                counts=counts,
                width=model.width or (64 if model.stem == "imagenet" else 16),
            )
        case _:
            assert_never(model)


def _blocks(model: schema.ResidualModel) -> tuple[Any, tuple[int, ...]]:
    if model.stem == "imagenet":
        return IMAGENET[model.depth]
    each = (model.depth - 2) // (9 if model.block == "bottleneck" else 6)
    return model.block, (each,) * 3


def _require_size(recipe: schema.ImageRecipe) -> None:
    """Raise a DataError where images are too small for the network; it says which layer is left without places."""
    layer = _starved_layer(recipe)
    if layer is None:
        return
    size = recipe.data.size
    enough = next((edge for edge in range(size + 1, _LARGEST) if _starved_layer(recipe, size=edge) is None), None)
    problem = f"images of {size} x {size} are too small for {recipe.model.kind}: nothing is left of them at its {layer}"
    fix = f"set data.size: {enough}, or take a network for small images: lenet, or residual with stem cifar"
    raise DataError(problem, value=size, allowed=f"at least {enough}", fix=fix)


def _starved_layer(recipe: schema.ImageRecipe, *, size: int | None = None) -> str | None:
    """Return the name of the layer that an image of the size does not reach; None where all have something to read."""
    if size is not None:
        recipe = recipe.model_copy(update={"data": recipe.data.model_copy(update={"size": size})})
    reached: list[str] = []
    with torch.device("meta"), torch.no_grad(), warnings.catch_warnings(action="ignore"):
        model = _model(recipe, classes=2).eval()
        for name, module in model.named_modules():
            if not list(module.children()):
                module.register_forward_pre_hook(lambda _module, _inputs, name=name: reached.append(name))
        try:
            model(torch.zeros(1, recipe.data.channels, recipe.data.size, recipe.data.size))
        except RuntimeError:
            return reached[-1]
    return None
