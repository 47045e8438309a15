"""From the run of a classifier of images to its scores."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from softsearch.build.scored import OWN
from softsearch.data.images.folders import read_folders, read_zip
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.images.reading import read_list
from softsearch.data.images.store import ImageStore
from softsearch.data.rows import SUFFIXES, suffix_of
from softsearch.errors import DataError, nearest
from softsearch.runs.classes import score_classes
from softsearch.runs.loading import load
from softsearch.runs.stores import to_score
from softsearch.tasks.images import ClassifierOfImages
from softsearch.tasks.task import HeldOut
from softsearch.training.folder import RunFolder


def evaluate_images(folder: RunFolder, *, on: str | Path | None, flips: bool = False) -> dict[str, Any]:
    """Score the best weights of a run on images, and keep the result.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", "train", a folder or a zip file with a folder for each
        class, or a list of files and classes.
    flips
        Take the mean over an image and its mirror image (test-time augmentation); the scores say so.

    Raises
    ------
    RunError, DataError
        The run or the images cannot be read.
    """
    classifier: ClassifierOfImages = load(folder.path)

    def written(path: Path, to: Path) -> ImageStore:
        reads, data = classifier.task.images, folder.about.get("recipe", {}).get("data", {})
        images = _labelled(path, data=data, channels=reads.channels)
        return ImageStore.write(to, images, size=reads.size, channels=reads.channels, classes=classifier.classes)

    with to_score(folder, on, kind="images", opened=ImageStore, written=written) as chosen:
        held_out = HeldOut(chosen.name, chosen.store)
        return score_images(folder, classifier, held_out, flips=flips, kept_as=chosen.file)


def _labelled(path: Path, *, data: Mapping[str, Any], channels: int) -> Iterator[LabelledImage]:
    """Return the images of a folder, a zip file or a list, whose columns are called as those that were trained on."""
    if path.is_dir():
        return read_folders(path, channels=channels)
    if not path.exists():
        allowed = f"test, valid, train, a folder, a zip file, or a list ({', '.join(SUFFIXES)})"
        raise DataError("there are no such images", path=path, allowed=allowed, nearest=nearest(str(path), OWN))
    if suffix_of(path) in SUFFIXES:
        return read_list(path, image=data.get("image", "image"), label=data.get("label", "label"), channels=channels)
    if not zipfile.is_zipfile(path) and path.suffix.lower() != ".zip":
        allowed = f"a folder, a zip file, or a list ({', '.join(SUFFIXES)})"
        raise DataError("images with their classes are needed, and this is one file", path=path, allowed=allowed)
    return read_zip(path, channels=channels)


def score_images(
    folder: RunFolder,
    classifier: ClassifierOfImages,
    held_out: HeldOut[ImageStore],
    *,
    flips: bool = False,
    kept_as: str | None = None,
) -> dict[str, Any]:
    """Score images, and keep the result in the run folder.

    Parameters
    ----------
    flips
        See :func:`evaluate_images`.
    kept_as
        What the file of the result is called; None: as the images.
    """
    store, file = held_out.store, f"{kept_as or held_out.name}{'-flips' if flips else ''}"
    return score_classes(
        folder,
        classifier.log_probs(store.images, flips=flips),
        np.asarray(store.labels),
        store.classes,
        data=held_out.name,
        file=file,
        about={"kind": "images", "count": len(store), "flips": flips},
        shown=lambda row: {"place": store.places[row], "png": png_of(store.images[row])},
    )


def png_of(pixels: np.ndarray) -> str:
    """Return a picture as text: PNG in base 64."""
    stream = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.asarray(pixels)).save(stream, format="PNG")
    return base64.b64encode(stream.getvalue()).decode("ascii")
