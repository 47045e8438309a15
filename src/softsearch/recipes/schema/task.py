"""What is to be learnt."""

from __future__ import annotations

from typing import Literal

from softsearch.recipes.schema.base import Part, Share


class Translation(Part):
    """Sentences of one language in, sentences of another out."""

    kind: Literal["translation"]
    label_smoothing: Share = 0.1
