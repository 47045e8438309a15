"""What is to be learnt."""

from __future__ import annotations

from typing import Literal

from softsearch.recipes.schema.base import Part, Share


class Translation(Part):
    """Sentences of one language in, sentences of another out.

    Attributes
    ----------
    label_smoothing
        Share of the probability that the training loss spreads over the whole vocabulary.
    """

    kind: Literal["translation"]
    label_smoothing: Share = 0.1
