"""Scenes that need no download: one to three things of some size, colour and shape, and what is said of them.

Things stand in a grid of three by three. Each lies beside, above or below the next one in a chain that turns where it
is longer than two, so that a caption and the same read from its other end are all that is said of a scene. One in six
pairs of colour and shape is never shown in training; every scene of the test has one of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from softsearch.data.captions.captioned import Box, CaptionedImage, Thing
from softsearch.data.captions.scene_texts import (
    COLOURS,
    LANGUAGES,
    OPPOSITE,
    RED_GREEN_BLUE,
    SHAPES,
    Direction,
    Look,
    say,
)
from softsearch.data.images.drawn import SHAPES as OUTLINES
from softsearch.data.images.drawn import reduced, turned
from softsearch.data.splits import Split
from softsearch.errors import DataError, nearest
from softsearch.seeding import derive
from softsearch.shapes import Float, Shaped

GRID = 3
_FINER = 4
_NOISE = 8.0  # standard deviation; white is 255
_HOLE = 0.55
_RADIUS = {"small": 0.26, "large": 0.44}  # of a cell's edge
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
        figures = [_figure(random, look, cell) for look, cell in zip(looks, cells, strict=True)]
        ground = tuple(random.integers(0, 60, size=3).tolist())
        noise = int(random.integers(2**32))
        boxes = [Box(*figure.outline.min(axis=0), *figure.outline.max(axis=0)) for figure in figures]
        said = [(say(looks, directions, language=language), boxes)]
        if len(looks) > 1:
            back: list[Direction] = [OPPOSITE[each] for each in reversed(directions)]
            said.append((say(looks[::-1], back, language=language), boxes[::-1]))
        things = tuple(
            tuple(Thing(word, box) for name, box in zip(caption.names, own, strict=True) for word in name)
            for caption, own in said
        )
        pixels = partial(_painted, figures, ground, noise, size)
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


class _Figure(NamedTuple):
    """The outline of a thing, (x, y) as shares of the image's edge, its hole, if it has one, and its colour."""

    outline: Float[np.ndarray, "points 2"]
    hole: Float[np.ndarray, "points 2"] | None
    colour: tuple[int, ...]


def _figure(random: np.random.Generator, look: Look, cell: tuple[int, int]) -> _Figure:
    row, column = cell
    radius = _RADIUS[look.size] * random.uniform(0.9, 1.0)
    middle = np.array([column, row]) + 0.5 + random.uniform(-1, 1, size=2) * (0.5 - radius)
    angle = random.uniform(-0.2, 0.2) + (math.pi / 4 if look.shape == "square" else 0.0)
    around = turned(OUTLINES[look.shape], angle) * radius
    colour = np.array(RED_GREEN_BLUE[look.colour]) + random.integers(-15, 16, size=3)
    hole = (around * _HOLE + middle) / GRID if look.shape == "ring" else None
    return _Figure((around + middle) / GRID, hole, tuple(colour.clip(0, 255).tolist()))


def _painted(
    figures: list[_Figure], ground: tuple[int, ...], noise: int, size: int
) -> Shaped[np.ndarray, "size size 3"]:
    """Draw things on a dark ground."""
    edge = size * _FINER
    image = Image.new("RGB", (edge, edge), ground)
    pen = ImageDraw.Draw(image)
    for figure in figures:
        pen.polygon([tuple(point) for point in figure.outline * edge], fill=figure.colour)
        if figure.hole is not None:
            pen.polygon([tuple(point) for point in figure.hole * edge], fill=ground)
    small = reduced(image, size).astype(np.float64)
    noisy = small + _NOISE * np.random.default_rng(noise).standard_normal(small.shape)
    return noisy.clip(0, 255).astype(np.uint8)
