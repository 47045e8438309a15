"""From captions to scores: how good they are, how good those of other images would be, and where the network looked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from softsearch.data.captions.captioned import Thing
from softsearch.data.captions.store import CaptionStore
from softsearch.metrics.attention import effective_words
from softsearch.metrics.captions import (
    References,
    bleu_statistics,
    chrf_statistics,
    cider_statistics,
    exact_statistics,
    num_distinct,
    rouge_statistics,
    words_of,
)
from softsearch.metrics.pointing import pointed, pointing_statistics
from softsearch.metrics.score import SEED, Statistics
from softsearch.tasks.caption_writer import IMAGES_AT_ONCE, Caption, CaptionWriter

_METRICS: dict[str, Callable[[Sequence[str], References], Statistics]] = {
    **{f"bleu_{order}": partial(bleu_statistics, order=order) for order in (1, 2, 3, 4)},
    "chrf": chrf_statistics,
    "rouge_l": rouge_statistics,
    "cider_d": cider_statistics,
    "exact": exact_statistics,
}


class JudgedWords(NamedTuple):
    """A caption, word by word: which words are right, and which name a thing whose place is known.

    `things` are those of the reference that the words were held against; empty where that is not one alone.
    """

    right: list[bool]
    things: list[Thing]


def scores(captions: Sequence[Caption], references: References) -> dict[str, Any]:
    """Return scores with intervals, and those of the same captions each held against the references of another image.

    "blind" is what a network would score that writes as well and sees nothing; None where there is one image alone.
    """
    texts = [caption.text for caption in captions]
    found = {name: of(texts, references).estimate().to_dict() for name, of in _METRICS.items()}
    blind: dict[str, Any] | None = None
    if len(texts) > 1:
        others = _exchanged(texts)
        blind = {name: of(others, references).estimate().to_dict() for name, of in _METRICS.items()}
    return {"metrics": found, "blind": blind}


def distinct(captions: Sequence[Caption], trained_on: Sequence[str] | None) -> dict[str, int | None]:
    """Return how many captions differ, and how many stand word for word among those that were trained on."""
    known = None if trained_on is None else {tuple(words_of(text)) for text in trained_on}
    seen = None if known is None else sum(tuple(words_of(caption.text)) in known for caption in captions)
    return {"captions": num_distinct([caption.text for caption in captions]), "seen": seen}


def pointing(writer: CaptionWriter, store: CaptionStore) -> dict[str, Any] | None:
    """Return the share of attention on named things, while the references are written; None where it is not known.

    "chance" is the share if attention were the same everywhere.
    """
    rows = [(image, place) for image in range(len(store)) for place, own in enumerate(store.things[image]) if own]
    shares: list[list[float]] = [[] for _ in range(len(store))]
    chances: list[float] = []
    for begin in range(0, len(rows), IMAGES_AT_ONCE):
        some = rows[begin : begin + IMAGES_AT_ONCE]
        images, which = np.unique([image for image, _ in some], return_inverse=True)
        annotations = writer.annotations(np.asarray(store.images[images]))[which]
        found = writer.forced(annotations, [store.captions[image][place] for image, place in some])
        for (image, place), weights in zip(some, found, strict=True):
            if weights is None:  # it looks nowhere in particular
                return None
            for thing in store.things[image][place]:
                share, chance = pointed(weights[thing.word], thing.box)
                shares[image].append(share)
                chances.append(chance)
    if not chances:
        return None
    estimate = pointing_statistics(shares).estimate().to_dict()
    return estimate | {"chance": float(np.mean(chances)), "words": len(chances)}


def judged(text: str, references: Sequence[str], things: Sequence[Sequence[Thing]]) -> JudgedWords:
    """Return which words of a caption are right.

    Where the places of things are known, each word is held against that of the same place in the reference of the same
    length that agrees most; elsewhere, and where none is as long, a word is right that stands in a reference.
    """
    words = text.split()
    alike = [place for place, each in enumerate(references) if len(each.split()) == len(words)]
    if words and alike and any(things):
        best = max(alike, key=lambda place: sum(_agrees(words, references[place])))
        return JudgedWords(_agrees(words, references[best]), list(things[best]))
    known = {word for each in references for word in words_of(each)}
    return JudgedWords([set(words_of(word)) <= known for word in words], [])


def words_compared(captions: Sequence[Caption], judgements: Sequence[JudgedWords]) -> dict[str, Any] | None:
    """Return how sure the network was of right and of wrong words, how widely it looked, and whether at the thing.

    None where no word is right, or none is wrong: there is nothing to compare.
    """
    kinds: dict[str, list[tuple[float, float | None, float | None]]] = {"right": [], "wrong": []}
    for caption, own in zip(captions, judgements, strict=True):
        boxes = {thing.word: thing.box for thing in own.things}
        for place, (word, is_right) in enumerate(zip(caption.text.split(), own.right, strict=True)):
            if not words_of(word):  # a full stop is never wrong
                continue
            weights = None if caption.weights is None else caption.weights[place]
            spread = None if weights is None else float(effective_words(weights.reshape(1, -1))[0])
            on = pointed(weights, boxes[place])[0] if weights is not None and place in boxes else None
            kinds["right" if is_right else "wrong"].append((caption.confidence[place], spread, on))
    if not all(kinds.values()):
        return None
    return {name: _mean_of(found) for name, found in kinds.items()}


def _mean_of(found: Sequence[tuple[float, float | None, float | None]]) -> dict[str, Any]:
    confidence, places, on = ([each for each in column if each is not None] for column in zip(*found, strict=True))
    means: Mapping[str, float | None] = {
        name: float(np.mean(own)) if own else None
        for name, own in (("confidence", confidence), ("places", places), ("pointing", on))
    }
    return {"count": len(found), **means}


def _agrees(words: Sequence[str], reference: str) -> list[bool]:
    return [words_of(word) == words_of(its) for word, its in zip(words, reference.split(), strict=True)]


def _exchanged(texts: Sequence[str]) -> list[str]:
    """Return texts in a random order in which none stays where it was."""
    circle = np.random.default_rng(SEED).permutation(len(texts))
    other = np.empty_like(circle)
    other[circle] = np.roll(circle, 1)
    return [texts[place] for place in other.tolist()]
