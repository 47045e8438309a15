"""The network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Part, Share, Width, mistake

CellKind = Literal["rnn", "gru", "lstm"]
Layers = Annotated[int, Field(ge=1, le=64)]


class Additive(Part):
    """Bahdanau's attention: a small network scores each annotation against the decoder's state.

    Attributes
    ----------
    hidden
        Width of that network.
    coverage
        The score also sees how much of each word has been read so far (Tu et al. 2016).
    """

    also_called = ("bahdanau",)

    kind: Literal["additive"]
    hidden: Width = 512
    coverage: bool = False


class General(Part):
    """Luong's attention: a bilinear product of state and annotation. `coverage` as for ``additive``."""

    also_called = ("luong", "bilinear")

    kind: Literal["general"]
    coverage: bool = False


class Dot(Part):
    """Luong's attention without weights: decoder state and annotation have the same width. `coverage` as above."""

    kind: Literal["dot"]
    coverage: bool = False


class LinearScore(Part):
    """One linear layer over state and annotation: the state cancels, so it looks at the same words at every step."""

    kind: Literal["linear"]


class Mean(Part):
    """The average of all annotations, whatever is being written."""

    kind: Literal["mean"]


class NoAttention(Part):
    """No annotations are read: the decoder gets the encoder's last states, the same at every step."""

    kind: Literal["none"]


Attention = Annotated[
    Additive | General | Dot | LinearScore | Mean | NoAttention,
    Field(discriminator="kind"),
]


class Encoder(Part):
    """Recurrent layers that read the source.

    Attributes
    ----------
    cell
        "rnn" (Elman), "gru" (Cho et al. 2014) or "lstm".
    hidden
        Width of each direction.
    layers
        How many, each on top of the one before.
    direction
        "backwards" reads the last word first: Sutskever's reversed source, with each annotation at its own word.
    residual
        Each layer from the second on adds what it reads to what it passes on.
    """

    cell: CellKind = "gru"
    hidden: Width = 256
    layers: Layers = 1
    direction: Literal["both", "forwards", "backwards"] = "both"
    residual: bool = False

    @property
    def width(self) -> int:
        """Of an annotation."""
        return 2 * self.hidden if self.direction == "both" else self.hidden

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if self.residual and self.layers == 1:
            yield f"{at}.residual has no effect with {at}.layers 1"


class DecoderLayers(Part):
    """Recurrent layers that write one token at a time. `cell`, `layers` and `residual` as in the encoder.

    Attributes
    ----------
    hidden
        Width of each layer's state.
    """

    cell: CellKind = "gru"
    hidden: Width = 512
    layers: Layers = 1
    residual: bool = False

    def without_effect(self, at: str = "") -> Iterator[str]:
        """Yield a sentence for each option that changes nothing, beside the others."""
        if self.residual and self.layers == 1:
            yield f"{at}.residual has no effect with {at}.layers 1"


class Decoder(DecoderLayers):
    """The layers of a translator's decoder, and when they look.

    Attributes
    ----------
    order
        The attention is asked "before" the cell (Bahdanau), with the first layer's last state, and its answer enters
        the first layer; or "after" it (Luong), with the top layer's new output, and its answer enters the readout only.
    input_feeding
        With order "after": what was read out for the last token enters the first layer beside that token.
    """

    order: Literal["before", "after"] = "before"
    input_feeding: bool = False

    @model_validator(mode="after")
    def _only_what_was_read_before_is_fed(self) -> Decoder:
        if self.input_feeding and self.order == "before":
            problem = "with order: before, the context enters the cell already; there is nothing to feed"
            fix = "set order: after, or input_feeding: false"
            raise mistake(problem, key="input_feeding", allowed="false", fix=fix)
        return self


class EncoderDecoder(Part):
    """Encoder, attention, decoder.

    Attributes
    ----------
    embedding
        Width of a token's vector.
    encoder, decoder, attention
        What reads the source, what writes the target, and how the second reads what the first has made.
    bridge
        The decoder's first states: computed from the encoder's last states ("learned"), or "zeros".
    readout
        Width of the layer before the output layer.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, annotations, readout, between layers.
    tie_embeddings
        The output layer shares its weights with the embeddings: `readout` must equal `embedding`.
    """

    also_called = ("rnnsearch", "seq2seq", "recurrent", "rnn")

    kind: Literal["encoder_decoder"]
    embedding: Width = 256
    encoder: Encoder = Encoder()
    decoder: Decoder = Decoder()
    attention: Attention = Additive(kind="additive")
    bridge: Literal["learned", "zeros"] = "learned"
    readout: Width = 256
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _widths_fit(self) -> EncoderDecoder:
        check_tied(tied=self.tie_embeddings, readout=self.readout, embedding=self.embedding)
        annotation, state = self.encoder.width, self.decoder.hidden
        if isinstance(self.attention, Dot) and annotation != state:
            problem = f"with dot, an annotation ({annotation} numbers) must be as wide as decoder.hidden ({state})"
            fix = f"set model.decoder.hidden: {annotation}, or model.attention.kind: general"
            raise mistake(problem, key="attention", fix=fix)
        return self


class OnePerWord(Part):
    """One output for each input word: target word i is read off the source's annotation i, without a decoder.

    Attributes
    ----------
    embedding, readout, dropout, tie_embeddings
        As in ``encoder_decoder``.
    """

    kind: Literal["one_per_word"]
    embedding: Width = 256
    encoder: Encoder = Encoder()
    readout: Width = 256
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _widths_fit(self) -> OnePerWord:
        check_tied(tied=self.tie_embeddings, readout=self.readout, embedding=self.embedding)
        return self


class Transformer(Part):
    """Attention in place of recurrence (Vaswani et al. 2017).

    Attributes
    ----------
    width, heads
        Width of each vector, and attentions side by side, which share it.
    hidden
        Width of the feed-forward layers.
    encoder_layers, decoder_layers
        How many blocks read, and how many write.
    activation
        In the feed-forward layers.
    norm
        Normalise "before" each part of a block, which is easier to train, or "after", as in the paper.
    dropout
        Share of the numbers that are put to zero in training: of embeddings, and of what each part of a block adds.
    tie_embeddings
        The output layer shares its weights with the embeddings.
    """

    kind: Literal["transformer"]
    width: Width = 256
    heads: Annotated[int, Field(ge=1, le=1_024)] = 4
    hidden: Width = 1_024
    encoder_layers: Layers = 4
    decoder_layers: Layers = 4
    activation: Literal["relu", "gelu"] = "relu"
    norm: Literal["before", "after"] = "before"
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Transformer:
        check_heads(self.width, self.heads)
        return self


Model = Annotated[EncoderDecoder | OnePerWord | Transformer, Field(discriminator="kind")]


def check_heads(width: int, heads: int) -> None:
    """Raise a mistake unless so many heads can share the width."""
    if width % heads:
        fits = ", ".join(str(number) for number in range(1, min(width, 64) + 1) if width % number == 0)
        raise mistake(f"{heads} heads cannot share a width of {width}", key="heads", allowed=fits)


def check_tied(*, tied: bool, readout: int, embedding: int) -> None:
    """Raise a mistake where layers are to share their weights and are not equally wide."""
    if tied and readout != embedding:
        problem = f"with tie_embeddings, readout ({readout}) must equal embedding ({embedding})"
        fix = f"set readout: {embedding}, or tie_embeddings: false"
        raise mistake(problem, key="readout", allowed=str(embedding), fix=fix)
