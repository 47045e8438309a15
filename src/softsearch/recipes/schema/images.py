"""The recipe of a network that tells images apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Count, NotNegative, Part, Positive, Share, Text, Width, mistake
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.text import TextOrShare
from softsearch.recipes.schema.training import ClassifierTraining, Training, require_score

Edge = Annotated[int, Field(ge=8, le=4_096)]
Colours = Literal[1, 3]


class ImageClassification(Part):
    """Images, of one class each.

    Attributes
    ----------
    label_smoothing
        Share of the target that all classes have alike.
    mean, deviation
        Of each colour, which is standardised with them; white is 1. null: those of the training images. Published
        weights may have been learnt with others.
    """

    kind: Literal["image_classification"]
    label_smoothing: Share = 0.0
    mean: Annotated[tuple[Share, ...], Field(strict=False)] | None = None
    deviation: Annotated[tuple[Positive, ...], Field(strict=False)] | None = None


class _Images(Part):
    """What all forms of image data share.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    size
        Edge of the square that each image becomes: its shorter side is scaled to it, and the middle is kept.
    channels
        1 for grey, 3 for red, green and blue.
    """

    folder: Text | None = None
    size: Edge = 32
    channels: Colours = 3


class Folders(_Images):
    """A folder for each split, in which a folder for each class holds pictures; or a zip file of such.

    Attributes
    ----------
    train
        A folder, or a zip file.
    valid, test
        The same; or the share of each class to take from the training images, for validation.
    """

    kind: Literal["folders"]
    train: Text
    valid: TextOrShare
    test: Text | None = None


class ImageLists(_Images):
    """Lists that name pictures with their classes: CSV with a header, or JSON lines.

    Attributes
    ----------
    train, valid, test
        The lists; or, for validation, the share of each class to take from the training images.
    image, label
        The columns, or keys, of file and class.
    """

    also_called = ("csv", "table", "jsonl")

    kind: Literal["lists"]
    train: Text
    valid: TextOrShare
    test: Text | None = None
    image: Text = "image"
    label: Text = "label"


class Mosaics(_Images):
    """Pictures whose tiles are the images of one class.

    Attributes
    ----------
    train, valid, test
        Names of files, in which ``{label}`` stands for that of the class; or, for validation, the share of each class
        to take from the training images.
    tile
        Edge of a tile.
    """

    kind: Literal["mosaics"]
    train: Text
    valid: TextOrShare
    test: Text | None = None
    tile: Edge = 32

    @model_validator(mode="after")
    def _names_have_a_label(self) -> Mosaics:
        for split in ("train", "valid", "test"):
            name = getattr(self, split)
            if isinstance(name, str) and name.count("{label}") != 1:
                allowed = "a name with {label} in it, such as train_{label}.webp"
                raise mistake("the name must say where the class stands", key=split, allowed=allowed)
        return self


class IdxPair(Part):
    """A file of images and the file of their labels."""

    images: Text
    labels: Text


class Idx(_Images):
    """IDX files, as those of MNIST.

    Attributes
    ----------
    train, valid, test
        Pairs of files; or, for validation, the share of each class to take from the training images.
    """

    also_called = ("mnist",)

    kind: Literal["idx"]
    train: IdxPair
    valid: IdxPair | Annotated[float, Field(gt=0, lt=1)]
    test: IdxPair | None = None
    size: Edge = 28
    channels: Colours = 1


class Cifar(_Images):
    """CIFAR's own files.

    Attributes
    ----------
    form
        The binary version, or the pickled one, of which nothing but arrays is made.
    classes
        10 or 100.
    train, valid, test
        Files; or, for validation, the share of each class to take from the training images.
    """

    kind: Literal["cifar"]
    form: Literal["binary", "pickled"] = "binary"
    classes: Literal[10, 100] = 10
    train: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
    valid: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)] | Annotated[float, Field(gt=0, lt=1)]
    test: Annotated[tuple[Text, ...], Field(strict=False, min_length=1)] | None = None


class Drawn(Part):
    """Images that are drawn here: nothing to download.

    Attributes
    ----------
    what
        Shapes in colour, or digits in grey.
    num_train, num_valid, num_test
        How many of each split.
    size
        Edge of an image.
    """

    kind: Literal["drawn"]
    what: Literal["shapes", "digits"] = "shapes"
    num_train: Count = 5_000
    num_valid: Count = 1_000
    num_test: Count = 2_000
    size: Edge = 32

    @property
    def channels(self) -> Colours:
        """Of the images."""
        return 3 if self.what == "shapes" else 1


ImageSource = Annotated[
    Folders | ImageLists | Mosaics | Idx | Cifar | Drawn,
    Field(discriminator="kind"),
]


class Retouching(Part):
    """What is done to training images, and to no others; each drawn anew for each image of a batch.

    Attributes
    ----------
    shift
        Pixels that an image is moved by at most, across and down.
    flip
        Share of the images that are mirrored, left to right: suits objects, not digits.
    rotation
        Degrees that it is turned by at most, either way.
    warp
        Pixels by which a place is displaced at most, by a smooth field (Simard et al. 2003).
    crop
        Share of the area that a part has at least, which takes the place of the whole; 0: the whole stays.
    noise
        Standard deviation of what is added to each number; white is 1.
    cutout
        Edge of a square that becomes grey (DeVries and Taylor 2017).
    """

    shift: Annotated[int, Field(ge=0, le=1_024)] = 0
    flip: Share = 0.0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    warp: NotNegative = 0.0
    crop: Share = 0.0
    noise: NotNegative = 0.0
    cutout: Annotated[int, Field(ge=0, le=1_024)] = 0


class Augmentations(Retouching):
    """What is done to training images that have classes.

    Attributes
    ----------
    mixup
        Of the Beta distribution from which the share of another image is drawn (Zhang et al. 2018); 0: none is mixed.
    """

    mixup: NotNegative = 0.0


class LeNetModel(Part):
    """Two convolutions with pooling and three linear layers (LeCun et al. 1998).

    Attributes
    ----------
    widths
        Maps of the convolutions, and units of the hidden layers.
    dropout
        Share of the first hidden layer's units that are put to zero in training.
    """

    kind: Literal["lenet"]
    widths: Annotated[tuple[Width, Width, Width, Width], Field(strict=False)] = (6, 16, 120, 84)
    dropout: Share = 0.0


class AlexNetModel(Part):
    """Five convolutions and three linear layers (Krizhevsky 2014); `dropout` is before the first two of these."""

    kind: Literal["alexnet"]
    dropout: Share = 0.5


class VGGModel(Part):
    """Convolutions of three by three in five stages (Simonyan and Zisserman 2015).

    Attributes
    ----------
    depth
        Layers with weights.
    batch_norm
        Whether each convolution is normalised.
    dropout
        After the first two linear layers.
    """

    kind: Literal["vgg"]
    depth: Literal[11, 13, 16, 19] = 16
    batch_norm: bool = False
    dropout: Share = 0.5


class GoogLeNetModel(Part):
    """Nine inception blocks (Szegedy et al. 2015).

    Attributes
    ----------
    largest
        Edge of a block's largest filters: 5 in the paper, 3 in the published weights.
    dropout
        Before the output layer.
    """

    also_called = ("inception",)

    kind: Literal["googlenet"]
    largest: Literal[3, 5] = 5
    dropout: Share = 0.2


class ResidualModel(Part):
    """A residual network, or a plain one of the same depth (He et al. 2016).

    Attributes
    ----------
    stem
        "cifar": three stages for small images, depth 6n + 2 with basic blocks; "imagenet": four, after a convolution of
        seven by seven.
    depth
        Layers with weights: 20, 32, 44, 56, 110, … or, of "imagenet", 10, 18, 34, 50, 101 or 152.
    block
        Of "cifar": basic, bottleneck, or normalised first (pre_activation). Of "imagenet" the depth says it.
    residual
        False: a plain net.
    shortcut
        Where sizes change: zeros for new maps ("A"), or a convolution ("B"). null: A, and with `stem` "imagenet" B.
    width
        Maps of the first stage; null: 16, and with `stem` "imagenet" 64.
    stages
        Only so many of the stages that the depth counts: what the first ones write knows more places. null: all.
    """

    also_called = ("resnet",)

    kind: Literal["residual"]
    stem: Literal["cifar", "imagenet"] = "cifar"
    depth: Annotated[int, Field(ge=8, le=2_000)] = 20
    block: Literal["basic", "bottleneck", "pre_activation"] = "basic"
    residual: bool = True
    shortcut: Literal["A", "B"] | None = None
    width: Width | None = None
    stages: Annotated[int, Field(ge=1, le=4)] | None = None

    @model_validator(mode="after")
    def _there_is_such_a_depth(self) -> ResidualModel:
        per_block = 9 if self.block == "bottleneck" else 6
        if self.stem == "cifar" and (self.depth - 2) % per_block:
            near = per_block * max(1, round((self.depth - 2) / per_block)) + 2
            raise mistake(
                "there is no such depth", key="depth", allowed=f"{per_block}n + 2, such as {near} or {near + per_block}"
            )
        if self.stem == "imagenet" and self.depth not in (10, 18, 34, 50, 101, 152):
            fix = "take one of these, or stem: cifar for other depths"
            raise mistake("there is no such depth", key="depth", allowed="10, 18, 34, 50, 101, 152", fix=fix)
        if self.stem == "cifar" and self.stages == 4:
            raise mistake("there are three stages", key="stages", allowed="1 to 3, or null")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if not self.residual and self.shortcut is not None:
            yield f"{at}.shortcut has no effect with {at}.residual false"
        if self.stem == "imagenet" and self.block != type(self).model_fields["block"].default:
            yield f"{at}.block has no effect with {at}.stem imagenet, where the depth says which block"


ImageModel = Annotated[
    LeNetModel | AlexNetModel | VGGModel | GoogLeNetModel | ResidualModel, Field(discriminator="kind")
]


class ImageRecipe(Recipe):
    """A network that tells images apart."""

    task: ImageClassification
    data: ImageSource = Drawn(kind="drawn")
    augmentation: Augmentations = Augmentations()
    model: ImageModel = ResidualModel(kind="residual")
    training: ClassifierTraining

    @model_validator(mode="after")
    def _the_mean_of_weights_is_that_of_all(self) -> ImageRecipe:
        require_statistics(self.training, self.model)
        return self

    @model_validator(mode="after")
    def _each_colour_is_standardised(self) -> ImageRecipe:
        require_colours(self.task.mean, self.task.deviation, channels=self.data.channels)
        return self

    @model_validator(mode="after")
    def _it_stops_on_a_score_that_it_has(self) -> ImageRecipe:
        require_score(self.training, "loss", "accuracy")
        return self


def require_colours(mean: Sequence[float] | None, deviation: Sequence[float] | None, *, channels: int) -> None:
    """Raise a mistake unless each colour has its mean and its deviation, where they are given."""
    for key, own in (("mean", mean), ("deviation", deviation)):
        if own is not None and len(own) != channels:
            raise mistake(f"task.{key} needs a number for each colour", key="task", allowed=str(channels))


def require_statistics(training: Training, network: ImageModel) -> None:
    """Raise a mistake where the mean of the weights is to be taken of a network that keeps statistics beside them."""
    normalised = isinstance(network, ResidualModel | GoogLeNetModel) or getattr(network, "batch_norm", False)
    if training.optimizer.kind == "averaged_sgd" and normalised:
        problem = "training.optimizer: the mean of the weights has not the statistics that batch norm keeps"
        raise mistake(problem, key="training", fix="take sgd, or a network without batch norm")
