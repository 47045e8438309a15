"""Sentence pairs of the built-in corpus, in splits that share nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import starmap
from typing import NamedTuple

from softsearch.data.grammar import english, french, german
from softsearch.data.grammar.sampling import Sampler
from softsearch.data.grammar.structures import MIN_MARKS, structures
from softsearch.data.grammar.text import Word, links
from softsearch.data.grammar.tree import Sentence
from softsearch.data.pairs.pair import Pair
from softsearch.data.splits import SPLITS
from softsearch.errors import DataError, nearest
from softsearch.seeding import derive

LANGUAGES = ("de", "en", "fr")
SPLIT_LANGUAGE = "de"
MIN_WORDS, MAX_WORDS = 3, 50

_LINEARISE = {"de": german.linearise, "en": english.linearise, "fr": french.linearise}


class Drawn(NamedTuple):
    """A tree of one split, in all languages; `combinations` are its adjectives and verbs, each with its noun."""

    tree: Sentence
    said: dict[str, list[Word]]
    texts: dict[str, str]
    combinations: list[tuple[str, str]]


def generate(*, source: str, target: str, num_pairs: int, split: str, seed: int) -> Iterator[Pair]:
    """Yield different sentence pairs of the grammar with their true word links and parts of speech.

    All directions say the same trees in the same order. Which split a tree belongs to is a function of its German
    sentence alone, so that splits are disjoint whatever their seeds and languages. Two things are held out from
    training and validation, and every sentence that has one of them belongs to the test split: pairs of words (an
    adjective and its noun, a verb and its object; :func:`is_held_out`) and structures
    (:mod:`~softsearch.data.grammar.structures`; :func:`is_held_out_structure`).

    Parameters
    ----------
    source, target
        Two different languages of :data:`LANGUAGES`.
    num_pairs
        How many pairs.
    split
        One of :data:`~softsearch.data.splits.SPLITS`.
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


def sentences(*, split: str, seed: int) -> Iterator[Drawn]:
    """Yield the sentences of one split, without end and without duplicates in any language."""
    sampler = Sampler(derive(seed, "grammar", split))
    seen: set[tuple[str, int]] = set()
    while True:
        tree = sampler.sentence()
        is_novel = has_novelty(tree, sampler.combinations)
        if is_novel and split != "test":
            continue
        decisive = _LINEARISE[SPLIT_LANGUAGE](tree)
        if split != _split_of(_digest(text_of(decisive)), is_novel=is_novel):
            continue
        said = {name: decisive if name == SPLIT_LANGUAGE else linearise(tree) for name, linearise in _LINEARISE.items()}
        if not all(MIN_WORDS <= len(stream) <= MAX_WORDS for stream in said.values()):
            continue
        texts = {language: text_of(stream) for language, stream in said.items()}
        keys = [(language, _digest(text)) for language, text in texts.items()]
        if seen.isdisjoint(keys):
            seen.update(keys)
            yield Drawn(tree, said, texts, sampler.combinations)


def has_novelty(tree: Sentence, combinations: list[tuple[str, str]]) -> bool:
    """True for what only the test split may hold."""
    return any(starmap(is_held_out, combinations)) or any(map(is_held_out_structure, structures(tree)))


@cache
def is_held_out(word: str, noun: str) -> bool:
    """True for the adjective and noun, or verb and object, that occur together in the test split only."""
    return _digest(f"{word} + {noun}") % 40 == 0


@cache
def is_held_out_structure(structure: tuple[str, ...]) -> bool:
    """True for a combination of constructions in one clause that occurs in the test split only."""
    return len(structure) >= MIN_MARKS and _digest(" + ".join(structure)) % 16 == 0


def text_of(stream: list[Word]) -> str:
    """Return the sentence."""
    return " ".join([word.text for word in stream])


def _pairs(source: str, target: str, num_pairs: int, split: str, seed: int) -> Iterator[Pair]:
    for line, drawn in zip(range(1, num_pairs + 1), sentences(split=split, seed=seed), strict=False):
        ours, theirs = drawn.said[source], drawn.said[target]
        yield Pair(
            source=drawn.texts[source],
            target=drawn.texts[target],
            line=line,
            links=links(ours, theirs),
            source_tags=tuple(word.part for word in ours),
            target_tags=tuple(word.part for word in theirs),
        )


def _split_of(key: int, *, is_novel: bool) -> str:
    """Give a tenth each to validation and testing; of what is new, which would swamp the tests, a part is dropped."""
    share = key % 20
    if is_novel:
        return "test" if share < 8 else ""
    return "test" if share < 2 else "valid" if share < 4 else "train"


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _check(kind: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        problem, near = f"unknown {kind} of the built-in grammar", nearest(value, allowed)
        raise DataError(problem, value=value, allowed=allowed, nearest=near)
