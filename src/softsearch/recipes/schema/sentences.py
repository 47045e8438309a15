"""The recipe of a network that tells sentences apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Count, Part, Positive, Share, Text, Width, mistake
from softsearch.recipes.schema.model import Encoder
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.text import Subwords, TextOrShare, Vectors
from softsearch.recipes.schema.tokenizer import Characters, Words
from softsearch.recipes.schema.training import ClassifierTraining, require_score

FilesByClass = Annotated[dict[Text, Text], Field(min_length=2)]


class SentenceClassification(Part):
    """Sentences, of one class each.

    Attributes
    ----------
    label_smoothing
        Share of the target that all classes have alike.
    """

    kind: Literal["sentence_classification"]
    label_smoothing: Share = 0.0


class _Sentences(Part):
    """What all forms of labelled sentences share.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    fold, folds
        The training sentences fall into so many folds, and this one, counted from 1, is kept for the test; None: none
        is.
    """

    folder: Text | None = None
    fold: Count | None = None
    folds: Annotated[int, Field(ge=2, le=1_000)] = 10

    @model_validator(mode="after")
    def _one_test(self) -> _Sentences:
        if self.fold is not None and self.fold > self.folds:
            raise mistake(f"there is no fold {self.fold} of {self.folds}", key="fold", allowed=f"1 to {self.folds}")
        if self.fold is not None and getattr(self, "test", None) is not None:
            raise mistake(
                "the test sentences are given, and a fold, too", key="fold", fix="leave out data.test, or this"
            )
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if self.fold is None and self.folds != type(self).model_fields["folds"].default:
            yield f"{at}.folds has no effect without {at}.fold"


class LabelledLines(_Sentences):
    """Files whose lines begin with the class, as those of TREC.

    Attributes
    ----------
    train, valid, test
        Files; or, for validation, the share of each class to take from the training sentences.
    coarse
        Of classes such as ``NUM:date`` only what stands before the colon.
    """

    kind: Literal["lines"]
    train: Text
    valid: TextOrShare
    test: Text | None = None
    coarse: bool = False


class SentenceTable(_Sentences):
    """Tables with a header, CSV or tab-separated, or JSON lines.

    Attributes
    ----------
    train, valid, test
        Files; or, for validation, the share of each class to take from the training sentences.
    text, label
        The columns, or keys, of sentence and class.
    """

    also_called = ("csv", "tsv", "jsonl")

    kind: Literal["table"]
    train: Text
    valid: TextOrShare
    test: Text | None = None
    text: Text = "text"
    label: Text = "label"


class ByClass(_Sentences):
    """A file of sentences for each class.

    Attributes
    ----------
    train, valid, test
        The files by the names of their classes; or, for validation, the share of each class to take from the training
        sentences.
    """

    kind: Literal["by_class"]
    train: FilesByClass
    valid: FilesByClass | Annotated[float, Field(gt=0, lt=1)]
    test: FilesByClass | None = None


class DrawnSentences(Part):
    """Sentences of the built-in grammar; their class is when what they say happens, or that they are orders.

    Attributes
    ----------
    language
        English, German or French.
    num_train, num_valid, num_test
        How many of each split.
    """

    kind: Literal["grammar"]
    language: Literal["en", "de", "fr"] = "en"
    num_train: Count = 4_000
    num_valid: Count = 500
    num_test: Count = 1_000


SentenceSource = Annotated[LabelledLines | SentenceTable | ByClass | DrawnSentences, Field(discriminator="kind")]


class SentenceConvModel(Part):
    """Filters over words, and the maximum of each over the sentence (Kim 2014).

    Attributes
    ----------
    embedding
        Width of a word's vector.
    widths, filters
        Numbers of words that filters read, and how many filters of each.
    dropout
        Share of the maxima that are put to zero in training.
    max_norm
        Length at most of the weights of each class; null: any.
    vectors
        What the embeddings begin with; null: random numbers ("random"). With ``freeze`` they stay ("static"), else they
        are learnt ("non-static").
    channels
        2: filters read the vectors that are learnt and, beside them, those of the file as they are ("multichannel").
    """

    also_called = ("cnn", "convolutional", "kim")

    kind: Literal["conv"]
    embedding: Width = 300
    widths: Annotated[tuple[Annotated[int, Field(ge=1, le=64)], ...], Field(strict=False, min_length=1)] = (3, 4, 5)
    filters: Width = 100
    dropout: Share = 0.5
    max_norm: Positive | None = 3.0
    vectors: Vectors | None = None
    channels: Literal[1, 2] = 1

    @model_validator(mode="after")
    def _the_channels_differ(self) -> SentenceConvModel:
        if self.channels == 2 and self.vectors is None:
            raise mistake("of two channels one has the vectors of a file", key="channels", fix="add vectors: {file: …}")
        if self.channels == 2 and self.vectors is not None and self.vectors.freeze:
            raise mistake("both channels would stay the same", key="channels", fix="set vectors.freeze: false")
        return self


class RecurrentSentenceModel(Part):
    """Recurrent layers, and one vector for the whole sentence.

    Attributes
    ----------
    embedding
        Width of a word's vector.
    encoder
        What reads the sentence.
    pooling
        The vector of the sentence: each direction's last state, or the mean, or the greatest number at each place, of
        what the encoder writes about the words.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, between layers, of the sentence's vector.
    vectors
        What the embeddings begin with; null: random numbers.
    """

    also_called = ("rnn", "lstm", "gru")

    kind: Literal["recurrent"]
    embedding: Width = 300
    encoder: Encoder = Encoder(hidden=128)
    pooling: Literal["last", "mean", "max"] = "last"
    dropout: Share = 0.5
    vectors: Vectors | None = None


class BagOfWordsModel(Part):
    """The mean of the words' vectors, blind to their order. `embedding`, `dropout`, `vectors` as in ``recurrent``."""

    kind: Literal["bag_of_words"]
    embedding: Width = 300
    dropout: Share = 0.0
    vectors: Vectors | None = None


SentenceModel = Annotated[SentenceConvModel | RecurrentSentenceModel | BagOfWordsModel, Field(discriminator="kind")]


class SentenceRecipe(Recipe):
    """A network that tells sentences apart."""

    task: SentenceClassification
    data: SentenceSource = DrawnSentences(kind="grammar")
    tokenizer: Annotated[Words | Subwords | Characters, Field(discriminator="kind")] = Words(kind="words")
    model: SentenceModel = SentenceConvModel(kind="conv")
    training: ClassifierTraining

    @model_validator(mode="after")
    def _it_stops_on_a_score_that_it_has(self) -> SentenceRecipe:
        require_score(self.training, "loss", "accuracy")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        if isinstance(self.model, SentenceConvModel) and self.training.precision != "fp32":
            yield f"training.precision has no effect with model.kind {self.model.kind}: it is fp32"
