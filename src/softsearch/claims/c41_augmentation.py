"""C41: augmentation belongs to the training data only, and must fit the kind of image.

Mirrored, an object is still the same; a digit may be none, or another. A small residual network learns 1,000 drawn
shapes with the recipe ``images/shapes``, and a LeNet 1,200 handwritten digits with ``images/mnist``, with every second
image mirrored or with none and nothing else done to them; both are scored on test images as they are. What mirroring
gains is the error without it less the error with it, seed by seed. How many images and epochs was chosen with a seed
that is not measured; drawn digits were given up, none of which looks like another in the mirror. MNIST lies in
``$SOFTSEARCH_DATA/mnist``.

A network is validated and scored on images as they are stored; the tests prove it. What a score would be that was taken
on augmented images is measured, too: the error on mirrored test digits of the network that never saw one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from softsearch import runs
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.trainings import trained
from softsearch.data.images.store import ImageStore
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import interval_chart
from softsearch.recipes import load_recipe
from softsearch.training.folder import RunFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C41",
    statement=STATEMENTS["C41"],
    source="Lectures on generalisation and on convolutional networks: data augmentation",
    seeds=(1, 2, 3, 4, 5),
    expected={
        "shapes_plain": "",
        "shapes_mirrored": "less than plain",
        "digits_plain": "",
        "digits_mirrored": "more than plain",
        "mirroring_gains_shapes": "more than 0",
        "mirroring_gains_digits": "less than 0",
        "digits_plain_on_mirrored_test_images": "far more than plain",
    },
)

WHAT: dict[str, tuple[str, tuple[str, ...]]] = {
    "shapes": (
        "images/shapes",
        ("data.num_train=1000", "data.num_test=2000", "training.batch_size=50", "augmentation.shift=0"),
    ),
    "digits": (
        "images/mnist",
        ("data.valid=0.98", "training.budget=null", "augmentation.shift=0", "augmentation.rotation=0"),
    ),
}
# Validation images are many and decide nothing: they are looked at once, at the end.
SETTINGS = ("training.max_epochs=40", "training.precision=fp32", "training.validate_every=1000 epochs")
FLIPS = {"plain": 0.0, "mirrored": 0.5}


@cache
def measure(seed: int) -> dict[str, float]:
    """Return the errors on both kinds of image, with and without mirroring."""
    figures: dict[str, float] = {}
    for what in WHAT:
        for name, flip in FLIPS.items():
            figures[f"{what}_{name}"], on_mirrored = _errors(what, flip, seed)
            if name == "plain":
                figures[f"{what}_plain_on_mirrored_test_images"] = on_mirrored
        figures[f"mirroring_gains_{what}"] = figures[f"{what}_plain"] - figures[f"{what}_mirrored"]
    return {name: figures[name] for name in CLAIM.expected}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where mirroring gains on shapes and loses on digits, and a mirrored test says something else."""
    fits = figures["mirroring_gains_shapes"].low > 0 > figures["mirroring_gains_digits"].high
    other = figures["digits_plain_on_mirrored_test_images"].low > figures["digits_plain"].high
    return "holds" if fits and other else "fails"


def picture(_seed: int) -> Figure:
    """Draw the errors with and without mirroring, over all seeds."""
    found = [measure(each) for each in CLAIM.seeds]
    series = {}
    for name in FLIPS:
        figures = {what: Figures.of([each[f"{what}_{name}"] for each in found]) for what in WHAT}
        series[name] = {what: (each.mean, each.low, each.high) for what, each in figures.items()}
    return interval_chart(series, ylabel="test error")


def _errors(what: str, flip: float, seed: int) -> tuple[float, float]:
    """Return the error on the test images, and on these mirrored."""
    name, own = WHAT[what]
    recipe = load_recipe(name, [*own, *SETTINGS, f"seed={seed}", f"augmentation.flip={flip}"])
    run = trained(recipe, name=f"augmentation-{what}-{flip}-{seed}")
    classifier, store = runs.load(run), ImageStore(RunFolder.open(run).data / "test")
    labels, images = np.asarray(store.labels), np.asarray(store.images)
    as_they_are, mirrored = (
        float((classifier.log_probs(each).argmax(axis=1) != labels).mean()) for each in (images, images[:, :, ::-1])
    )
    return as_they_are, mirrored
