"""Images are drawn where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.data.images.drawn import SHAPES, drawn_images


@pytest.mark.parametrize(("kind", "shape"), [("shapes", (24, 24, 3)), ("digits", (24, 24, 1))])
def test_drawn_images_are_a_function_of_seed_and_split_and_of_all_classes_alike(kind, shape):
    def draw(**changes):
        fields = {"number": 20, "size": 24, "seed": 1, "split": "train"} | changes
        return list(drawn_images(kind, **fields))

    found = draw()
    assert all(each.pixels.shape == shape and each.pixels.dtype == np.uint8 for each in found)
    assert sorted(each.label for each in found) == sorted([each.label for each in found[:10]] * 2)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(found, draw(number=30), strict=False))
    for other in (draw(seed=2), draw(split="test")):
        assert not any(np.array_equal(a.pixels, b.pixels) for a, b in zip(found, other, strict=True))


def test_a_ring_has_a_hole_and_a_circle_has_none():
    for name in ("circle", "ring"):
        place = list(SHAPES).index(name)
        pixels = list(drawn_images("shapes", number=10, size=64, seed=3, split="train"))[place].pixels
        ground = pixels[0, 0].astype(float)
        differs = np.abs(pixels.astype(float) - ground).mean(2) > 40
        rows, columns = np.nonzero(differs)
        middle = differs[int(rows.mean()), int(columns.mean())]
        assert middle == (name == "circle")
