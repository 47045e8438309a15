"""An image and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from softsearch.data.images.labelled import Pixels, pixels_of


class Box(NamedTuple):
    """Where something is, as shares of the image's edges."""

    left: float
    top: float
    right: float
    bottom: float


class Thing(NamedTuple):
    """Which of a caption's white-space words, counted from 0, is about a thing, and where in the image the thing is."""

    word: int
    box: Box


class CaptionedImage(NamedTuple):
    """An image, what is said of it, and where it was found; `source` as of a labelled one.

    `things` has for each caption the words that are about a thing, with its box; it is empty where no box is known.
    """

    source: Pixels | Callable[[], Pixels]
    captions: tuple[str, ...]
    place: str
    things: tuple[tuple[Thing, ...], ...] = ()

    @property
    def pixels(self) -> Pixels:
        """Bytes, one channel (grey) or three (red, green, blue); errors as in reading a picture."""
        return pixels_of(self.source)
