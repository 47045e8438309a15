"""Images and picture files of one colour, and augmentations that do nothing, or something of each kind."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from softsearch.data.images.labelled import LabelledImage

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
NOTHING = {"shift": 0, "flip": 0.0, "rotation": 0.0, "warp": 0.0, "crop": 0.0, "noise": 0.0, "cutout": 0, "mixup": 0.0}
SOMETHING = {
    "shift": 2,
    "flip": 0.5,
    "rotation": 20.0,
    "warp": 2.0,
    "crop": 0.5,
    "noise": 0.1,
    "cutout": 3,
    "mixup": 0.5,
}


def image(label: str, value: int, edge: int = 6) -> LabelledImage:
    return LabelledImage(np.full((edge, edge, 3), value, np.uint8), label, f"{label}/{value}")


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, ...], size: tuple[int, int] = (4, 3)) -> bytes:
    return encoded(Image.new("RGB", size, colour))
