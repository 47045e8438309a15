"""The recipe of a language model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Count, Part, Positive, Share, Width, mistake
from softsearch.recipes.schema.model import Layers, check_heads
from softsearch.recipes.schema.recipe import Recipe
from softsearch.recipes.schema.text import BuiltIn, Bytes, Subwords, TextFiles, Vectors, Verbatim
from softsearch.recipes.schema.tokenizer import Words
from softsearch.recipes.schema.training import TextTraining, require_score


class LanguageModelling(Part):
    """A text, token by token: the next one is predicted from those before.

    Attributes
    ----------
    window
        Tokens of a stream that are learnt from at once; gradients reach back no further (truncated backpropagation).
        A Transformer looks back no further either: it has learnt no more places.
    reset
        Share of the windows, drawn at random, that do not go on with the state before them (Melis et al. 2018).
    """

    kind: Literal["language_model"]
    window: Annotated[int, Field(ge=1, le=100_000)] = 35
    reset: Share = 0.0


class Softmax(Part):
    """One linear layer and a softmax over all tokens."""

    kind: Literal["softmax"]


class SampledSoftmax(Part):
    """In training, a softmax among the right token and `samples` drawn ones (Jean et al. 2015)."""

    kind: Literal["sampled"]
    samples: Count = 1_000


class AdaptiveSoftmax(Part):
    """A small softmax over frequent tokens and clusters of the others (Grave et al. 2017).

    Attributes
    ----------
    cutoffs
        Where the clusters begin, counted in ids: four marks, then the tokens from the most frequent one on.
    shrink
        Each cluster's features are so many times narrower than those of the one before.
    """

    kind: Literal["adaptive"]
    cutoffs: Annotated[tuple[Count, ...], Field(strict=False, min_length=1)]
    shrink: Annotated[int, Field(ge=1, le=64)] = 4

    @model_validator(mode="after")
    def _they_increase(self) -> AdaptiveSoftmax:
        if list(self.cutoffs) != sorted(set(self.cutoffs)):
            raise mistake("the cutoffs must increase", key="cutoffs", allowed="for instance [2000, 10000]")
        return self


Output = Annotated[Softmax | SampledSoftmax | AdaptiveSoftmax, Field(discriminator="kind")]


class RecurrentModel(Part):
    """Recurrent layers over embeddings.

    Attributes
    ----------
    embedding
        Width of a token's vector.
    cell, hidden, layers
        What the layers are made of, how wide each is, and how many there are; "mrnn" and "mlstm" are multiplicative;
        three LSTMs lack a gate.
    residual
        Each layer from the second on adds what it reads to what it passes on.
    output
        How the next token's distribution is made and learnt.
    lags, lag_decay
        The output layer reads so many earlier states beside the present one, each multiplied by another `lag_decay`.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, between layers, before the output layer.
    dropout_per
        Draw anew at each "step", or once a "sequence" (variational dropout, Gal and Ghahramani 2016).
    tie_embeddings
        The output layer shares its weights with the embeddings: `embedding` must equal `hidden`.
    init
        All weights begin as uniform random numbers between -init and init; null: each layer by its own rule.
    vectors
        What the embeddings begin with; null: random numbers.
    """

    also_called = ("rnn", "lstm", "gru")

    kind: Literal["recurrent"]
    embedding: Width = 256
    cell: Literal["rnn", "gru", "lstm", "lstm_no_forget", "lstm_coupled", "lstm_no_output", "mrnn", "mlstm"] = "lstm"
    hidden: Width = 256
    layers: Layers = 1
    residual: bool = False
    output: Output = Softmax(kind="softmax")
    lags: Annotated[int, Field(ge=0, le=64)] = 0
    lag_decay: Annotated[float, Field(gt=0, le=1)] = 0.5
    dropout: Share = 0.2
    dropout_per: Literal["step", "sequence"] = "step"
    tie_embeddings: bool = False
    init: Positive | None = None
    vectors: Vectors | None = None

    @model_validator(mode="after")
    def _widths_fit(self) -> RecurrentModel:
        if self.tie_embeddings and self.embedding != self.hidden:
            problem = f"with tie_embeddings, embedding ({self.embedding}) must equal hidden ({self.hidden})"
            fix = f"set embedding: {self.hidden}, or tie_embeddings: false"
            raise mistake(problem, key="embedding", allowed=str(self.hidden), fix=fix)
        if self.tie_embeddings and self.lags:
            raise mistake("with lags the output layer is wider than the embeddings", key="lags", fix="set lags: 0")
        _check_tied(self)
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        if self.residual and self.layers == 1:
            yield f"{at}.residual has no effect with {at}.layers 1"
        if not self.lags and self.lag_decay != type(self).model_fields["lag_decay"].default:
            yield f"{at}.lag_decay has no effect without {at}.lags"


class TransformerModel(Part):
    """Blocks of attention that look back (Radford et al. 2019).

    Attributes
    ----------
    width, heads
        Width of each vector, and attentions side by side, which share it.
    hidden
        Width of the feed-forward layers.
    layers
        How many blocks.
    output, dropout, tie_embeddings, vectors
        As in ``recurrent``.
    """

    kind: Literal["transformer"]
    width: Width = 256
    heads: Annotated[int, Field(ge=1, le=1_024)] = 4
    hidden: Width = 1_024
    layers: Layers = 4
    output: Output = Softmax(kind="softmax")
    dropout: Share = 0.1
    tie_embeddings: bool = True
    vectors: Vectors | None = None

    @model_validator(mode="after")
    def _it_fits(self) -> TransformerModel:
        check_heads(self.width, self.heads)
        _check_tied(self)
        return self


class FeedForwardModel(Part):
    """A hidden layer over the embeddings of the last words (Bengio et al. 2003).

    Attributes
    ----------
    embedding, hidden
        Widths of a token's vector and of the hidden layer.
    order
        The n of the n-grams: it reads n-1 words.
    direct
        The output layer reads the embeddings too, beside the hidden layer.
    output, dropout, vectors
        As in ``recurrent``.
    """

    kind: Literal["feed_forward"]
    embedding: Width = 128
    hidden: Width = 256
    order: Annotated[int, Field(ge=2, le=64)] = 5
    direct: bool = False
    output: Output = Softmax(kind="softmax")
    dropout: Share = 0.2
    vectors: Vectors | None = None


class NGramModel(Part):
    """Counted n-grams with interpolated Kneser-Ney smoothing (Chen and Goodman 1998); nothing is trained.

    Attributes
    ----------
    order
        The n: a word is predicted from the n-1 before it.
    """

    kind: Literal["ngram"]
    order: Annotated[int, Field(ge=1, le=16)] = 5


def _check_tied(model: RecurrentModel | TransformerModel) -> None:
    if model.tie_embeddings and model.output.kind == "adaptive":
        fix = "set tie_embeddings: false, or output: {kind: softmax}"
        raise mistake("an adaptive output layer cannot share the embeddings' matrix", key="tie_embeddings", fix=fix)
    if model.tie_embeddings and model.vectors is not None and model.vectors.freeze:
        fix = "set tie_embeddings: false, or vectors.freeze: false"
        raise mistake("the output layer cannot learn in a matrix that stays as it is", key="tie_embeddings", fix=fix)


class Generation(Part):
    """How a text is gone on with.

    Attributes
    ----------
    temperature
        Log-probabilities are divided by it; with 0 the likeliest token is written.
    top_k, top_p, min_p
        Draw among the k likeliest tokens (Fan et al. 2018), the fewest likeliest that hold a share p of the probability
        (Holtzman et al. 2020), those at least min_p times as likely as the likeliest (Nguyen et al. 2024).
    repetition_penalty, repetition_window
        Scores of tokens among the last `repetition_window` ones, null: all, are divided by the penalty (Keskar et al.
        2019).
    no_repeat_ngrams
        No sequence of so many tokens is written that was read or written before; 0 for no such rule.
    """

    temperature: Annotated[float, Field(ge=0, le=1_000)] = 1.0
    top_k: Count | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    min_p: Share = 0.0
    repetition_penalty: Annotated[float, Field(ge=1, le=100)] = 1.0
    repetition_window: Count | None = None
    no_repeat_ngrams: Annotated[int, Field(ge=0, le=100)] = 0

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        for name in ("top_k", "top_p", "min_p"):
            if self.temperature == 0 and getattr(self, name) != type(self).model_fields[name].default:
                yield f"{at}.{name} has no effect with {at}.temperature 0"
        if self.repetition_window is not None and self.repetition_penalty == 1:
            yield f"{at}.repetition_window has no effect without {at}.repetition_penalty"


class LanguageRecipe(Recipe):
    """A language model: text in, more text out."""

    task: LanguageModelling
    data: Annotated[TextFiles | BuiltIn, Field(discriminator="kind")] = BuiltIn(kind="builtin")
    tokenizer: Annotated[Words | Subwords | Verbatim | Bytes, Field(discriminator="kind")] = Words(kind="words")
    model: Annotated[RecurrentModel | TransformerModel | FeedForwardModel | NGramModel, Field(discriminator="kind")] = (
        RecurrentModel(kind="recurrent")
    )
    training: TextTraining | None = None
    decoding: Generation = Generation()

    @model_validator(mode="after")
    def _there_is_something_to_look_back_at(self) -> LanguageRecipe:
        if isinstance(self.model, TransformerModel) and self.task.window < 2:
            problem = "a Transformer looks back within task.window, and in 1 token there is nothing"
            raise mistake(problem, key="task", allowed="window: 2 to 100000")
        return self

    @model_validator(mode="after")
    def _a_batch_holds_a_window(self) -> LanguageRecipe:
        if self.training is not None and self.training.batch_tokens < self.task.window:
            size, window = self.training.batch_tokens, self.task.window
            fix = f"set training.batch_tokens: {window}, or task.window: {size}"
            problem = f"batch_tokens ({size}) has no room for one window (task.window: {window})"
            raise mistake(problem, key="training", allowed=f"batch_tokens: {window} or more", fix=fix)
        return self

    @model_validator(mode="after")
    def _a_network_is_trained(self) -> LanguageRecipe:
        if isinstance(self.model, NGramModel) and self.training is not None:
            fix = "leave it out; over a recipe that has one, write training: null"
            raise mistake("counted n-grams are not trained", key="training", allowed="null", fix=fix)
        if not isinstance(self.model, NGramModel) and self.training is None:
            fix = "add, for instance, training: {budget: 30 minutes}"
            raise mistake("a network is trained, and nothing says for how long", key="training", fix=fix)
        return self

    @model_validator(mode="after")
    def _it_stops_on_its_loss(self) -> LanguageRecipe:
        require_score(self.training, "loss")
        return self

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        yield from super().without_effect(at)
        if self.task.reset and not isinstance(self.model, RecurrentModel | FeedForwardModel):
            yield f"task.reset has no effect with model.kind {self.model.kind}, which carries nothing on"
        if self.task.reset and isinstance(self.data, TextFiles) and self.data.by_line:
            yield "task.reset has no effect with data.by_line: every line starts anew"
