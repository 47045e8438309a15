"""A network that says what is in an image, and attends in place of recurrence (Sharma et al. 2018).

    a_1 .. a_S  = the last maps of a convolutional network         one for each place, row after row
    h_j         = W a_j + b + place j                              annotations, as wide as the blocks

and then :mod:`softsearch.models.transformer_decoder`. A place is told by its number alone, with the sines and cosines
that tell words' places: without them attention could not tell left from right.

Departure from the paper: no blocks read the places before the decoder does; the convolutional network has.
"""

from __future__ import annotations

from typing import final

import torch
from torch import nn

from softsearch.models.captioner import Captioned
from softsearch.models.image_classifier import ImageClassifier
from softsearch.models.transformer_decoder import Source, TransformerDecoder
from softsearch.nn.products import Linear
from softsearch.nn.transformer import Activation, Blocks, Norm, sinusoids
from softsearch.shapes import Bool, Int, Tensor


@final
class CaptioningTransformer(TransformerDecoder):
    """A convolutional network that looks, and blocks that write.

    Parameters
    ----------
    encoder
        What looks; its weights are not drawn anew.
    annotation
        How many maps it has in the end.
    vocabulary
        Number of tokens that are written.
    width, heads
        Of each vector, and attentions side by side.
    hidden
        Width of a block's feed-forward layer.
    layers
        Blocks.
    activation, norm
        See :class:`~softsearch.nn.transformer.Blocks`.
    dropout
        Rate on embeddings and annotations, and in the blocks.
    tie_embeddings
        The output layer shares the matrix of the embeddings (Press and Wolf 2017).
    """

    def __init__(
        self,
        *,
        encoder: ImageClassifier,
        annotation: int,
        vocabulary: int,
        width: int,
        heads: int,
        hidden: int,
        layers: int,
        activation: Activation,
        norm: Norm,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        blocks = Blocks(width=width, heads=heads, hidden=hidden, activation=activation, norm=norm, dropout=dropout)
        super().__init__(blocks)
        self.projection = Linear(annotation, width)
        self.target_embedding = nn.Embedding(vocabulary, width)
        self.decoder = blocks.make(layers, reads_source=True)
        self.decoder_norm = blocks.last_norm()
        self.output = Linear(width, vocabulary)
        self._initialise(self.target_embedding, tied=tie_embeddings)
        self.encoder = encoder  # only now: it may have been trained, and is not drawn anew

    def encode(self, source: Tensor, source_mask: Bool[Tensor, "batch src"]) -> Source:
        """Look at images, (batch, colours, height, width); annotations that are known, (batch, places, maps), pass."""
        if source.dim() == 4:
            source, source_mask, _ = self.encoder.annotations(source)
        places = torch.arange(source.shape[1], device=source.device)
        values = self.projection(source) + sinusoids(places, self.width)
        return self._source(self.dropout(values), source_mask)

    def captioned(
        self,
        source: Tensor,
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "captions tgt"],
        target_mask: Bool[Tensor, "captions tgt"],
    ) -> Captioned:
        """Return what :meth:`forward` does, and where the heads of the last block looked on average.

        Each image may have several captions, one behind the other, and as many as any other: it is looked at once.
        """
        encoded = self.encode(source, source_mask)
        features, _, queries = self._decode(target_input, self.start(encoded), encoded)
        weights = self._looked(queries, encoded).unflatten(1, (-1, target_input.shape[1])).flatten(0, 1)
        return Captioned(features[target_mask], weights, None)
