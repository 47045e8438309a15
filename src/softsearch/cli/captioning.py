"""`softsearch predict` with a captioner: pictures in, what is in them out; and where the network looked, drawn."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.cli.given import Given, named_as_options, only
from softsearch.cli.pictures import answer
from softsearch.cli.prediction_options import Format
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    import numpy as np

    from softsearch.tasks.caption_writer import Caption

_SEARCH = ("beam", "length_penalty", "min_length", "max_length", "no_repeat_ngrams")
TAKES = frozenset({*_SEARCH, "nbest", "overlay"})
"""The options that a captioner has a use for."""


def predict(run: Path, options: Given, files: Sequence[str] | None, *, form: Format, score: Path | None) -> None:
    """Print what is in pictures; those that cannot be read are told in their place and in the end."""
    from softsearch import runs

    if form is Format.pharaoh:
        raise SoftsearchError("a captioner links no words to words", value=form.value, allowed="text, jsonl")
    if score is not None:
        fix = f"softsearch evaluate {run} --on IMAGES,CAPTIONS"
        raise SoftsearchError("a captioner is scored on pictures with captions", value=str(score), fix=fix)
    writer, nbest, folder = runs.load(run), options.get("nbest", 1), options.get("overlay")
    with named_as_options(options):
        search = dataclasses.replace(writer.search, **only(options, _SEARCH))
    drawn: set[Path] = set()
    if folder is not None:
        _make(folder)

    def described(paths: list[Path], images: list[np.ndarray]) -> list[Caption]:
        found = list(writer.stream(images, search=search, nbest=nbest))
        if folder is not None:
            for path, image, caption in zip(paths, images, found, strict=True):
                draw(caption, image, _unused(folder / path.stem, drawn))
        return found

    answer(
        files,
        run,
        form=form,
        read=writer.images.pixels,
        asked=described,
        line=lambda path, caption: _line(path, caption, form),
    )


def _make(folder: Path) -> None:
    """Make the folder of the sheets before anything is computed for them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = (
            "this is a file, and no folder" if folder.is_file() else f"the folder cannot be made: {error.strerror}"
        )
        raise SoftsearchError(problem, path=folder, fix="name another folder with --overlay") from error


def draw(caption: Caption, image: np.ndarray, out: Path) -> None:
    """Write the sheet of an image and its caption.

    Raises
    ------
    SoftsearchError
        The file cannot be written.
    """
    from softsearch.pictures import save_png

    try:
        save_png(caption.plot(image), out)
    except OSError as error:
        raise SoftsearchError(f"the picture cannot be written: {error.strerror or error}", path=out) from error


def _unused(picture: Path, drawn: set[Path]) -> Path:
    """Return the file of a sheet; of two pictures of one name in different folders the second is numbered."""
    name = f"{picture.name}.attention"  # where sheets and pictures lie in one folder, no picture may be lost
    each, number = picture.with_name(f"{name}.png"), 2
    while each in drawn:
        each, number = picture.with_name(f"{name}-{number}.png"), number + 1
    drawn.add(each)
    return each


def _line(path: Path, caption: Caption, form: Format) -> str:
    if form is Format.jsonl:
        return json.dumps({"image": str(path), **caption.to_dict()}, ensure_ascii=False)
    return "\n".join(f"{path}\t{each.text}" for each in (caption, *caption.alternatives))
