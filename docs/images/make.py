"""Draw a picture of the documentation: ``python docs/images/make.py RUN``; which one follows from what the run learnt.

==============================  ====================================================================================
``runs/demo``                   ``alignment.png``: of the test sentences that have 9 to 13 words and are translated as
                                in their reference, the one in which the most links cross
``runs/scenes``                 ``scene.png``: the best of the captions in the run's ``evaluations/test.json``
``runs/copy``                   ``memory.png``: the episode that ``softsearch look RUN --memory`` draws
``runs/attention``              ``program-attention.png``: one program, read by ``softsearch look RUN --attention``
==============================  ====================================================================================
"""

import base64
import io
import json
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

import softsearch
from softsearch import runs
from softsearch.cli import app
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.pictures import attention_map, overlay_sheet, save_png


def num_crossings(pair: Pair) -> int:
    """Return how many pairs of links cross."""
    return sum((i - k) * (j - m) < 0 for (i, j), (k, m) in combinations(pair.links, 2))


def draw_alignment(run: Path, out: Path) -> None:
    """Translate, choose and draw."""
    model = softsearch.load(run)
    pairs = [pair for pair in read_one_file(run / "data" / "test.tsv", report=PairReport()) if pair.links]
    pairs = sorted((pair for pair in pairs if 9 <= len(pair.source.split()) <= 13), key=num_crossings, reverse=True)
    translations = model.translate([pair.source for pair in pairs])
    pair, translation = next(
        (pair, translation)
        for pair, translation in zip(pairs, translations, strict=True)
        if translation.text == pair.target
    )
    ids = [model.tokenizer.encode(text) for text in (pair.source, pair.target)]
    source, target = (model.tokenizer.word_ids(each) for each in ids)
    gold = [(i, j) for i, k in enumerate(source) for j, m in enumerate(target) if (k, m) in pair.links]
    figure = attention_map(translation.source_pieces, translation.target_pieces, translation.weights, gold=gold)
    save_png(figure, out)


def draw_scene(run: Path, out: Path) -> None:
    """Show the best caption word by word."""
    best = json.loads((run / "evaluations" / "test.json").read_text(encoding="utf-8"))["captions"][0]
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(best["png"]))))
    save_png(overlay_sheet(image, best["words"], np.reshape(best["weights"], (-1, *best["grid"]))), out)


def look(*words: str) -> Callable[[Path, Path], None]:
    """Return a function that draws what ``softsearch look`` draws."""

    def draw(run: Path, out: Path) -> None:
        if code := app.run(["look", str(run), *words, "--out", str(out)]):
            sys.exit(code)

    return draw


DRAWN = {
    "translation": (draw_alignment, "alignment.png"),
    "image_captioning": (draw_scene, "scene.png"),
    "transduction": (look("--memory"), "memory.png"),
    "execution": (look("--attention", r"a=(82+61)\nprint((a+35))"), "program-attention.png"),
}
"""What draws a picture, by the kind of task that a run has learnt."""


def main(run: Path, folder: Path) -> None:
    """Draw the picture that belongs to a run."""
    draw, name = DRAWN[runs.kind_of(run)]
    draw(run, folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
