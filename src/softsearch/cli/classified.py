"""What is the same for `softsearch predict` with a classifier, whatever it tells apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.cli.prediction_options import Format
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.tasks.classified import Classified


def refuse_unlike(form: Format, score: Path | None, *, scored_on: str, how: str) -> None:
    """Raise a SoftsearchError where links are asked for, or scores: `how` on what they are had of."""
    if form is Format.pharaoh:
        raise SoftsearchError("a classifier links no words", value=form.value, allowed="text, jsonl")
    if score is not None:
        raise SoftsearchError(f"a classifier is scored on {scored_on}", value=str(score), fix=how)


def line_of(found: Classified, form: Format, about: Mapping[str, str], *, before: str = "") -> str:
    """Return the line that is printed: JSON with what it is about, or `before` and each class with its probability."""
    if form is Format.jsonl:
        return json.dumps({**about, **found.to_dict()}, ensure_ascii=False)
    likely = zip(found.classes, found.probabilities, strict=True)
    return before + "\t".join(f"{name} {probability:.4f}" for name, probability in likely)
