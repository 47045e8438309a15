"""Captioning, from its recipe to a task and a network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_never

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from softsearch.build.captions import write_captions
from softsearch.build.family import Family, Prepared
from softsearch.build.image_networks import image_network, require_size
from softsearch.build.model import decoder_of
from softsearch.data.captions.batches import CaptionData
from softsearch.data.captions.store import CaptionStore
from softsearch.data.images.augmentation import Augmentation
from softsearch.data.images.colours import statistics_of
from softsearch.data.stored import Column
from softsearch.decoding.settings import Search
from softsearch.errors import DataError
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.image_classifier import ImageClassifier
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.caption_writer import CaptioningModel
from softsearch.tasks.captions import AttentionTerms, CaptionTask, HeldOutCaptions
from softsearch.tasks.image_input import ImageInput
from softsearch.tasks.task import evaluating
from softsearch.training.published import read_weights, take_weights

_WEIGHTS = "encoder.safetensors"


class CaptionFamily(Family[schema.CaptionRecipe]):
    """Images in, sentences about them out."""

    task = CaptionTask
    called = "a captioner"
    items = "images"
    examples = "images"
    of_weights = ("tokenizer",)
    instead_of_weights = "name a run folder; weights of what looks alone are named in the recipe: model.encoder.weights"

    def materialise(
        self, recipe: schema.CaptionRecipe, folder: Path, *, overfit: int | None, base: CaptionTask | None
    ) -> Prepared:
        """Write images and tokens of all splits; with `overfit`, of so many images."""
        begin = _first_weights(recipe)  # that they fit, and images are large enough, is told before images are read
        found = write_captions(recipe, folder, overfit=overfit, tokenizer=None if base is None else base.tokenizer)
        if begin is not None:
            save_file(begin, folder / _WEIGHTS)
        train = CaptionStore(folder / "train")
        mean, deviation = statistics_of(train.images) if base is None else (base.images.mean, base.images.deviation)
        task = CaptionTask(
            found.tokenizer,
            images=ImageInput(recipe.task.mean or mean, recipe.task.deviation or deviation, recipe.data.size),
            label_smoothing=recipe.task.label_smoothing,
            attention=AttentionTerms(
                **recipe.task.model_dump(include={"doubly_stochastic", "reward", "entropy", "baseline"})
            ),
            search=Search(**recipe.decoding.model_dump(), max_ratio=0.0),
        )
        return Prepared(task, recipe.data.kind, found.report)

    def open(
        self, recipe: schema.CaptionRecipe, folder: Path, *, name: str, task: CaptionTask
    ) -> tuple[CaptionData, HeldOutCaptions]:
        """Return images to train on, augmented as the recipe says, and others to validate on."""
        frozen, training = recipe.model.encoder.frozen_epochs, recipe.training
        valid = CaptionStore(folder / "valid")
        if len(valid) == 1 and training.stop.on == "cider":
            problem = "CIDEr-D of one image is always 0: nothing is rare in its captions"
            raise DataError(problem, fix="validate on more (data.valid), or on another score (training.stop.on)")
        data = CaptionData(
            CaptionStore(folder / "train"),
            batch=training.batch_size,
            captions=training.captions_per_image,
            seed=recipe.seed,
            augment=_augmentation(recipe),
            frozen_epochs=None if frozen == "all" else frozen,
        )
        if training.max_epochs is not None:
            data.typical_epoch = min(data.typical_epoch, training.max_epochs - 1)
        return data, HeldOutCaptions("valid", valid)

    def network(self, recipe: schema.CaptionRecipe) -> dict[str, Any]:
        """Return the fields of the model that its weights depend on, and the size and the colours of its images."""
        fields = super().network(recipe)
        for name in ("weights", "frozen_epochs"):
            del fields["model"]["encoder"][name]
        return fields | {"data": {"size": recipe.data.size, "channels": recipe.data.channels}}

    def model(self, recipe: schema.CaptionRecipe, *, sizes: Mapping[str, int]) -> CaptioningModel:
        """Return the network with its first weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(recipe.seed, "init"))
            model = _model(recipe, vocabulary=sizes["vocabulary"])
        model.encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return model

    def begin(self, recipe: schema.CaptionRecipe, model: CaptioningModel, folder: Path) -> None:
        """Give what looks the weights that the recipe names."""
        if recipe.model.encoder.weights is not None:
            model.encoder.load_state_dict(load_file(folder / _WEIGHTS))

    def begun(
        self,
        recipe: schema.CaptionRecipe,
        model: CaptioningModel,
        data: CaptionData,
        valid: HeldOutCaptions,
        folder: Path,
        *,
        task: CaptionTask,
        epoch: int,
    ) -> tuple[CaptionData, HeldOutCaptions]:
        """Look at each image once, as long as what looks stays as it is and images do, too."""
        frozen = recipe.model.encoder.frozen_epochs
        if data.augment is None and (frozen == "all" or epoch < frozen):
            data.annotations = _looked_at("train", model, task.images, data.store, folder)
        if frozen == "all":
            found = _looked_at(valid.name, model, task.images, valid.store, folder)
            valid = HeldOutCaptions(valid.name, valid.store, found)
        return data, valid

    def remarks(self, recipe: schema.CaptionRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield what may be amiss with the weights of what looks."""
        encoder = recipe.model.encoder
        if encoder.weights is not None and recipe.task.mean is None:
            yield "colours are standardised by the training images; model.encoder.weights may ask for task.mean"
        if encoder.frozen_epochs and encoder.weights is None and about.get("from") is None:
            yield "model.encoder.frozen_epochs: what looks at the images has learnt nothing yet, and stays so meanwhile"


def _augmentation(recipe: schema.CaptionRecipe) -> Any:
    """Return what is done to images; None: nothing."""
    fields = recipe.augmentation.model_dump()
    if not any(fields.values()):
        return None
    retouch = Augmentation(**fields, mixup=0.0)
    return lambda images: retouch(images, images.new_zeros(len(images), 1))[0]


def _model(recipe: schema.CaptionRecipe, *, vocabulary: int) -> CaptioningModel:
    network = _network(recipe)
    width = _num_maps(network, recipe)
    match model := recipe.model:
        case schema.Captioner():
            decoder = decoder_of(model, vocabulary=vocabulary, annotation=width + 2 * model.places)
            return Captioner(decoder, encoder=network, annotation=width, places=model.places, gated=model.gated)
        case schema.CaptioningTransformer():
            return CaptioningTransformer(
                encoder=network,
                annotation=width,
                vocabulary=vocabulary,
                **model.model_dump(exclude={"kind", "encoder"}),
            )
        case _:
            assert_never(model)


def _network(recipe: schema.CaptionRecipe) -> ImageClassifier:
    """Return what looks."""
    encoder, size = recipe.model.encoder, {"channels": recipe.data.channels, "size": recipe.data.size}
    require_size(encoder.network, **size, whole=False)
    network = image_network(encoder.network, **size, classes=2)
    network.lose_head()
    return network


def _first_weights(recipe: schema.CaptionRecipe) -> dict[str, torch.Tensor] | None:
    """Return the weights of what looks that the recipe names; None where it names none."""
    network, name = _network(recipe), recipe.model.encoder.weights
    if name is None:
        return None
    path = Path(name)
    found = {
        own: weight
        for own, weight in read_weights(path).items()
        if own.split(".", maxsplit=1)[0] not in network.only_for_scores
    }
    take_weights(found, network, path=path, has_head=False)
    return network.state_dict()


def _num_maps(network: ImageClassifier, recipe: schema.CaptionRecipe) -> int:
    images = torch.zeros(1, recipe.data.channels, recipe.data.size, recipe.data.size)
    with evaluating(network):
        return network.annotations(images).values.shape[2]


def _looked_at(name: str, model: CaptioningModel, images: ImageInput, store: CaptionStore, folder: Path) -> np.ndarray:
    """Return what the network makes of each image, in a file of the folder that goes when it is not used any more."""
    path, shape = folder / f"annotations-{name}.partial", torch.Size()
    try:
        with evaluating(model), Column(path, np.float32) as column:
            for some in images.annotations(model.encoder, store.images):
                column.append(some.cpu().numpy().reshape(-1))
                shape = some.shape[1:]
        found = np.load(path, mmap_mode="r").reshape(len(store), *shape)
    except OSError as error:
        problem = f"what the network makes of the images cannot be kept: {error.strerror or error}"
        raise DataError(problem, path=path, fix="see to more free space") from error
    finally:
        with contextlib.suppress(OSError):  # some systems keep a file that is open
            path.unlink()
    return found
