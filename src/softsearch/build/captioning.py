"""Captioning, from its recipe to a task and a network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, assert_never

import numpy as np
import torch

from softsearch.build.captions import write_captions
from softsearch.build.family import Family, Prepared, until_learnt
from softsearch.build.image_networks import image_network, require_size
from softsearch.build.model import attention_of, layers_of
from softsearch.data.captions.batches import CaptionData
from softsearch.data.captions.store import CaptionStore
from softsearch.data.images.augmentation import Augmentation
from softsearch.data.tokenizers import load_tokenizer
from softsearch.decoding.settings import Search
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.image_classifier import ImageClassifier
from softsearch.recipes import schema
from softsearch.seeding import derive
from softsearch.tasks.caption_writer import CaptioningModel
from softsearch.tasks.captions import AttentionTerms, CaptionTask, HeldOutCaptions
from softsearch.tasks.image_input import ImageInput, statistics_of
from softsearch.tasks.task import evaluating
from softsearch.training.published import read_weights, take_weights

_TOKENIZER = "tokenizer.model"


class CaptionFamily(Family[schema.CaptionRecipe]):
    """Images in, sentences about them out."""

    called = "a captioner"
    items = "images"
    examples = "images"
    of_weights = ("tokenizer",)

    def materialise(
        self, recipe: schema.CaptionRecipe, folder: Path, *, overfit: int | None, base: CaptionTask | None
    ) -> Prepared:
        """Write images and tokens of all splits; with `overfit`, of so many images."""
        _network(recipe)  # that its weights fit, and images are large enough, is told before the images are read
        found = write_captions(recipe, folder, overfit=overfit, tokenizer=None if base is None else base.tokenizer)
        own = statistics_of(CaptionStore(folder / "train").images)
        mean, deviation = own if base is None else (base.images.mean, base.images.deviation)
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
        frozen = recipe.model.encoder.frozen_epochs
        data = CaptionData(
            CaptionStore(folder / "train"),
            batch=recipe.training.batch_size,
            captions=recipe.training.captions_per_image,
            seed=recipe.seed,
            augment=_augmentation(recipe),
            frozen_epochs=None if frozen == "all" else frozen,
        )
        return data, HeldOutCaptions("valid", CaptionStore(folder / "valid"))

    def files(self, task: CaptionTask) -> dict[str, str | bytes]:
        """Return the tokenizer."""
        return {_TOKENIZER: task.tokenizer.to_bytes()}

    def restored(self, fields: Mapping[str, Any], folder: Path) -> CaptionTask:
        """Return the task of a run, with its tokenizer."""
        return CaptionTask.from_dict(fields, tokenizer=load_tokenizer(folder / _TOKENIZER))

    def sizes(self, task: CaptionTask) -> dict[str, int]:
        """Return the size of the vocabulary."""
        return {"vocabulary": task.tokenizer.size}

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

    def begun(
        self,
        recipe: schema.CaptionRecipe,
        model: CaptioningModel,
        data: CaptionData,
        valid: HeldOutCaptions,
        *,
        task: CaptionTask,
    ) -> tuple[CaptionData, HeldOutCaptions]:
        """Look at each image once, as long as what looks stays as it is and images do, too."""
        frozen = recipe.model.encoder.frozen_epochs
        if frozen and data.augment is None:
            data.annotations = _looked_at(model, task.images, data.store)
        if frozen == "all":
            valid = HeldOutCaptions(valid.name, valid.store, _looked_at(model, task.images, valid.store))
        return data, valid

    def memorising(self, recipe: schema.CaptionRecipe) -> schema.CaptionRecipe:
        """Return the recipe without augmentation, smoothing and dropout, to stop soon after nothing more is learnt."""
        return recipe.model_copy(
            update={
                "task": recipe.task.model_copy(update={"label_smoothing": 0.0}),
                "augmentation": schema.Retouching(),
                "model": recipe.model.model_copy(update={"dropout": 0.0}),
                "training": until_learnt(recipe.training),
            }
        )

    def remarks(self, recipe: schema.CaptionRecipe, about: Mapping[str, Any]) -> Iterator[str]:
        """Yield that what looks has learnt nothing, where it is so."""
        encoder = recipe.model.encoder
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
            read = width + 2 * model.places
            return Captioner(
                encoder=network,
                annotation=width,
                places=model.places,
                vocabulary=vocabulary,
                embedding=model.embedding,
                decoder=layers_of(model.decoder),
                attention=attention_of(model.attention, query=model.decoder.hidden, annotation=read),
                gated=model.gated,
                bridge=model.bridge,
                readout=model.readout,
                dropout=model.dropout,
                tie_embeddings=model.tie_embeddings,
            )
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
    """Return what looks, with the weights that it begins with."""
    encoder, size = recipe.model.encoder, {"channels": recipe.data.channels, "size": recipe.data.size}
    require_size(encoder.network, **size, whole=False)
    network = image_network(encoder.network, **size, classes=2)
    if encoder.weights is not None:
        path = Path(encoder.weights)
        take_weights(read_weights(path), network, path=path)
    network.lose_head()
    return network


def _num_maps(network: ImageClassifier, recipe: schema.CaptionRecipe) -> int:
    images = torch.zeros(1, recipe.data.channels, recipe.data.size, recipe.data.size)
    with evaluating(network):
        return network.annotations(images).values.shape[2]


def _looked_at(model: CaptioningModel, images: ImageInput, store: CaptionStore) -> np.ndarray:
    """Return what the network makes of each image, kept in a file without a name that goes when it is not used."""
    kept: np.ndarray | None = None
    start, device = 0, next(model.parameters()).device
    with evaluating(model):
        for some in images.batches(store.images, device):
            values = model.encoder.annotations(some).values.cpu().numpy()
            if kept is None:
                shape = (len(store), *values.shape[1:])
                with tempfile.TemporaryFile() as file:  # the map outlives it
                    kept = np.memmap(file, np.float32, mode="w+", shape=shape)
            kept[start : start + len(values)] = values
            start += len(values)
    assert kept is not None
    return kept
