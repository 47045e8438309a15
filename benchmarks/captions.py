"""Beam decoding of captions for 1,000 images, in batches against one at a time, with the network of captions/scenes.

The weights are the first ones, so captions are as long as they may be: what is timed is looking and searching.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.timing import in_turns, ratio, report
from softsearch.build.families import family_of
from softsearch.data.captions.store import CaptionStore
from softsearch.recipes import load_recipe
from softsearch.tasks.caption_writer import CaptionWriter

IMAGES, ROUNDS = 1_000, 3
BATCHED, SINGLY = "in batches", "singly"


def prepared() -> tuple[CaptionWriter, list[np.ndarray]]:
    """Return a captioner with its first weights, and images."""
    recipe = load_recipe("captions/scenes", ["data.num_train=1000", f"data.num_valid={IMAGES}", "data.num_test=1"])
    family = family_of(recipe)
    with tempfile.TemporaryDirectory() as temporary:
        task = family.materialise(recipe, Path(temporary) / "data", overfit=None, base=None).task
        images = [np.array(image) for image in CaptionStore(Path(temporary) / "data" / "valid").images]
    task.search = dataclasses.replace(task.search, max_length=20)
    return task.ready(family.model(recipe, sizes=family.sizes(task)).eval()), images


def main() -> None:
    """Take turns and print the ratio."""
    writer, images = prepared()
    ways: dict[str, Callable[[], object]] = {
        BATCHED: lambda: writer.caption(images),
        SINGLY: lambda: [writer.caption([image]) for image in images],
    }
    times = in_turns(ways, rounds=ROUNDS)
    ratios = {f"{BATCHED} / {SINGLY}": ratio(times[SINGLY], times[BATCHED])}
    absolute = {name: ROUNDS * IMAGES / sum(each) for name, each in times.items()}
    report("captions", ratios=ratios, absolute=absolute, unit="images a second")


if __name__ == "__main__":
    main()
