"""Images that need no download: drawn shapes in colour, and digits.

Each image is a function of the seed, the split and its number: another colour, size, place, tilt and ground. It is
drawn four times as large and scaled down, so that edges are soft.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import MappingProxyType
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from softsearch.data.images.labelled import LabelledImage
from softsearch.seeding import derive

Kind = Literal["shapes", "digits"]
Split = Literal["train", "valid", "test"]

_FINER = 4
_NOISE = 12.0  # standard deviation; white is 255


def drawn(kind: Kind, *, number: int, size: int, seed: int, split: Split) -> Iterator[LabelledImage]:
    """Yield so many images, each class as often as any other; shapes have three channels, digits one.

    Parameters
    ----------
    size
        Edge of an image.
    split
        Images of different splits are drawn independently.
    """
    names, draw = (list(SHAPES), _shape) if kind == "shapes" else ([str(digit) for digit in range(10)], _digit)
    for place in range(number):
        random = np.random.default_rng(derive(seed, f"drawn {kind} {split}", place))
        name = names[place % len(names)]
        pixels = draw(name, size, random).astype(np.float64)
        noisy = pixels + _NOISE * random.standard_normal(pixels.shape)
        yield LabelledImage(noisy.clip(0, 255).astype(np.uint8), name, f"{kind}/{split}[{place}]")


def _polygon(corners: int, inner: float = 1.0) -> np.ndarray:
    """Return the corners of a regular polygon in the unit circle; with `inner`, of a star with so deep notches."""
    number = corners if inner == 1.0 else 2 * corners
    angles = 2 * math.pi * np.arange(number) / number - math.pi / 2
    radii = np.where(np.arange(number) % 2, inner, 1.0)
    return radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


_CROSS = np.array(
    [(-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1)]
) / math.sqrt(10)
_ARROW = np.array([(0, -1), (0.8, 0), (0.3, 0), (0.3, 0.95), (-0.3, 0.95), (-0.3, 0), (-0.8, 0)])

SHAPES = MappingProxyType(
    {
        "circle": _polygon(48),
        "triangle": _polygon(3),
        "square": _polygon(4),
        "pentagon": _polygon(5),
        "star": _polygon(5, inner=0.4),
        "cross": _CROSS,
        "arrow": _ARROW,
        "ring": _polygon(48),
        "half": _polygon(48)[:25],
        "bar": np.array([(-0.95, -0.3), (0.95, -0.3), (0.95, 0.3), (-0.95, 0.3)]),
    }
)
_HOLE = 0.55


def _shape(name: str, size: int, random: np.random.Generator) -> np.ndarray:
    edge = size * _FINER
    ground, colour = _colours(random)
    image = Image.new("RGB", (edge, edge), ground)
    radius = edge * random.uniform(0.22, 0.42)
    middle = random.uniform(radius, edge - radius, size=2)
    points = _turned(SHAPES[name], random.uniform(0, 2 * math.pi)) * radius + middle
    pen = ImageDraw.Draw(image)
    pen.polygon([tuple(point) for point in points], fill=colour)
    if name == "ring":
        hole = (points - middle) * _HOLE + middle
        pen.polygon([tuple(point) for point in hole], fill=ground)
    return _reduced(image, size)


def _digit(name: str, size: int, random: np.random.Generator) -> np.ndarray:
    edge = size * _FINER
    image = Image.new("L", (edge, edge), 0)
    font = ImageFont.load_default(edge * random.uniform(0.55, 0.85))
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = pen.textbbox((0, 0), name, font=font)
    middle = np.array([edge - left - right, edge - top - bottom]) / 2
    shift = random.uniform(-0.08, 0.08, size=2) * edge
    pen.text(tuple(middle + shift), name, fill=int(random.integers(170, 256)), font=font)
    shear = random.uniform(-0.25, 0.25)
    slanted = image.transform(image.size, Image.Transform.AFFINE, (1, shear, -shear * edge / 2, 0, 1, 0))
    tilted = slanted.rotate(random.uniform(-12, 12), resample=Image.Resampling.BILINEAR)
    return _reduced(tilted, size)


def _colours(random: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return two colours that can be told apart."""
    while True:
        ground, colour = random.integers(0, 256, size=(2, 3))
        if abs(ground.mean() - colour.mean()) > 60:
            return tuple(ground.tolist()), tuple(colour.tolist())


def _turned(points: np.ndarray, angle: float) -> np.ndarray:
    cos, sin = math.cos(angle), math.sin(angle)
    return points @ np.array([[cos, sin], [-sin, cos]])


def _reduced(image: Image.Image, size: int) -> np.ndarray:
    small = image.resize((size, size), resample=Image.Resampling.BOX)
    return np.asarray(small).reshape(size, size, -1)
