"""A recurrent translator that looks before it writes (Bahdanau et al. 2015).

    h_1 .. h_S  = encoder(E x_1 .. E x_S)                          annotations
    s_0         = tanh(W summary)                                  from all directions' last states

and then :mod:`softsearch.models.attend_before`. Departure from the paper: the decoder starts from all directions' last
states instead of the backward one alone.
"""

from __future__ import annotations

from typing import final

from torch import nn

from softsearch.models.attend_before import AttendBefore
from softsearch.models.parts import BridgeKind
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import Attention
from softsearch.nn.recurrent import Direction, Layers, RecurrentEncoder
from softsearch.shapes import Bool, Int, Tensor


@final
class EncoderDecoder(AttendBefore):
    """One class for every recurrent translator that asks before the cell.

    Parameters
    ----------
    vocabulary
        Number of tokens; source and target share them.
    embedding
        Width of a token's vector.
    encoder, encoder_direction
        See :class:`~softsearch.nn.recurrent.RecurrentEncoder`.
    decoder, attention, bridge, readout
        See :class:`~softsearch.models.attend_before.AttendBefore`; annotations are as wide as the encoder makes them.
    dropout
        Rate on embeddings, annotations and readout, and between layers.
    tie_embeddings
        Source, target and output layer share one matrix (Press and Wolf 2017).
    """

    source_embedding: nn.Embedding
    encoder: RecurrentEncoder

    def __init__(
        self,
        *,
        vocabulary: int,
        embedding: int,
        encoder: Layers,
        encoder_direction: Direction,
        decoder: Layers,
        attention: Attention,
        bridge: BridgeKind,
        readout: int,
        dropout: float,
        tie_embeddings: bool,
    ) -> None:
        words = nn.Embedding(vocabulary, embedding)
        reader = RecurrentEncoder(encoder, input=embedding, direction=encoder_direction, dropout=dropout)
        super().__init__(
            reader={"source_embedding": words, "encoder": reader},
            annotation=reader.width,
            vocabulary=vocabulary,
            embedding=embedding,
            decoder=decoder,
            attention=attention,
            gated=False,
            bridge=bridge,
            readout=readout,
            dropout=dropout,
            embeddings=words if tie_embeddings else None,
            tie_embeddings=tie_embeddings,
        )

    def annotations(self, source: Int[Tensor, "batch src"], source_mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Read the words of the source."""
        return self.encoder(self.dropout(self.source_embedding(source)), source_mask)
