"""`softsearch predict` with a classifier of images: files in, their likeliest classes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from softsearch.cli.classified import line_of, refuse_unlike
from softsearch.cli.given import Given
from softsearch.cli.pictures import answer
from softsearch.cli.prediction_options import Format

TAKES = frozenset({"nbest", "flips"})
"""The options that a classifier of images has a use for."""


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print the classes of images; those that cannot be read are told in their place and in the end."""
    from softsearch import runs

    how = f"softsearch evaluate {run} --on FOLDER"
    refuse_unlike(form, score, scored_on="a folder for each class", how=how)
    classifier, top = runs.load(run), options.get("nbest", 1)
    answer(
        files,
        run,
        form=form,
        read=classifier.task.images.pixels,
        asked=lambda _, images: classifier.classify(images, top=top, flips="flips" in options),
        line=lambda path, found: line_of(found, form, {"image": str(path)}, before=f"{path}\t"),
    )
