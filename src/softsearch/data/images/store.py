"""Images of one split on the disk, memory-mapped, all of one size: decoded once, whatever they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.data.images.decoding import fitted, in_colours
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.labels import count_by_class, in_order, unknown_class
from softsearch.data.stored import Column, Store, mapped
from softsearch.data.text import readable
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically
from softsearch.shapes import Int, Shaped


class ImageStore(Store):
    """The images of one split, as bytes, and their classes."""

    called, parts = "images", "images and classes"

    images: Shaped[np.ndarray, "number height width channels"]  # pixels
    labels: Int[np.ndarray, " number"]  # the number of each image's class
    classes: tuple[str, ...]  # their names
    places: list[str]  # where each image was read

    def _open(self, folder: Path) -> bool:
        about = json.loads((folder / "images.json").read_text(encoding="utf-8"))
        self.classes, self.places = tuple(about["classes"]), about["places"]
        self.images = squares(folder, about)
        self.labels = mapped(folder / "labels.npy")
        return len(self.labels) == len(self.images)

    def __len__(self) -> int:
        return len(self.labels)

    def fingerprints(self) -> list[bytes]:
        """Return what is the same for images that are."""
        return fingerprints_of(self.images)

    @property
    def counts(self) -> dict[str, int]:
        """Images of each class."""
        return count_by_class(self.labels, self.classes)

    @staticmethod
    def write(
        folder: Path, images: Iterable[LabelledImage], *, size: int, channels: int, classes: Sequence[str] | None
    ) -> ImageStore:
        """Bring images to one size, write them into a folder, and open it.

        Parameters
        ----------
        folder
            Where to; it appears when it is complete.
        size
            Edge of the square that each becomes; see :func:`~softsearch.data.images.decoding.fitted`.
        classes
            The names of the classes, in order: those of the training images for the others. None: those that occur.

        Raises
        ------
        DataError
            There is no image, or one of another class.
        """
        names, labels, places = [] if classes is None else list(classes), [], []
        known = {name: number for number, name in enumerate(names)}
        with folder_written_atomically(folder) as partial:
            with Column(partial / "pixels.npy", np.uint8) as pixels:
                for image in images:
                    if image.label not in known:
                        if classes is not None:
                            raise unknown_class(image.label, classes, place=image.place)
                        known[image.label] = len(known)
                    labels.append(known[image.label])
                    places.append(readable(image.place))
                    pixels.append(fitted(in_colours(image.pixels, channels), size=size).reshape(-1))
            if not labels:
                raise DataError("there is no image", path=folder)
            if classes is None:
                names = in_order(known)
            order = np.array([names.index(name) for name in known])
            np.save(partial / "labels.npy", order[np.array(labels)])
            about = {"classes": names, "size": size, "channels": channels, "places": places}
            (partial / "images.json").write_text(json.dumps(about), encoding="utf-8")
        return ImageStore(folder)


def squares(folder: Path, about: Mapping[str, Any]) -> Shaped[np.ndarray, "number height width channels"]:
    """Return the pixels in a folder, one for each of the places that are told of it."""
    return mapped(folder / "pixels.npy").reshape(len(about["places"]), about["size"], about["size"], about["channels"])


def fingerprints_of(images: Shaped[np.ndarray, "number height width channels"]) -> list[bytes]:
    """Return what is the same for images that are."""
    return [hashlib.blake2b(image.tobytes(), digest_size=12).digest() for image in images]
