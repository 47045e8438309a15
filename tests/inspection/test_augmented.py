"""The sheet of augmented images shows each image as it is stored, then as training sees it."""

from __future__ import annotations

import numpy as np

from softsearch.build.families import family_of
from softsearch.inspection.augmented import augmented_images
from softsearch.recipes import load_recipe

RECIPE = """
task: {kind: image_classification}
data: {kind: drawn, num_train: 20, num_valid: 10, num_test: 10, size: 16}
augmentation: {flip: 0.5}
training: {batch_size: 10, max_steps: 1}
"""


def test_each_row_is_an_image_and_its_mirror_images(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    recipe = load_recipe(tmp_path / "recipe.yaml")
    family_of(recipe).materialise(recipe, tmp_path / "data", overfit=None, base=None)
    names, rows = augmented_images(recipe, tmp_path / "data", images=5, times=6)
    assert len(names) == len(rows) == 5
    mirrored = 0
    for stored, *others in rows:
        assert len(others) == 6
        for image in others:
            is_mirrored = np.array_equal(image, stored[:, ::-1])
            assert is_mirrored or np.array_equal(image, stored)
            mirrored += is_mirrored
    assert 0 < mirrored < 30
