"""From tokens to words: what each word cost, which source word it came from, and what stands for an unknown one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from softsearch.data.tokenizers import UNKNOWN, Tokenizer
from softsearch.metrics.alignment import Link, links, word_weights
from softsearch.shapes import Float

ALIKE = 1e-6  # weights that differ by less are the same


class Words(NamedTuple):
    """The words of a translation or of a part of one.

    `text` is what they are written as; `links` are (source word, target word), `log_probs` one for each word.
    """

    text: str
    links: set[Link]
    log_probs: list[float]


def word_links(
    source_words: list[int], target_words: list[int], weights: Float[np.ndarray, "tgt src"] | None
) -> set[Link]:
    """Return links between words, given the word of each piece, from weights between pieces.

    The column of ``</s>`` comes last. Where all pieces were looked at alike, as in mean pooling, there is no link.
    """
    if weights is None or not source_words:
        return set()
    looked = weights[:, : len(source_words)]
    if len(source_words) > 1:
        looked = looked * (np.ptp(looked, axis=1, keepdims=True) > ALIKE)
    return links(word_weights(looked, source_words, target_words))


def word_log_probs(token_words: Sequence[int], token_log_probs: Sequence[float], num_words: int) -> list[float]:
    """Return for each word the sum over its tokens: the logarithm of their product."""
    sums = [0.0] * num_words
    for word, log_prob in zip(token_words, token_log_probs, strict=True):
        if 0 <= word < num_words:
            sums[word] += log_prob
    return sums


def decoded(
    tokens: list[int],
    token_log_probs: list[float],
    source_words: list[int],
    weights: Float[np.ndarray, "tgt src"] | None,
    tokenizer: Tokenizer,
) -> Words:
    """Return the words of what was written, unknown ones as ``⁇``."""
    words, text = tokenizer.word_ids(tokens), tokenizer.decode(tokens)
    return Words(
        text, word_links(source_words, words, weights), word_log_probs(words, token_log_probs, len(text.split()))
    )


def without_unknown(
    words: Words, source: Sequence[str], prefix: Sequence[str], dictionary: Mapping[str, str] | None
) -> Words:
    """Return the words with those that hold ``⁇`` replaced.

    In a forced prefix, by the word that was given. Elsewhere, if there is a dictionary, which may be empty, by the
    source word that was looked at most, translated by the dictionary where it is in there (Jean et al. 2015, section
    4.1; Luong, Sutskever et al. 2015). What replaces a word may be several words: they share its link and cost. The
    links are about the words of `source`.
    """
    if UNKNOWN not in words.text:
        return words
    looked_at = {target: source[number] for number, target in words.links}
    texts, origins = [], []
    for number, word in enumerate(words.text.split()):
        if UNKNOWN in word and number < len(prefix):
            word = prefix[number]
        elif UNKNOWN in word and dictionary is not None and number in looked_at:
            word = _replaced(word, looked_at[number], dictionary)
        new = word.split()
        texts += new
        origins += [number] * len(new)
    source_of = {target: number for number, target in words.links}
    kept = {(source_of[old], new) for new, old in enumerate(origins) if old in source_of}
    return Words(" ".join(texts), kept, [words.log_probs[old] for old in origins])


def _replaced(word: str, source: str, dictionary: Mapping[str, str]) -> str:
    marks = word.replace(UNKNOWN, "")
    if marks and all(map(_is_mark, marks)):  # the target has its own punctuation
        return re.sub(f"{UNKNOWN}+", lambda _: _translated(_bare(source)[1] or source, dictionary), word, count=1)
    return _translated(source, dictionary)


def _translated(word: str, dictionary: Mapping[str, str]) -> str:
    for key in (word, word.lower()):
        if key in dictionary:
            return dictionary[key]
    before, bare, after = _bare(word)
    return before + dictionary.get(bare, dictionary.get(bare.lower(), bare)) + after


def _bare(word: str) -> tuple[str, str, str]:
    """Return the punctuation before a word, the word, and the punctuation after it."""
    first = next((place for place, character in enumerate(word) if not _is_mark(character)), len(word))
    last = next((place for place in range(len(word), first, -1) if not _is_mark(word[place - 1])), first)
    return word[:first], word[first:last], word[last:]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
