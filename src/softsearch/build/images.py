"""A recipe's images become stores of a run: read, split, brought to one size, written once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from softsearch.build.splitting import Reader, dealt, require_classes, split_readers, warn_of_held_out
from softsearch.data.images.drawn import drawn_images
from softsearch.data.images.folders import read_folders, read_zip
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.images.reading import (
    read_cifar_binary,
    read_cifar_pickled,
    read_idx_pairs,
    read_list,
    read_mosaics,
)
from softsearch.data.images.store import ImageStore
from softsearch.data.splits import Split
from softsearch.recipes import schema

Files = schema.Folders | schema.ImageLists | schema.Mosaics | schema.Idx | schema.Cifar

_CIFAR_10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def write_images(
    recipe: schema.ImageRecipe, folder: Path, *, overfit: int | None, classes: Sequence[str] | None
) -> dict[str, Any]:
    """Write the stores of all splits into `folder`; return what was read.

    Parameters
    ----------
    overfit
        Use only so many training images, the first of each class in turn, to validate on too.
    classes
        Of another run, to go on from its weights; None: those of the training images.

    Raises
    ------
    DataError
        The images cannot be used.
    """
    readers = _readers(recipe)
    if overfit:
        few = list(itertools.islice(dealt(readers["train"]), overfit))
        readers = dict.fromkeys(("train", "valid"), lambda: iter(few))
    size, channels = recipe.data.size, recipe.data.channels
    report: dict[str, Any] = {}
    known: set[bytes] = set()
    for split, reader in readers.items():  # first the training images
        store = ImageStore.write(folder / split, reader(), size=size, channels=channels, classes=classes)
        report[split], classes = {"kept": len(store), "classes": store.counts}, store.classes
        if overfit:
            continue
        if split == "train":
            require_classes(classes, items="images")
            known = set(store.fingerprints())
        else:
            report[split]["trained_on"] = sum(each in known for each in store.fingerprints())
    if not overfit:
        warn_of_held_out(report, items="images")
    return report


def _readers(recipe: schema.ImageRecipe) -> dict[str, Reader[LabelledImage]]:
    data = recipe.data
    if isinstance(data, schema.Drawn):
        numbers: dict[Split, int] = {"train": data.num_train, "valid": data.num_valid, "test": data.num_test}
        return {
            split: partial(drawn_images, data.what, number=number, size=data.size, seed=recipe.seed, split=split)
            for split, number in numbers.items()
        }
    names = {"train": data.train, "valid": data.valid, "test": data.test}
    return split_readers(names, partial(_reader, data), fold=None, seed=recipe.seed)


def _reader(data: Files, split: Any) -> Reader[LabelledImage]:
    folder = Path(data.folder or ".")
    match data:
        case schema.Folders():
            if (folder / split).is_file():
                return lambda: read_zip(folder / split, channels=data.channels)
            return lambda: read_folders(folder / split, channels=data.channels)
        case schema.ImageLists():
            return lambda: read_list(folder / split, image=data.image, label=data.label, channels=data.channels)
        case schema.Mosaics():
            return lambda: read_mosaics(folder, pattern=split, tile=data.tile, channels=data.channels)
        case schema.Idx():
            return lambda: read_idx_pairs(folder / split.images, folder / split.labels)
        case schema.Cifar():
            return lambda: itertools.chain.from_iterable(_cifar(data, folder / name) for name in split)
        case _:
            assert_never(data)


def _cifar(data: schema.Cifar, path: Path) -> Iterator[LabelledImage]:
    names = _CIFAR_10 if data.classes == 10 else tuple(str(number) for number in range(100))
    if data.form == "pickled":
        return read_cifar_pickled(path, classes=names)
    return read_cifar_binary(path, classes=names, coarse=data.classes == 100)
