"""Scenes that need no download: one to three things of some size, colour and shape, and what is said of them.

Things stand in a grid of three by three. Each lies beside, above or below the next one in a chain that turns where it
is longer than two, so that a caption and the same read from its other end are all that is said of a scene. One in six
pairs of colour and shape is never shown in training; every scene of the test has one of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from softsearch.data.captions.captioned import Box, CaptionedImage, Thing
from softsearch.data.captions.scene_texts import (
    COLOURS,
    LANGUAGES,
    OPPOSITE,
    SHAPES,
    Direction,
    Look,
    say,
)
from softsearch.data.images.drawn import SHAPES as OUTLINES
from softsearch.errors import DataError, nearest
from softsearch.seeding import derive
from softsearch.shapes import Shaped

Split = Literal["train", "valid", "test"]

GRID = 3
_FINER = 4
_NOISE = 8.0  # standard deviation; white is 255
_HOLE = 0.55
_RADIUS = {"small": 0.26, "large": 0.44}  # of a cell's edge
_RED_GREEN_BLUE = {
    "red": (220, 40, 40),
    "green": (40, 180, 60),
    "blue": (60, 90, 235),
    "yellow": (240, 220, 50),
    "white": (245, 245, 245),
    "violet": (170, 60, 200),
}
_STEPS: dict[Direction, tuple[int, int]] = {"left": (0, 1), "right": (0, -1), "above": (1, 0), "below": (-1, 0)}


def scenes(*, language: str, number: int, size: int, seed: int, split: Split) -> Iterator[CaptionedImage]:
    """Yield so many scenes, with the place of each thing; those of different splits are drawn independently.

    Parameters
    ----------
    language
        Of the captions: one of :data:`~softsearch.data.captions.scene_texts.LANGUAGES`.
    size
        Edge of an image.

    Raises
    ------
    DataError
        There is no such language.
    """
    if language not in LANGUAGES:
        near = nearest(language, LANGUAGES)
        raise DataError("scenes have no captions in this language", value=language, allowed=LANGUAGES, nearest=near)
    for place in range(number):
        random = np.random.default_rng(derive(seed, f"scene {split}", place))
        looks = _looks(random, split)
        cells, directions = _chain(random, len(looks))
        pixels, boxes = _painted(random, looks, cells, size)
        said = [(say(looks, directions, language=language), boxes)]
        if len(looks) > 1:
            back: list[Direction] = [OPPOSITE[each] for each in reversed(directions)]
            said.append((say(looks[::-1], back, language=language), boxes[::-1]))
        things = tuple(tuple(map(Thing, caption.nouns, own)) for caption, own in said)
        yield CaptionedImage(pixels, tuple(caption.text for caption, _ in said), f"scenes/{split}[{place}]", things)


def is_held_out(look: Look) -> bool:
    """Return whether a colour and a shape never meet in training: each colour has one shape, each shape one colour."""
    return (COLOURS.index(look.colour) + 2) % len(SHAPES) == SHAPES.index(look.shape)


def _looks(random: np.random.Generator, split: Split) -> list[Look]:
    """Draw one to three different things; in a scene of the test there is one at least that is held out."""
    number = int(random.integers(1, 4))
    while True:
        looks = [
            Look(
                "small" if random.random() < 0.5 else "large",
                COLOURS[random.integers(len(COLOURS))],
                SHAPES[random.integers(len(SHAPES))],
            )
            for _ in range(number)
        ]
        if len(set(looks)) == number and any(map(is_held_out, looks)) == (split == "test"):
            return looks


def _chain(random: np.random.Generator, number: int) -> tuple[list[tuple[int, int]], list[Direction]]:
    """Return the cells of things, by row and column, and how each lies, seen from the next."""
    while True:
        cells = [(int(random.integers(GRID)), int(random.integers(GRID)))]
        directions: list[Direction] = []
        for _ in range(number - 1):
            among = [each for each in _STEPS if not directions or _is_level(each) != _is_level(directions[-1])]
            direction = among[random.integers(len(among))]
            far, (down, right) = int(random.integers(1, GRID)), _STEPS[direction]
            cells.append((cells[-1][0] + far * down, cells[-1][1] + far * right))
            directions.append(direction)
        if all(0 <= row < GRID and 0 <= column < GRID for row, column in cells):
            return cells, directions


def _is_level(direction: Direction) -> bool:
    return direction in ("left", "right")


def _painted(
    random: np.random.Generator, looks: list[Look], cells: list[tuple[int, int]], size: int
) -> tuple[Shaped[np.ndarray, "size size 3"], list[Box]]:
    """Draw the things on a dark ground; return where they are, too."""
    edge = size * _FINER
    ground = tuple(random.integers(0, 60, size=3).tolist())
    image = Image.new("RGB", (edge, edge), ground)
    pen, cell, boxes = ImageDraw.Draw(image), edge / GRID, []
    for look, (row, column) in zip(looks, cells, strict=True):
        radius = cell * _RADIUS[look.size] * random.uniform(0.9, 1.0)
        middle = (np.array([column, row]) + 0.5) * cell + random.uniform(-1, 1, size=2) * (cell / 2 - radius)
        angle = random.uniform(-0.2, 0.2) + (math.pi / 4 if look.shape == "square" else 0.0)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        points = OUTLINES[look.shape] @ turn * radius + middle
        colour = np.array(_RED_GREEN_BLUE[look.colour]) + random.integers(-15, 16, size=3)
        pen.polygon([tuple(point) for point in points], fill=tuple(colour.clip(0, 255).tolist()))
        if look.shape == "ring":
            pen.polygon([tuple(point) for point in (points - middle) * _HOLE + middle], fill=ground)
        boxes.append(Box(*(points.min(axis=0) / edge), *(points.max(axis=0) / edge)))
    small = np.asarray(image.resize((size, size), resample=Image.Resampling.BOX), dtype=np.float64)
    noisy = small + _NOISE * random.standard_normal(small.shape)
    return noisy.clip(0, 255).astype(np.uint8), boxes
