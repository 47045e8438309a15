"""C5: attention shows where a captioner looks, and explains its mistakes.

Xu et al. (2015), section 5.4 and figures 3 and 5: where the network looks agrees with what a person would look at, and
where it says something wrong one can see why. In drawn scenes the place of each thing is known, so both can be counted.

While the captions of the test scenes are written, the share of the attention that lies on the place of the thing is
taken for each word that names it: its size, its colour, its shape; over the cells that its box touches. Chance is the
share of those cells; blind is the share of this attention that lies on the boxes of another scene with as many things,
word by word. Then the network's own captions are taken: a word is wrong where the reference of the same length that
agrees most has another one, and what is looked at for wrong words is compared with right ones. Every test scene shows a
colour and a shape that never met in training, so there are mistakes to explain; the training is stopped early, so that
there are more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from softsearch import runs
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.trainings import trained
from softsearch.data.captions.captioned import Box
from softsearch.data.captions.store import CaptionStore
from softsearch.metrics.pointing import pointed
from softsearch.metrics.repeats import Figures
from softsearch.recipes import load_recipe
from softsearch.runs.caption_scoring import judged
from softsearch.tasks.caption_writer import Caption, CaptionWriter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C5",
    statement=STATEMENTS["C5"],
    source="Attention lectures on Xu et al. (2015), section 5.4 and figures 3 and 5",
    seeds=(1, 2, 3),
    expected={
        "attention_on_the_thing_named": "near 1",
        "attention_on_the_thing_named_blind": "near chance",
        "attention_on_the_thing_of_a_right_word": "near 1",
        "attention_on_the_thing_of_a_wrong_word": "less",
    },
)

RECIPE = "captions/scenes"
# No budget: each seed has taken the same number of steps.
SETTINGS = ("training.max_steps=2000", "training.budget=null", "data.num_test=2000")


class Looked(NamedTuple):
    """A word about a thing: its share of attention on the thing's place, and whether it is right."""

    share: float
    right: bool


@cache
def captioner(seed: int) -> tuple[CaptionWriter, CaptionStore]:
    """Train a captioner, or take the one that was; return it with the test scenes."""
    run = trained(load_recipe(RECIPE, [*SETTINGS, f"seed={seed}"]), name=f"captioner-{seed}")
    return runs.load(run), CaptionStore(Path(run) / "data" / "test")


def measure(seed: int) -> dict[str, float]:
    """Return shares of attention: while references are written; of right and wrong words of its own."""
    writer, store = captioner(seed)
    named, blind, chance = _named(writer, store)
    captions = list(writer.stream(map(np.asarray, store.images)))
    own = [each for row, caption in enumerate(captions) for each in looked(caption, store, row)]
    right, wrong = ([each.share for each in own if each.right == kind] for kind in (True, False))
    exact = [caption.text in store.captions[row] for row, caption in enumerate(captions)]
    return {
        "attention_on_the_thing_named": float(np.mean(named)),
        "attention_on_the_thing_named_blind": float(np.mean(blind)),
        "attention_on_the_thing_named_by_chance": float(np.mean(chance)),
        "attention_on_the_thing_of_a_right_word": float(np.mean(right)),
        "attention_on_the_thing_of_a_wrong_word": float(np.mean(wrong)),
        "wrong_words": float(len(wrong)),
        "captions_word_for_word": float(np.mean(exact)),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where words look at their things thrice as much as blind, and wrong ones less than right ones."""
    named, blind = (figures[f"attention_on_the_thing_named{which}"].values for which in ("", "_blind"))
    right, wrong = (figures[f"attention_on_the_thing_of_a_{kind}_word"].values for kind in ("right", "wrong"))
    looks = min(named) > 3 * max(blind)
    explains = all(one - other > 0.05 for one, other in zip(right, wrong, strict=True))
    return "holds" if looks and explains else "fails"


def picture(seed: int) -> Figure:
    """Draw where it looked for the caption with most wrong words."""
    writer, store = captioner(seed)
    some = range(min(200, len(store)))
    captions = writer.caption([np.asarray(store.images[row]) for row in some])
    row = max(some, key=lambda row: sum(not each.right for each in looked(captions[row], store, row)))
    return captions[row].plot(np.asarray(store.images[row]), title=f"in truth: {store.captions[row][0]}")


def looked(caption: Caption, store: CaptionStore, row: int) -> list[Looked]:
    """Return what is looked at for each word about a thing, of a caption that says as many words as a reference."""
    judgement, weights = judged(caption.text, store.captions[row], store.things[row]), caption.weights
    assert weights is not None
    return [Looked(pointed(weights[word], box)[0], judgement.right[word]) for word, box in judgement.things]


def _named(writer: CaptionWriter, store: CaptionStore) -> tuple[list[float], list[float], list[float]]:
    """Return shares on named things, on those of another scene with as many, and chance, word by word."""
    named: list[float] = []
    blind: list[float] = []
    chance: list[float] = []
    before: dict[int, Sequence[Box]] = {}
    annotations = writer.annotations(np.asarray(store.images))
    maps = writer.forced(annotations, [own[0] for own in store.captions])
    for things, weights in zip(store.things, maps, strict=True):
        assert weights is not None
        boxes = [thing.box for thing in things[0]]
        for thing, other in zip(things[0], before.get(len(boxes), ()), strict=False):
            blind.append(pointed(weights[thing.word], other)[0])
        for thing in things[0]:
            share, by_chance = pointed(weights[thing.word], thing.box)
            named.append(share)
            chance.append(by_chance)
        before[len(boxes)] = boxes
    return named, blind, chance
