"""A recipe's images and captions become stores of a run: read, split, brought to one size, written once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from softsearch.build.splitting import warn_of_trained_on
from softsearch.build.tokenizer import build_tokenizer
from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.captions.reading import Matched, match, read_captions
from softsearch.data.captions.scenes import scenes
from softsearch.data.captions.store import CaptionStore
from softsearch.data.images.labelled import Pixels
from softsearch.data.splits import SPLITS, Split
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError, the_first
from softsearch.recipes import schema
from softsearch.seeding import derive

_LISTED = 1_000  # names kept in the report of each split

LACKING = {
    "without_captions": "images have no caption, and are left out",
    "without_images": "images with captions are not there",
    "skipped": "pictures cannot be read, and are left out",
}
"""What is said, behind their number, of those that are counted under these names in the report."""


class _Reader(NamedTuple):
    """Reads the images of a split anew at each call; what was found without a counterpart."""

    images: Callable[[], Iterator[CaptionedImage]]
    without_captions: list[str]
    without_images: list[str]


class PreparedCaptions(NamedTuple):
    """What the captions are cut into, and what was read."""

    tokenizer: Tokenizer
    report: dict[str, Any]


def write_captions(
    recipe: schema.CaptionRecipe, folder: Path, *, overfit: int | None, tokenizer: Tokenizer | None
) -> PreparedCaptions:
    """Write the stores of all splits into `folder`.

    Parameters
    ----------
    overfit
        Use only so many training images, to validate on too.
    tokenizer
        Of another run, to go on from its weights; None for the recipe's, learnt from the training captions.

    Raises
    ------
    DataError
        The data cannot be used.
    """
    readers = _readers(recipe)
    if overfit:
        train = readers["train"]
        few = train._replace(images=lambda: (each for _, each in zip(range(overfit), train.images(), strict=False)))
        readers = {"train": few, "valid": few._replace(without_captions=[], without_images=[])}
    if tokenizer is None:
        texts = (text for image in readers["train"].images() for text in image.captions)
        tokenizer = build_tokenizer(recipe.tokenizer, texts, seed=recipe.seed)
    report: dict[str, Any] = {}
    known: set[bytes] = set()
    for split, reader in readers.items():  # first the training images
        store = CaptionStore.write(
            folder / split,
            reader.images(),
            tokenizer,
            size=recipe.data.size,
            channels=recipe.data.channels,
            skip=isinstance(recipe.data, schema.CaptionFiles) and recipe.data.skip_broken,
        )
        report[split] = _told(store, reader)
        if split == "train":
            known = set(store.fingerprints())
        elif not overfit:
            report[split]["trained_on"] = sum(each in known for each in store.fingerprints())
    _warn(report)
    return PreparedCaptions(tokenizer, report)


def _matched(data: schema.CaptionFiles, split: schema.CaptionSplit) -> Matched:
    """Return the images of a split with their captions; errors as in reading and matching them."""
    folder = Path(data.folder or ".")
    captions = read_captions(folder / (split.captions or data.captions or ""), image=data.image, caption=data.caption)
    names = None if split.names is None else folder / split.names
    return match(folder / (split.images or data.images or ""), captions, names=names, channels=data.channels)


def _readers(recipe: schema.CaptionRecipe) -> dict[str, _Reader]:
    data = recipe.data
    if isinstance(data, schema.DrawnScenes):
        numbers: dict[Split, int] = {"train": data.num_train, "valid": data.num_valid, "test": data.num_test}
        return {
            split: _Reader(
                partial(scenes, language=data.language, number=number, size=data.size, seed=recipe.seed, split=split),
                [],
                [],
            )
            for split, number in numbers.items()
        }
    splits = {split: own for split in SPLITS if isinstance(own := getattr(data, split), schema.CaptionSplit)}
    found = {split: _matched(data, own) for split, own in splits.items()}
    readers = {split: _reader(each) for split, each in found.items()}
    for file in {own.captions or data.captions for own in splits.values()}:  # of all whose captions are in one file
        first, *others = [split for split, own in splits.items() if (own.captions or data.captions) == file]
        told = [found[split].unmatched for split in (first, *others)]
        missing = sorted(set(told[0]).intersection(*told[1:]))  # of each, the longest of what is told says the most
        readers[first] = readers[first]._replace(
            without_images=[max((each[name] for each in told), key=len) for name in missing]
        )
    if isinstance(data.valid, float):
        readers |= _held_out(readers["train"], data.valid, seed=recipe.seed)
    return {split: readers[split] for split in SPLITS if split in readers}


def _reader(found: Matched) -> _Reader:
    images = [each._replace(source=partial(_pixels, each)) for each in found.images]
    return _Reader(lambda: iter(images), found.without_captions, [])


def _pixels(image: CaptionedImage) -> Pixels:
    """Return the pixels of a file's image; where they cannot be read, the error tells how to go on without them."""
    try:
        return image.pixels
    except DataError as error:
        way_out = "data.skip_broken: true leaves out what cannot be read"
        error.fix = f"{error.fix}; {way_out}" if error.fix else way_out
        raise


def _held_out(train: _Reader, share: float, *, seed: int) -> dict[str, _Reader]:
    """Return training images without a share of them, drawn from the seed, and that share, to validate on."""
    images = list(train.images())
    if len(images) < 2:
        problem = "one image has captions: none is left to train on or to validate on"
        raise DataError(problem, fix="add images, or name those of data.valid")
    number = min(len(images) - 1, max(1, round(share * len(images))))
    held = set(np.random.default_rng(derive(seed, "validation split")).permutation(len(images))[:number].tolist())
    return {
        "train": train._replace(images=lambda: (each for row, each in enumerate(images) if row not in held)),
        "valid": _Reader(lambda: (each for row, each in enumerate(images) if row in held), [], []),
    }


def _told(store: CaptionStore, reader: _Reader) -> dict[str, Any]:
    return {
        "kept": len(store),
        "captions": store.num_captions,
        "without_captions": len(reader.without_captions),
        "without_images": len(reader.without_images),
        "skipped": len(store.skipped),
        "names": {
            "without_captions": reader.without_captions[:_LISTED],
            "without_images": reader.without_images[:_LISTED],
            "skipped": store.skipped[:_LISTED],
        },
    }


def _warn(report: dict[str, Any]) -> None:
    """Say what was left out, split by split, and what is trained on and held out, too."""
    for split, found in report.items():
        for name, told in LACKING.items():
            if found[name]:
                warnings.warn(f"{split}: {found[name]:,} {told}: {the_first(found['names'][name])}", stacklevel=3)
        warn_of_trained_on(split, found, items="images")
