"""An image with its class, as the readers of all formats give it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from softsearch.shapes import Shaped

Pixels = Shaped[np.ndarray, "height width channels"]


class LabelledImage(NamedTuple):
    """An image, the name of its class, and where both were found.

    `source` are its pixels, or what reads them: a picture file is decoded when it is looked at, and not for its class.
    """

    source: Pixels | Callable[[], Pixels]
    label: str
    place: str

    @property
    def pixels(self) -> Pixels:
        """Bytes, one channel (grey) or three (red, green, blue); errors as in reading a picture."""
        return pixels_of(self.source)


def pixels_of(source: Pixels | Callable[[], Pixels]) -> Pixels:
    """Return pixels that are there, or are read now."""
    return source() if callable(source) else source
