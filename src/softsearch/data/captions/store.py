"""Images with captions of one split on the disk: pixels and tokens, memory-mapped, texts beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.data.captions.captioned import Box, CaptionedImage, Thing
from softsearch.data.images.decoding import fitted, in_colours
from softsearch.data.images.store import fingerprints_of, squares
from softsearch.data.stored import Column, Ragged, Store, mapped
from softsearch.data.text import readable
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError
from softsearch.files import folder_written_atomically
from softsearch.shapes import Int, Shaped

_LONGEST = 500  # tokens of a caption: a batch is as long as its longest


class CaptionStore(Store):
    """The images of one split, as bytes, and the captions of each, as texts and as token ids."""

    called, parts = "captions", "images and captions"

    images: Shaped[np.ndarray, "number height width channels"]  # pixels
    captions: list[list[str]]  # the texts of each image
    places: list[str]  # where each image was read
    skipped: list[str]  # what was said of each picture that could not be read, and is left out
    tokens: Ragged  # the ids of each caption, those of all images one behind the other
    first: Int[np.ndarray, " number"]  # which caption is the first of each image; at the end how many there are

    def _open(self, folder: Path) -> bool:
        about = json.loads((folder / "captions.json").read_text(encoding="utf-8"))
        self.captions, self.places, self.skipped = about["captions"], about["places"], about["skipped"]
        self._things = about["things"]
        self.images = squares(folder, about)
        self.tokens = Ragged.with_ends(mapped(folder / "ids.npy"), mapped(folder / "ends.npy"))
        self.first = np.cumsum([0, *map(len, self.captions)])
        return len(self.captions) == len(self.images) and self.tokens.is_whole(int(self.first[-1]))

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def things(self) -> list[list[list[Thing]]]:
        """For each image and each of its captions, which words tell the size, colour or shape of a thing, and its box.

        Empty where no boxes are known.
        """
        return [[list(map(_thing, own)) for own in of_image] for of_image in self._things]

    @property
    def num_captions(self) -> int:
        """Of all images."""
        return len(self.tokens)

    def captions_of(self, image: int) -> range:
        """Return which captions are those of an image."""
        return range(self.first[image], self.first[image + 1])

    def fingerprints(self) -> list[bytes]:
        """Return what is the same for images that are."""
        return fingerprints_of(self.images)

    @staticmethod
    def write(
        folder: Path, images: Iterable[CaptionedImage], tokenizer: Tokenizer, *, size: int, channels: int, skip: bool
    ) -> CaptionStore:
        """Bring images to one size, encode their captions, write both into a folder, and open it.

        Parameters
        ----------
        size
            Edge of the square that each image becomes; see :func:`~softsearch.data.images.decoding.fitted`.
        skip
            Leave out a picture that cannot be read, with its captions, instead of giving up.

        Raises
        ------
        DataError
            There is no image, or one cannot be read and is not to be skipped; a caption is longer than 500 tokens.
        """
        captions: list[list[str]] = []
        places: list[str] = []
        things: list[Any] = []
        skipped: list[str] = []
        ends: list[int] = []
        with folder_written_atomically(folder) as partial:
            with Column(partial / "pixels.npy", np.uint8) as pixels, Column(partial / "ids.npy", np.int32) as ids:
                for image in images:
                    try:
                        found = fitted(in_colours(image.pixels, channels), size=size)
                    except DataError as error:
                        if not skip:
                            raise
                        skipped.append(readable(f"{image.place}: {error.problem}"))
                        continue
                    pixels.append(found.reshape(-1))
                    several = tokenizer.encode_batch(list(image.captions))
                    for caption, encoded in zip(image.captions, several, strict=True):
                        _require_short(caption, encoded, image.place)
                        ids.append(encoded)
                        ends.append(ids.count)
                    captions.append([readable(each) for each in image.captions])
                    places.append(readable(image.place))
                    things.append(image.things or [[] for _ in image.captions])
            if not captions:
                problem = "none of the pictures can be read" if skipped else "there is no image"
                raise DataError(problem, path=folder, value=skipped[:1] or None)
            np.save(partial / "ends.npy", np.array(ends))
            about = {"captions": captions, "places": places, "skipped": skipped, "things": things}
            about |= {"size": size, "channels": channels}
            (partial / "captions.json").write_text(json.dumps(about), encoding="utf-8")
        return CaptionStore(folder)


def _require_short(caption: str, tokens: Sequence[int], place: str) -> None:
    """Refuse a caption that would make every batch with it as long as itself."""
    if len(tokens) > _LONGEST:
        problem = f"a caption of {len(tokens):,} tokens"
        fix = "shorten it, or leave it out"
        raise DataError(problem, path=place, value=caption, allowed=f"at most {_LONGEST:,} tokens", fix=fix)


def _thing(stored: Sequence[Any]) -> Thing:
    word, box = stored
    return Thing(word, Box(*box))
