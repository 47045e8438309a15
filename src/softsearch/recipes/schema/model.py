"""The network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from softsearch.recipes.schema.base import Part, Share, Width, mistake


class Additive(Part):
    """Bahdanau's attention: a small network scores each annotation against the decoder's state."""

    kind: Literal["additive"]
    hidden: Width = 512


class Mean(Part):
    """The average of all annotations, whatever is being written."""

    kind: Literal["mean"]


class NoAttention(Part):
    """No annotations are read: the decoder gets the encoder's last states, the same at every step."""

    kind: Literal["none"]


Attention = Annotated[Additive | Mean | NoAttention, Field(discriminator="kind")]


class Encoder(Part):
    """A bidirectional recurrent network; `hidden` is the width of each direction."""

    cell: Literal["gru", "lstm"] = "gru"
    hidden: Width = 256
    layers: Annotated[int, Field(ge=1, le=64)] = 1


class Decoder(Part):
    """A recurrent network that writes one token at a time."""

    cell: Literal["gru", "lstm"] = "gru"
    hidden: Width = 512


class EncoderDecoder(Part):
    """Encoder, attention, decoder.

    Attributes
    ----------
    bridge
        The decoder's first state: computed from the encoder's last states ("learned"), or "zeros".
    readout
        Width of the layer before the output layer.
    tie_embeddings
        The output layer shares its weights with the embeddings: `readout` must equal `embedding`.
    """

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
    def _tied_widths_are_equal(self) -> EncoderDecoder:
        if self.tie_embeddings and self.readout != self.embedding:
            problem = f"with tie_embeddings, readout ({self.readout}) must equal embedding ({self.embedding})"
            fix = f"set readout: {self.embedding}, or tie_embeddings: false"
            raise mistake(problem, key="readout", allowed=str(self.embedding), fix=fix)
        return self
