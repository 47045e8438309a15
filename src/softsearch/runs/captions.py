"""From the run of a captioner to its scores."""

from __future__ import annotations

import contextlib
import dataclasses
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from softsearch.build.captions import LACKING
from softsearch.build.scored import OWN, two_files
from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.captions.reading import match, read_captions
from softsearch.data.captions.store import CaptionStore
from softsearch.errors import DataError, nearest, the_first
from softsearch.metrics.captions import cider_statistics
from softsearch.runs.caption_scoring import JudgedWords, distinct, judged, pointing, scores, words_compared
from softsearch.runs.images import png_of
from softsearch.runs.loading import load
from softsearch.runs.parts import keep_evaluation
from softsearch.runs.stores import to_score
from softsearch.tasks.caption_writer import Caption, CaptionWriter
from softsearch.tasks.captions import HeldOutCaptions
from softsearch.times import now
from softsearch.training.folder import RunFolder

_BEST, _WORST = 6, 24


def evaluate_captions(
    folder: RunFolder,
    *,
    on: str | Path | None,
    beam: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score the best weights of a run on images with captions, and keep the result.

    Parameters
    ----------
    on
        "test" (the default, where the run has one), "valid", "train", or ``"IMAGES,CAPTIONS"``: a folder or a zip file
        of pictures, and a file of captions.
    beam
        Other than the recipe's.
    on_progress
        Is told how many images are described so far.

    Raises
    ------
    RunError, DataError
        The run, the images or the captions cannot be read.
    """
    writer: CaptionWriter = load(folder.path)

    def written(path: Path, to: Path) -> CaptionStore:
        images, size, channels = _images(str(path), folder, writer), writer.images.size, writer.images.channels
        skip = folder.about.get("recipe", {}).get("data", {}).get("skip_broken", False)
        store = CaptionStore.write(to, images, writer.tokenizer, size=size, channels=channels, skip=skip)
        if store.skipped:
            told = f"{len(store.skipped):,} {LACKING['skipped']}: {the_first(store.skipped)}"
            warnings.warn(f"{path}: {told}", stacklevel=5)
        return store

    with to_score(folder, on, kind="images", opened=CaptionStore, written=written) as (name, store, file):
        held_out = HeldOutCaptions(name, store)
        return score_captions(folder, writer, held_out, beam=beam, kept_as=file, on_progress=on_progress)


def score_captions(
    folder: RunFolder,
    writer: CaptionWriter,
    held_out: HeldOutCaptions,
    *,
    beam: int | None = None,
    kept_as: str | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Describe and score images, and keep the result in the run folder; parameters as in :func:`evaluate_captions`.

    `kept_as` is what the file of the result is called; None: as the images.
    """
    store, search = held_out.store, writer.search if beam is None else dataclasses.replace(writer.search, beam=beam)
    captions: list[Caption] = []
    for caption in writer.stream(map(np.asarray, store.images), search=search):
        captions.append(caption)
        if on_progress:
            on_progress(len(captions))
    judgements = [
        judged(caption.text, own, things)
        for caption, own, things in zip(captions, store.captions, store.things, strict=True)
    ]
    file = (kept_as or held_out.name) + ("" if search.beam == writer.search.beam else f"-beam{beam}")
    found = {
        "kind": "captions",
        "data": held_out.name,
        "data_id": file,
        "steps": folder.in_use,
        "date": now(),
        "overfit": folder.about.get("overfit"),
        "count": len(store),
        **scores(captions, store.captions),
        "distinct": distinct(captions, _trained_on(folder)),
        "pointing": pointing(writer, store),
        "words": words_compared(captions, judgements),
        **_shown(store, captions, judgements),
        "decoding": dataclasses.asdict(search),
    }
    keep_evaluation(folder.path / "evaluations" / f"{file}.json", found)
    return found


def _images(on: str, folder: RunFolder, writer: CaptionWriter) -> list[CaptionedImage]:
    """Return images with captions that lie in two places."""
    paths = two_files(on) if "," in on else []
    if len(paths) != 2:
        allowed = "test, valid, train, or IMAGES,CAPTIONS: a folder or zip file of pictures, and a file of captions"
        raise DataError("there are no such images", path=on, allowed=allowed, nearest=nearest(on, (*OWN, "train")))
    images, captions = paths
    data = folder.about.get("recipe", {}).get("data", {})
    columns = {name: data[name] for name in ("image", "caption") if name in data}
    found = match(images, read_captions(captions, **columns), names=None, channels=writer.images.channels)
    for name, lacking in (("without_captions", found.without_captions), ("without_images", found.without_images)):
        if lacking:
            warnings.warn(f"{on}: {len(lacking):,} {LACKING[name]}: {the_first(lacking)}", stacklevel=5)
    return found.images


def _trained_on(folder: RunFolder) -> list[str] | None:
    with contextlib.suppress(DataError):
        return [text for own in CaptionStore(folder.data / "train").captions for text in own]
    return None


def _shown(store: CaptionStore, captions: Sequence[Caption], judgements: Sequence[JudgedWords]) -> dict[str, Any]:
    """Return some of the best captions and some of the worst, by the CIDEr-D of each, the best first."""
    each = cider_statistics([caption.text for caption in captions], store.captions).counts[:, 0]
    order = sorted(range(len(each)), key=lambda row: (-each[row], -len(captions[row].text)))  # of equals, who says more
    best, rest = order[: min(_BEST, len(order) // 2)], order[min(_BEST, len(order) // 2) :]
    chosen = [*best, *rest[-_WORST:]]
    return {
        "captions": [_entry(store, row, captions[row], judgements[row], float(each[row])) for row in chosen],
        "num_best": len(best),
    }


def _entry(store: CaptionStore, row: int, caption: Caption, own: JudgedWords, score: float) -> dict[str, Any]:
    weights = caption.weights
    return {
        "place": store.places[row],
        "png": png_of(store.images[row]),
        "text": caption.text,
        "references": store.captions[row],
        "score": score,
        "words": caption.text.split(),
        "confidence": [round(each, 4) for each in caption.confidence],
        "right": own.right,
        "weights": None if weights is None else [each.reshape(-1).astype(float).round(4).tolist() for each in weights],
        "grid": None if weights is None else list(weights.shape[1:]),
    }
