"""The parts of a report that are about captions: scores, where each word looked, the best and the worst of them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence

import numpy as np

from softsearch.inspection.files import (
    COLUMNS_OF_WORDS,
    Row,
    about_items,
    distinct_shown,
    outdated,
    rows_of_words,
    scores_of_captions,
    share_shown,
)
from softsearch.inspection.html import doubt_legend, escape, grid, mark, paragraph, underlined
from softsearch.pictures.overlays import veil

_NAMES = {
    "bleu_1": "BLEU-1",
    "bleu_2": "BLEU-2",
    "bleu_3": "BLEU-3",
    "bleu_4": "BLEU-4",
    "chrf": "chrF",
    "rouge_l": "ROUGE-L",
    "cider_d": "CIDEr-D",
    "exact": "Equal to a reference",
}
_BLIND = (
    "With other images: the same captions, each held against the references of another image. So much a captioner gets "
    "that writes what is often right and does not look; only what is above it comes from the image."
)
_HEAD_OF_PNG = slice(16, 24)  # width and height in pixels


_WRONG = (
    "A word is wrong where the reference of as many words that agrees most has another in its place, if it is known "
    "where the things are; else where it stands in no reference."
)


def caption_scores_part(evaluations: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return how good the captions are, and how good they would be for other images."""
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for evaluation in evaluations.values():
        parts.append(f"<h3>{escape(_about(evaluation))}</h3>")
        if (said := outdated(evaluation, in_use)) is not None:
            parts.append(mark(f"Stale: {said}."))
        if evaluation.get("overfit"):
            trained_on = f"{evaluation['overfit']:,}"
            parts.append(paragraph(f"Trained with --overfit: the {trained_on} images are its valid data too."))
        cards = "".join(
            _card(_NAMES.get(name, name), *shown, evaluation["metrics"][name]["signature"])
            for name, shown in scores_of_captions(evaluation).items()
        )
        parts += [f'<div class="scores">{cards}</div>', paragraph(f"{distinct_shown(evaluation)}.")]
    return [*parts, paragraph("In brackets: 95 % interval, from resampling the images (bootstrap)."), paragraph(_BLIND)]


def pointing_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return how much of a word's attention lies on what it names, and how right words differ from wrong ones."""
    parts = []
    for evaluation in evaluations.values():
        found = [*_pointing(evaluation["pointing"]), *_words(evaluation)]
        if evaluation["captions"] and not _has_attention(evaluation["captions"]):
            found.append(paragraph("This network has no attention: it reads the image as a whole."))
        elif evaluation["pointing"] is None:
            found.append(paragraph("Where the things are that words name is not known of these images."))
        parts += [f"<h3>{escape(_about(evaluation))}</h3>", *found]
    return parts or [paragraph("Where it looks comes with an evaluation.")]


def best_captions_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return the best captions of the first evaluation that has some, the best one first."""
    return _captions_part(evaluations, best=True)


def worst_captions_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return the worst captions of the first evaluation that has some, the worst one first."""
    return _captions_part(evaluations, best=False)


def _about(evaluation: Row) -> str:
    beam = evaluation.get("decoding", {}).get("beam")
    return about_items(evaluation) + (f", beam {beam}" if beam else "")


def _card(name: str, value: str, interval: str, blind: str, signature: str) -> str:
    other = f"<div>with other images: {blind}</div>" if blind else ""
    code = escape(signature).replace("|", "|<wbr>")
    return f'<div class="score">{escape(name)}<b>{value}</b>[{interval}]{other}<code>{code}</code></div>'


def _pointing(pointing: Row | None) -> list[str]:
    if pointing is None:
        return []
    value, interval = share_shown(pointing)
    chance = f"if it were the same everywhere: {100 * pointing['chance']:.2f} %"
    card = f'<div class="score">Attention on the thing named<b>{value}</b>[{interval}]<div>{chance}</div></div>'
    said = f"Of {pointing['words']:,} words that name a thing: the share of their attention that lies on its place."
    return [f'<div class="scores">{card}</div>', paragraph(said)]


def _words(evaluation: Row) -> list[str]:
    rows = rows_of_words(evaluation)
    if not rows:
        return []
    return [grid(COLUMNS_OF_WORDS, rows), paragraph(_compared(evaluation["words"]))]


def _compared(words: Row) -> str:
    """Return what sets wrong words apart from right ones."""
    right, wrong = words["right"], words["wrong"]
    less = "less sure" if wrong["confidence"] < right["confidence"] else "no less sure"
    said = f"The model is {less} of wrong words than of right ones"
    if right["places"] is not None and wrong["places"] is not None:
        more = "more" if wrong["places"] > right["places"] else "no more"
        said += f", looks at {more} places for them (over how many a word's attention spreads: perplexity)"
    if right["pointing"] is not None and wrong["pointing"] is not None:
        off = "less" if wrong["pointing"] < right["pointing"] else "no less"
        said += f", and {off} at the thing that they name"
    return f"{said}. {_WRONG}"


def _captions_part(evaluations: Mapping[str, Row], *, best: bool) -> list[str]:
    evaluation = next((each for each in evaluations.values() if each["captions"]), None)
    if evaluation is None:
        return [paragraph("Captions come with an evaluation.")]
    captions, number = evaluation["captions"], evaluation["num_best"]
    chosen = captions[:number] if best else captions[number:][::-1]
    if not chosen:
        return [paragraph("There are too few captions to tell the best from the worst.")]
    return [paragraph(f"{_about(evaluation)}, by the CIDEr-D of each."), *_legend(chosen), *map(_caption, chosen)]


def _legend(captions: Sequence[Row]) -> list[str]:
    looking = "No attention to show: this network reads the image as a whole."
    if _has_attention(captions):
        looking = (
            "Point at a word, tap it or reach it with the tab key: the image is bright where the model looked for it."
        )
    cross = f'<p class="note">Crossed: wrong words<sup class="wrong">✗</sup>. {_WRONG}</p>'
    return [paragraph(looking), doubt_legend(), cross]


def _has_attention(captions: Sequence[Row]) -> bool:
    return any(each["weights"] is not None for each in captions)


def _caption(entry: Row) -> str:
    references = "".join(f'<li dir="auto">{escape(each)}</li>' for each in entry["references"])
    width, height = struct.unpack(">II", base64.b64decode(entry["png"])[_HEAD_OF_PNG])
    image = f'<img src="data:image/png;base64,{escape(entry["png"])}" alt="{escape(entry["place"])}">'
    score = mark(f"CIDEr-D {entry['score']:.1f}")
    return (
        f'<article class="caption" style="--shape:{width}/{height}">{image}<div>{score}'
        f'<p class="written" dir="auto">{_written(entry)}</p><ul>{references}</ul>'
        f"{paragraph(entry['place'])}</div></article>"
    )


def _written(entry: Row) -> str:
    """Return the words of a caption, each of which shows when it is pointed at where the model looked for it."""
    if not entry["words"]:
        return '<span class="note">(nothing)</span>'
    maps = [""] * len(entry["words"])
    if entry["weights"]:
        maps = [veil(np.reshape(each, entry["grid"])) for each in entry["weights"]]
    words = zip(entry["words"], entry["confidence"], entry["right"], maps, strict=True)
    return " ".join(_word(*each) for each in words)


def _word(word: str, sure: float, right: bool, looked: str) -> str:
    shown = underlined(word, sure)
    if not right:
        shown = f'<span class="wrong">{shown}<sup title="wrong">✗</sup></span>'
    return f'<span class="looking" tabindex="0" style="--map:url({looked})">{shown}</span>' if looked else shown
