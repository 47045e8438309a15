"""Images of one split on the disk, memory-mapped, all of one size: decoded once, whatever they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from softsearch.data.columns import Column
from softsearch.data.images.decoding import fitted, in_colours
from softsearch.data.images.labelled import LabelledImage
from softsearch.data.labels import count_by_class, in_order, readable, unknown_class
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically
from softsearch.shapes import Int, Shaped


class ImageStore:
    """The images of one split, as bytes, and their classes.

    Parameters
    ----------
    folder
        What :meth:`write` made.

    Attributes
    ----------
    images, labels
        The pixels, and the number of each image's class.
    classes
        The names of the classes.
    places
        Where each image was read.

    Raises
    ------
    DataError
        The folder is missing or damaged.
    """

    images: Shaped[np.ndarray, "number height width channels"]
    labels: Int[np.ndarray, " number"]

    def __init__(self, folder: Path) -> None:
        fix = "prepare the data again"
        try:
            about = json.loads((folder / "images.json").read_text(encoding="utf-8"))
            self.classes: tuple[str, ...] = tuple(about["classes"])
            self.places: list[str] = about["places"]
            shape = (len(self.places), about["size"], about["size"], about["channels"])
            self.labels = np.asarray(np.load(folder / "labels.npy", mmap_mode="r"))
            self.images = np.asarray(np.load(folder / "pixels.npy", mmap_mode="r")).reshape(shape)
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            raise DataError(f"the stored images cannot be read: {error}", path=folder, fix=fix) from error
        if len(self.labels) != len(self.images):
            raise DataError("the stored images and classes do not fit together", path=folder, fix=fix)

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


def fingerprints_of(images: Shaped[np.ndarray, "number height width channels"]) -> list[bytes]:
    """Return what is the same for images that are."""
    return [hashlib.blake2b(image.tobytes(), digest_size=12).digest() for image in images]
