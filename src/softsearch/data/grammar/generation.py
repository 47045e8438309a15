"""Sentence pairs of the built-in corpus, in splits that share nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

from softsearch.data.grammar import de, en
from softsearch.data.grammar.sampling import Sampler
from softsearch.data.grammar.text import Word, links
from softsearch.data.grammar.tree import Sentence
from softsearch.data.parallel import Pair
from softsearch.errors import DataError, nearest
from softsearch.seeding import derive

LANGUAGES = ("de", "en")
SPLITS = ("train", "valid", "test")
MIN_WORDS, MAX_WORDS = 3, 20

_LINEARISE = {"de": de.linearise, "en": en.linearise}


def generate(*, source: str, target: str, num_pairs: int, split: str, seed: int) -> Iterator[Pair]:
    """Yield different sentence pairs of the grammar with their true word links.

    Which split a sentence belongs to is a function of the sentence alone, so that splits are disjoint whatever their
    seeds. Some word pairs (an adjective and its noun, a verb and its object) are held out: every sentence with one of
    them belongs to the test split.

    Parameters
    ----------
    source, target
        Two different languages of :data:`LANGUAGES`. The same sentences come in either direction.
    num_pairs
        How many pairs.
    split
        One of :data:`SPLITS`.
    seed
        Another seed gives other sentences of the same split.

    Raises
    ------
    DataError
        An unknown language or split, or the same language twice.
    """
    _check("language", source, LANGUAGES)
    _check("language", target, LANGUAGES)
    _check("split", split, SPLITS)
    if source == target:
        raise DataError(f'source and target are both "{source}"', value=target, allowed="two different languages")
    return _pairs(source, target, num_pairs, split, seed)


def sentences(*, split: str, seed: int) -> Iterator[tuple[Sentence, list[Word], list[tuple[str, str]]]]:
    """Yield tree, German words and word combinations of the sentences of one split, without end and duplicates."""
    sampler = Sampler(derive(seed, "grammar", split))
    seen: set[int] = set()
    while True:
        tree = sampler.sentence()
        is_novel = any(is_held_out(*combination) for combination in sampler.combinations)
        if is_novel and split != "test":
            continue
        german = de.linearise(tree)
        key = _digest(_text(german))
        if key in seen or not MIN_WORDS <= len(german) <= MAX_WORDS:
            continue
        if split == ("test" if is_novel else _split_of(key)):
            seen.add(key)
            yield tree, german, sampler.combinations


@cache
def is_held_out(word: str, noun: str) -> bool:
    """True for the adjective and noun, or verb and object, that occur together in the test split only."""
    return _digest(f"{word} + {noun}") % 12 == 0


def _pairs(source: str, target: str, num_pairs: int, split: str, seed: int) -> Iterator[Pair]:
    line = 0
    for tree, german, _ in sentences(split=split, seed=seed):
        if line == num_pairs:
            return
        english = en.linearise(tree)
        if not MIN_WORDS <= len(english) <= MAX_WORDS:
            continue
        line += 1
        sides = {"de": german, "en": english}
        ours, theirs = sides[source], sides[target]
        yield Pair(source=_text(ours), target=_text(theirs), line=line, links=links(ours, theirs))


def _split_of(key: int) -> str:
    share = key % 20
    return "test" if share < 2 else "valid" if share < 4 else "train"


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _text(stream: list[Word]) -> str:
    return " ".join(text for text, _ in stream)


def _check(kind: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise DataError(
            f"unknown {kind} of the built-in grammar", value=value, allowed=allowed, nearest=nearest(value, allowed)
        )
