"""The recipe of a network that says what is in an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationError, WrapValidator, model_validator

from softsearch.recipes.schema.base import Count, NotNegative, Part, Positive, Share, Text, Width, mistake
from softsearch.recipes.schema.decoding import check_lengths, idle_when_greedy
from softsearch.recipes.schema.images import (
    Colours,
    Edge,
    ImageModel,
    ResidualModel,
    Retouching,
    require_colours,
    require_statistics,
)
from softsearch.recipes.schema.model import (
    Additive,
    DecoderLayers,
    General,
    Layers,
    NoAttention,
    check_heads,
    check_tied,
)
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.tokenizer import Sentencepiece, Tokenizer, Words
from softsearch.recipes.schema.training import Stop, Training

_MOST_EPOCHS = 10**9


class Captioning(Part):
    """Images in, sentences about them out.

    Attributes
    ----------
    label_smoothing
        Share of the probability that the training loss spreads over the whole vocabulary.
    doubly_stochastic
        Weight of the term that asks a caption to look at all places alike in the end (Xu et al. 2015, lambda).
    reward, entropy
        With hard attention: weights of what a choice of places brought, and of how open it was (Xu et al. 2015,
        lambda_r and lambda_e).
    baseline
        With hard attention: share of the old mean of what words came to in the new one.
    mean, deviation
        As in the classification of images.
    """

    kind: Literal["image_captioning"]
    label_smoothing: Share = 0.0
    doubly_stochastic: NotNegative = 0.0
    reward: Positive = 0.3
    entropy: NotNegative = 0.0
    baseline: Share = 0.9
    mean: Annotated[tuple[Share, ...], Field(strict=False)] | None = None
    deviation: Annotated[tuple[Positive, ...], Field(strict=False)] | None = None


class CaptionSplit(Part):
    """The images of one split.

    Attributes
    ----------
    images
        A folder of pictures, or a zip file; null: that of all splits.
    captions
        A file of captions; null: that of all splits.
    names
        A list of the pictures to take, one in each line; null: all that are there.
    """

    images: Text | None = None
    captions: Text | None = None
    names: Text | None = None


def _share_or_split(value: object) -> str:
    return "share" if isinstance(value, float) else "split"


# softsearch.recipes.fields.chosen makes the same choice.
SplitOrShare = Annotated[
    Annotated[CaptionSplit, Tag("split")] | Annotated[float, Field(gt=0, lt=1), Tag("share")],
    Discriminator(_share_or_split),
]


class CaptionFiles(Part):
    """Pictures and what people wrote of them.

    Captions are a table (CSV, TSV, JSON lines), COCO's JSON, or lines as Flickr has them.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    images, captions
        Of all splits that have none of their own.
    train, test
        The splits.
    valid
        The split; or the share of the training images to take for validation.
    image, caption
        The columns, or keys, of a table.
    skip_broken
        Leave out pictures that cannot be read, and say how many, instead of refusing them.
    size, channels
        As in the classification of images.
    """

    also_called = ("coco", "flickr", "csv", "jsonl")

    kind: Literal["captions"]
    folder: Text | None = None
    images: Text | None = None
    captions: Text | None = None
    train: CaptionSplit
    valid: SplitOrShare
    test: CaptionSplit | None = None
    image: Text = "image"
    caption: Text = "caption"
    skip_broken: bool = False
    size: Edge = 128
    channels: Colours = 3

    @model_validator(mode="after")
    def _each_split_has_all(self) -> CaptionFiles:
        for name in ("train", "valid", "test"):
            split = getattr(self, name)
            for part in ("images", "captions") if isinstance(split, CaptionSplit) else ():
                if getattr(split, part) is None and getattr(self, part) is None:
                    fix = f"set data.{part}, or data.{name}.{part}"
                    raise mistake(f"the split has no {part}", key=name, fix=fix)
        return self


class DrawnScenes(Part):
    """Scenes of several things that are drawn here, with captions: nothing to download.

    Attributes
    ----------
    language
        Of the captions.
    num_train, num_valid, num_test
        How many of each split. Every scene of the test shows a colour and a shape that never meet in training.
    size
        Edge of an image.
    """

    kind: Literal["scenes"]
    language: Literal["de", "en", "fr"] = "en"
    num_train: Count = 8_000
    num_valid: Count = 500
    num_test: Count = 1_000
    size: Edge = 48

    @property
    def channels(self) -> Colours:
        """Of the images."""
        return 3


CaptionSource = Annotated[CaptionFiles | DrawnScenes, Field(discriminator="kind")]


class Hard(Part):
    """One place at a time, drawn in training (Xu et al. 2015, section 4.1). `hidden` as for ``additive``.

    Attributes
    ----------
    expected
        Share of the looks in training, drawn one by one, at which all places are read, as by soft attention.
    """

    kind: Literal["hard"]
    hidden: Width = 512
    expected: Share = 0.5


def _so_many_or_all(value: object, checked: Callable[[object], Any]) -> Any:
    try:
        return checked(value)
    except ValidationError:  # of which there is one for each form
        raise mistake("not a value that can stand here", allowed=f"from 0 to {_MOST_EPOCHS:,}, or all") from None


class Looking(Part):
    """The convolutional network that looks at an image.

    Attributes
    ----------
    network
        A classifier of images, without its last layers.
    weights
        A file of weights to begin with, published or of a run of a classifier; null: none.
    frozen_epochs
        For so many epochs, or for all, the network stays as it begins.
    """

    network: ImageModel = ResidualModel(kind="residual", stem="imagenet", depth=18, stages=3)
    weights: Text | None = None
    frozen_epochs: Annotated[
        Annotated[int, Field(ge=0, le=_MOST_EPOCHS)] | Literal["all"], WrapValidator(_so_many_or_all)
    ] = 0

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        field = type(self.network).model_fields.get("dropout")
        if field is not None and getattr(self.network, "dropout", None) != field.default:
            yield f"{at}.network.dropout has no effect: it is in the layers that are left out"


class Captioner(Part):
    """A convolutional network that looks, a recurrent one that writes (Xu et al. 2015).

    Attributes
    ----------
    encoder
        What looks.
    places
        What is read of the image tells its row and its column, too.
    gated
        A number from 0 to 1, which the state says, tells how much of what was read counts (Xu et al. 2015, beta).
    bridge
        The decoder's first states: computed from the mean over all places ("learned"), or "zeros".
    embedding, decoder, attention, readout, dropout, tie_embeddings
        As in ``encoder_decoder``; without attention the mean over all places is read.
    """

    also_called = ("show_attend_and_tell",)

    kind: Literal["captioner"]
    encoder: Looking = Looking()
    embedding: Width = 256
    decoder: DecoderLayers = DecoderLayers()
    attention: Annotated[Additive | General | Hard | NoAttention, Field(discriminator="kind")] = Additive(
        kind="additive"
    )
    places: bool = True
    gated: bool = True
    bridge: Literal["learned", "zeros"] = "learned"
    readout: Width = 256
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _widths_fit(self) -> Captioner:
        check_tied(tied=self.tie_embeddings, readout=self.readout, embedding=self.embedding)
        return self


class CaptioningTransformer(Part):
    """A convolutional network that looks, blocks of a Transformer that write.

    Attributes
    ----------
    encoder
        What looks.
    layers
        Blocks that write.
    width, heads, hidden, activation, norm, dropout, tie_embeddings
        As in ``transformer``.
    """

    kind: Literal["captioning_transformer"]
    encoder: Looking = Looking()
    width: Width = 256
    heads: Annotated[int, Field(ge=1, le=1_024)] = 4
    hidden: Width = 1_024
    layers: Layers = 3
    activation: Literal["relu", "gelu"] = "relu"
    norm: Literal["before", "after"] = "before"
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> CaptioningTransformer:
        check_heads(self.width, self.heads)
        return self


class CaptionStop(Stop):
    """As in all trainings, but on captions that are written greedily, unless another score is named.

    What they score is noise at first, and at zero for long: unless a patience is named, a training goes on to its end.
    """

    on: Literal["loss", "bleu", "cider"] = "cider"
    patience: Count | None = None


class CaptionTraining(Training):
    """Training on images with captions.

    Attributes
    ----------
    batch_size
        Images in a batch.
    captions_per_image
        Of each image of a batch, drawn anew at each visit.
    """

    stop: CaptionStop = CaptionStop()
    batch_size: Count = 32
    captions_per_image: Annotated[int, Field(ge=1, le=100)] = 5


class CaptionDecoding(Part):
    """Beam search.

    Attributes
    ----------
    beam
        Hypotheses kept alive for an image; with 1 the search is greedy.
    length_penalty
        Scores are divided by the length to this power.
    min_length, max_length
        Tokens of a caption.
    no_repeat_ngrams
        No sequence of so many tokens is written twice; 0 for no such rule.
    """

    beam: Annotated[int, Field(ge=1, le=1_000)] = 5
    length_penalty: Annotated[float, Field(ge=0, le=10)] = 1.0
    min_length: Annotated[int, Field(ge=0, le=10_000)] = 0
    max_length: Count = 50
    no_repeat_ngrams: Annotated[int, Field(ge=0, le=100)] = 0

    @model_validator(mode="after")
    def _some_length_is_allowed(self) -> CaptionDecoding:
        check_lengths(self.min_length, self.max_length)
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if self.beam == 1:
            yield from idle_when_greedy(self, "length_penalty", at=at)


class CaptionRecipe(Recipe):
    """A network that says what is in an image."""

    task: Captioning
    data: CaptionSource = DrawnScenes(kind="scenes")
    augmentation: Retouching = Retouching()
    tokenizer: Tokenizer = Words(kind="words")
    model: Annotated[Captioner | CaptioningTransformer, Field(discriminator="kind")] = Captioner(kind="captioner")
    training: CaptionTraining
    decoding: CaptionDecoding = CaptionDecoding()

    @model_validator(mode="after")
    def _left_stays_left(self) -> CaptionRecipe:
        if self.augmentation.flip and isinstance(self.data, DrawnScenes):
            problem = "what is mirrored lies the other way round: captions of scenes tell left from right"
            raise mistake(problem, key="augmentation", allowed="flip: 0")
        return self

    @model_validator(mode="after")
    def _each_colour_is_standardised(self) -> CaptionRecipe:
        require_colours(self.task.mean, self.task.deviation, channels=self.data.channels)
        return self

    @model_validator(mode="after")
    def _the_mean_of_weights_is_that_of_all(self) -> CaptionRecipe:
        require_statistics(self.training, self.model.encoder.network)
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        attention = getattr(self.model, "attention", None)
        if not isinstance(attention, Hard):
            for name in ("reward", "entropy", "baseline"):
                if getattr(self.task, name) != Captioning.model_fields[name].default:
                    yield f"task.{name} has no effect without hard attention"
        if isinstance(attention, NoAttention) and self.task.doubly_stochastic:
            yield "task.doubly_stochastic has no effect without attention"
        if isinstance(self.tokenizer, Sentencepiece) and self.tokenizer.sample is not None:
            yield "tokenizer.sample has no effect on captions"
