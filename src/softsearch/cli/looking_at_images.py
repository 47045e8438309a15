"""`softsearch look` at a classifier of images: its layers, its first kernels on a picture, its augmentation."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softsearch.cli.console import note, say, say_json, table
from softsearch.cli.given import Given
from softsearch.errors import RunError, SoftsearchError

if TYPE_CHECKING:
    from softsearch.inspection.layers import Layer
    from softsearch.recipes.schema import ImageRecipe
    from softsearch.tasks.images import ClassifierOfImages

VIEWS = {"layers": {"json"}, "kernels": {"file", "out"}, "augmentation": {"out"}}
"""What can be looked at, and the options that this has."""
ALONE = {"file": "kernels"}
"""Options that say by themselves what is looked at."""
EXAMPLE = "give --layers, --kernels or --augmentation"

_TIMES = 7
_CLASSES = 10  # of a network that is to be trained, as long as its images were not read


def look(view: str, run: Path, _asked: Any, options: Given) -> None:
    """Show one of the `VIEWS` of a run."""
    from softsearch import runs

    if view == "augmentation":
        from softsearch.runs.parts import recipe_of
        from softsearch.training.folder import RunFolder

        folder = RunFolder.open(run)
        _augmentation(recipe_of(folder), folder.data, out=options["out"])
        return
    classifier = runs.load(run)
    if view == "kernels":
        kernels(run, classifier, options.get("file"), out=options["out"])
        return
    from softsearch.inspection.layers import layers_of

    size = (classifier.task.images.size,) * 2
    _show(layers_of(classifier.model, channels=classifier.task.images.channels, size=size), as_json="json" in options)


def of_recipe(view: str, name: str, *, options: Given) -> None:
    """Show what a recipe asks for, before anything is trained: the layers of its network, or its augmentation."""
    from softsearch.build.families import family_of
    from softsearch.recipes.reading import load_recipe
    from softsearch.recipes.schema import ImageRecipe

    recipe = load_recipe(name)
    if not isinstance(recipe, ImageRecipe):
        raise SoftsearchError(f"--{view} tells of networks that read images", value=name, fix="name such a recipe")
    if view == "layers":
        _layers_of_recipe(recipe, as_json="json" in options)
        return
    from softsearch.inspection.augmented import IMAGES

    with tempfile.TemporaryDirectory() as temporary:
        family_of(recipe).materialise(recipe, Path(temporary) / "data", overfit=IMAGES, base=None)
        _augmentation(recipe, Path(temporary) / "data", out=options["out"])


def _layers_of_recipe(recipe: ImageRecipe, *, as_json: bool) -> None:
    import torch

    from softsearch.build.families import family_of
    from softsearch.inspection.layers import layers_of

    with torch.device("meta"):
        model = family_of(recipe).model(recipe, sizes={"classes": _CLASSES})
    note(f"its images are not read: the network is made for {_CLASSES} classes")
    _show(layers_of(model, channels=recipe.data.channels, size=(recipe.data.size, recipe.data.size)), as_json=as_json)


def _augmentation(recipe: Any, data: Path, *, out: Path) -> None:
    """Draw some training images as they are, and as training sees them."""
    from softsearch.inspection.augmented import augmented_images
    from softsearch.pictures import contact_sheet, save_png

    if not any(recipe.augmentation.model_dump().values()):
        raise SoftsearchError("this recipe augments nothing", fix="add augmentation: {flip: 0.5, shift: 4}")
    names, rows = augmented_images(recipe, data, times=_TIMES)
    save_png(contact_sheet(names, rows, columns=["stored", *(f"epoch {number + 1}" for number in range(_TIMES))]), out)
    say(str(out))


def kernels(run: Path, classifier: ClassifierOfImages, file: Path | None, *, out: Path) -> None:
    """Draw the kernels of the first convolution, and what each makes of a picture."""
    from softsearch.data.images.store import ImageStore
    from softsearch.inspection.kernels import first_kernels
    from softsearch.pictures import kernel_sheet, save_png
    from softsearch.training.folder import RunFolder

    own = ImageStore(RunFolder.open(run).data / "valid")
    pixels = own.images[0] if file is None else classifier.task.images.pixels(file)
    found = first_kernels(classifier, pixels)
    if found is None:
        raise RunError("this network has no convolution", path=run, fix="give --layers")
    save_png(kernel_sheet(pixels, *found), out)
    say(str(out))


def _show(layers: list[Layer], *, as_json: bool) -> None:
    if as_json:
        say_json([{**each._asdict(), "field": None if math.isinf(each.field) else each.field} for each in layers])
        return
    rows = [
        (
            each.name,
            each.kind,
            " x ".join(map(str, each.shape)),
            f"{each.parameters:,}",
            f"{each.multiplications:,}",
            "all" if math.isinf(each.field) else f"{each.field:.0f}",
        )
        for each in layers
    ]
    parameters, multiplications = (sum(each) for each in zip(*(layer[3:5] for layer in layers), strict=True))
    total = ("", "", "", f"{parameters:,}", f"{multiplications:,}", "")
    table(("layer", "kind", "writes", "parameters", "multiplications", "sees"), [*rows, total])
    say("\nMultiplications are those of one image; a place of a layer sees so many places of the image along an edge.")
