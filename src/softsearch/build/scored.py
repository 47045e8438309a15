"""What is to be scored, as a user names it, becomes pairs of sentences; and which of them were trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from softsearch.data.pairs.alignments import GoldFormat, with_gold
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.data.pairs.two_files import read_two_files
from softsearch.data.stored import Ragged
from softsearch.data.text import readable
from softsearch.data.tokenizers import Tokenizer
from softsearch.errors import DataError, RunError, nearest

OWN = ("test", "valid")


class ToScore(NamedTuple):
    """Pairs to score: what a user calls them, what files about them are called, and the pairs."""

    name: str
    file: str
    pairs: list[Pair]


def pairs_to_score(
    on: str | Path | None,
    data: Path,
    *,
    languages: tuple[str, str],
    gold: str | Path | None = None,
    gold_format: GoldFormat | None = None,
) -> ToScore:
    """Return the pairs that a user names.

    Parameters
    ----------
    on
        "test" or "valid", a run's own; a file of pairs in any form; two files ``"SOURCE,TARGET"``; None: the run's own
        test pairs, or where it has none the validation pairs.
    data
        The run's folder of data.
    languages
        Of source and target, as JSON lines may call them.
    gold, gold_format
        See :func:`~softsearch.data.pairs.alignments.with_gold`.

    Raises
    ------
    RunError, DataError
        There is no such data, or it cannot be read.
    """
    if on is None:
        on = "test" if (data / "test.tsv").exists() else "valid"
    files = _files(str(on), data)
    report = PairReport()
    if len(files) == 2:
        pairs = list(read_two_files(source=files[0], target=files[1], report=report))
    else:
        pairs = list(read_one_file(files[0], languages=languages, report=report))
    if gold is None:
        return ToScore(readable(str(on)), str(on) if str(on) in OWN else _name(*files), pairs)
    linked = with_gold(pairs, Path(gold), num_lines=report.read, gold_format=gold_format)
    return ToScore(readable(f"{on} with the links of {gold}"), _name(*files, Path(gold)), linked)


def digest(*paths: Path) -> str:
    """Return eight letters that stand for some paths."""
    return hashlib.sha256("\n".join(map(str, paths)).encode(errors="surrogateescape")).hexdigest()[:8]


def num_trained_on(pairs: Sequence[Pair], folder: Path, tokenizer: Tokenizer) -> int:
    """Return how many pairs are among the training pairs, by their token ids; 0 where those are not there any more.

    Parameters
    ----------
    folder
        Of the training pairs' token ids (:class:`~softsearch.data.pairs.store.TokenStore`).
    """
    try:
        store = TokenStore(folder)
    except DataError:
        return 0
    sides = [tokenizer.encode_batch(side) for side in zip(*((pair.source, pair.target) for pair in pairs), strict=True)]
    stored = _fingerprints(store.source, store.target)
    likely = np.flatnonzero(np.isin(stored, _fingerprints(*map(Ragged.of, sides))))
    trained_on = {(tuple(store.source[row].tolist()), tuple(store.target[row].tolist())) for row in likely.tolist()}
    return sum((tuple(source), tuple(target)) in trained_on for source, target in zip(*sides, strict=True))


def _fingerprints(*sides: Ragged) -> np.ndarray:
    """Return a number for each pair, from the lengths and the sums of its ids: equal pairs have equal ones."""
    prints = np.zeros(len(sides[0]), dtype=np.int64)
    for side in sides:
        lengths = side.lengths
        sums = np.zeros_like(prints)
        sums[lengths > 0] = np.add.reduceat(side.flat, side.offsets[:-1][lengths > 0], dtype=np.int64)
        prints = (prints * 1_000_003 + lengths) * 1_000_003 + sums
    return prints


def _files(on: str, data: Path) -> list[Path]:
    """Return one file of pairs, or two of lines."""
    if on in OWN:
        return [_own(on, data)]
    path = Path(on)
    if path.exists():
        return [path]
    if "," in on:
        return two_files(on)
    raise DataError(
        "there is no such file of pairs",
        path=path,
        allowed="test, valid, a file of pairs, or SOURCE,TARGET",
        nearest=nearest(on, OWN),
    )


def _own(name: str, data: Path) -> Path:
    path = data / f"{name}.tsv"
    if not path.exists():
        there = [each.stem for each in sorted(data.glob("*.tsv"))]
        raise RunError(f"this run has no {name} data", path=data.parent, allowed=[*there, "a file of pairs"])
    return path


def two_files(text: str) -> list[Path]:
    """Return the two files of ``"SOURCE,TARGET"``; the names may hold commas themselves, if the files are there."""
    parts = text.split(",")
    splits = [[Path(",".join(parts[:cut])), Path(",".join(parts[cut:]))] for cut in range(1, len(parts))]
    return next((split for split in splits if split[0].exists() and split[1].exists()), splits[0])


def _name(*files: Path) -> str:
    """Return a name that no other files have: two folders may each hold a ``test.tsv``."""
    return f"{readable(files[0].stem)}-{digest(*(file.absolute() for file in files))}"
