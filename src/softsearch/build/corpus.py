"""A recipe's data become pairs of sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import assert_never

import numpy as np

from softsearch.data.grammar import generate
from softsearch.data.parallel import Pair, PairReport, read_pairs, read_tsv
from softsearch.errors import DataError
from softsearch.recipes import schema
from softsearch.seeding import derive

_UNLIMITED = 10**9

Reader = Callable[[PairReport], Iterator[Pair]]


@dataclass(frozen=True)
class Corpus:
    """Training pairs, read anew at each call; held-out pairs; what was read for those; a name for messages."""

    train: Reader
    valid: list[Pair]
    test: list[Pair] | None
    reports: dict[str, PairReport]
    name: str
    max_tokens: int


def build_corpus(recipe: schema.Files | schema.Grammar, *, seed: int) -> Corpus:
    """Return the corpus that a recipe describes.

    Raises
    ------
    DataError
        A file cannot be read, or the pairs to split off for validation leave none to train on.
    """
    match recipe:
        case schema.Files():
            return _from_files(recipe, seed)
        case schema.Grammar():
            return _from_grammar(recipe, seed)
        case _:
            assert_never(recipe)


def first_pairs(corpus: Corpus, num_pairs: int) -> Corpus:
    """Return a corpus that trains and validates on the same few pairs: a model that can learn must learn these."""
    few = list(islice(corpus.train(PairReport()), num_pairs))

    def train(report: PairReport) -> Iterator[Pair]:
        report.read = report.kept = len(few)
        yield from few

    return Corpus(train, few, None, {}, corpus.name, corpus.max_tokens)


def reader(pairs: schema.Table | schema.TwoFiles, folder: Path) -> Reader:
    """Return what reads these files."""
    match pairs:
        case schema.Table():
            return lambda report: read_tsv(folder / pairs.pairs, report=report)
        case schema.TwoFiles():
            return lambda report: read_pairs(source=folder / pairs.source, target=folder / pairs.target, report=report)
        case _:
            assert_never(pairs)


def _from_files(recipe: schema.Files, seed: int) -> Corpus:
    folder = Path(recipe.folder or ".")
    train = reader(recipe.train, folder)
    name = recipe.train.pairs if isinstance(recipe.train, schema.Table) else recipe.train.source
    reports = {"valid": PairReport(), "test": PairReport()}
    test = list(reader(recipe.test, folder)(reports["test"])) if recipe.test else None
    if test is None:
        del reports["test"]
    if isinstance(recipe.valid, int):
        train, valid = _split_off(train, recipe.valid, folder / name, seed)
        del reports["valid"]
    else:
        valid = list(reader(recipe.valid, folder)(reports["valid"]))
    return Corpus(train, valid, test, reports, name, recipe.max_tokens)


def _split_off(train: Reader, num_valid: int, path: Path, seed: int) -> tuple[Reader, list[Pair]]:
    """Return the training pairs without `num_valid` of them drawn at random, and those.

    A pair that occurs several times stays on one side of the split.
    """
    distinct = list(dict.fromkeys(_digest(pair) for pair in train(PairReport())))
    if num_valid >= len(distinct):
        raise DataError(
            "there are too few different pairs to split off the validation pairs",
            path=path,
            value=num_valid,
            allowed=f"fewer than {len(distinct)}",
            fix="set data.valid to a smaller number, or to files of its own",
        )
    drawn = np.random.default_rng(derive(seed, "validation split")).choice(len(distinct), num_valid, replace=False)
    held_out = {distinct[row] for row in drawn.tolist()}

    def rest(report: PairReport) -> Iterator[Pair]:
        for pair in train(report):
            if _digest(pair) in held_out:
                report.kept -= 1
            else:
                yield pair

    valid = {key: pair for pair in train(PairReport()) if (key := _digest(pair)) in held_out}
    return rest, list(valid.values())


def _digest(pair: Pair) -> bytes:
    """Return what stands for a pair's texts where holding those of a whole corpus would cost memory."""
    return hashlib.blake2b(f"{pair.source}\t{pair.target}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _from_grammar(recipe: schema.Grammar, seed: int) -> Corpus:
    make = partial(generate, source=recipe.source, target=recipe.target, seed=seed)
    pairs = list(make(num_pairs=recipe.num_train, split="train"))

    def train(report: PairReport) -> Iterator[Pair]:
        report.read = report.kept = len(pairs)
        yield from pairs

    valid = list(make(num_pairs=recipe.num_valid, split="valid"))
    test = list(make(num_pairs=recipe.num_test, split="test"))
    return Corpus(train, valid, test, {}, "built-in corpus", max_tokens=_UNLIMITED)
