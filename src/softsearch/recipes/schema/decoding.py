"""How the trained network is searched."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from softsearch.recipes.schema.base import Part


class Decoding(Part):
    """Beam search. Scores are divided by length ** `length_penalty`.

    Attributes
    ----------
    max_ratio
        A translation has at most this many times its source's tokens, and ten more.
    """

    beam: Annotated[int, Field(ge=1, le=1_000)] = 5
    length_penalty: Annotated[float, Field(ge=0, le=10)] = 1.0
    max_ratio: Annotated[float, Field(gt=0, le=100)] = 2.0
