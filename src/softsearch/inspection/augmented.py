"""What augmentation makes of training images."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from softsearch.build.image_classification import ImageFamily
from softsearch.recipes.schema import ImageRecipe
from softsearch.shapes import Shaped

IMAGES = 8


def augmented_images(
    recipe: ImageRecipe, data: Path, *, images: int = IMAGES, times: int
) -> tuple[list[str], list[list[Shaped[np.ndarray, "height width channels"]]]]:
    """Return the classes of some training images, and of each the image and what augmentation may make of it.

    Parameters
    ----------
    data
        What the recipe's images were written into.
    times
        How often each is augmented; training draws anew for each batch.
    """
    batches, _ = ImageFamily().open(recipe, data, name="", task=None)
    rows = np.sort(batches.plan(0)[0][:images])
    store = batches.store
    found = [[np.asarray(store.images[row])] for row in rows]
    for epoch in range(times):
        # row r of epoch e is image r in another disguise
        pixels = batches.batch(rows + epoch * len(store)).images.permute(0, 2, 3, 1).mul(255).round().clamp(0, 255)
        for own, image in zip(found, pixels.byte().numpy(), strict=True):
            own.append(image)
    return [store.classes[store.labels[row]] for row in rows.tolist()], found
