"""Sizes that fit an amount of data.

Starting points from published practice, not an optimum. For few pairs: small vocabularies, narrow networks, small
batches, much dropout and label smoothing (Sennrich and Zhang 2019, "Revisiting low-resource neural machine
translation", arXiv:1905.11901). The second and third rung are close to the shipped recipes translate/builtin and
translate/multi30k, which were measured: the latter, on 29,000 pairs, reached 38.7 BLEU in 8 epochs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from softsearch.cli.survey import Side, Survey


@dataclass(frozen=True)
class Sizes:
    """What a recipe is given for up to so many pairs."""

    up_to_pairs: float
    vocabulary: int
    embedding: int
    hidden: int
    dropout: float
    label_smoothing: float
    learning_rate: str
    warmup_steps: int
    batch_tokens: int
    epochs: int
    validate_every: str
    tokenizer: str = "sentencepiece"


LADDER = (
    Sizes(2_000, 1_000, 64, 64, 0.3, 0.2, "3e-3", 100, 512, 60, "1 epoch"),
    Sizes(20_000, 3_000, 128, 128, 0.3, 0.1, "3e-3", 100, 768, 15, "1 epoch"),
    Sizes(200_000, 6_000, 256, 256, 0.3, 0.1, "2e-3", 200, 1_536, 8, "1 epoch"),
    Sizes(2_000_000, 16_000, 256, 512, 0.2, 0.1, "1e-3", 1_000, 4_096, 4, "2000 steps"),
    Sizes(float("inf"), 32_000, 512, 512, 0.1, 0.1, "1e-3", 2_000, 8_192, 2, "4000 steps"),
)

_MOST_HELD_OUT = 1_000
_MOST_EPOCHS = 200
_PAIRS_TO_SEE = 120_000  # below, even many epochs are few steps
_FEW_WORDS = 2_000  # of one language: a vocabulary that is closed, such as of generated sentences
_OFTEN = 20  # times that each of them occurs on average
_LONG_WORD = 12  # characters: a script without spaces


def sizes_for(survey: Survey) -> Sizes:
    """Return the first rung of the ladder that holds the pairs, fitted to their script and vocabulary."""
    rung = next(sizes for sizes in LADDER if survey.pairs <= sizes.up_to_pairs)
    epochs = max(rung.epochs, min(_MOST_EPOCHS, _PAIRS_TO_SEE // survey.pairs))
    sides = survey.source, survey.target
    if all(side.different_words <= _FEW_WORDS and side.words >= _OFTEN * side.different_words for side in sides):
        # As many as there are, punctuation and special tokens included.
        words = _rounded(sum(side.different_words for side in sides) + 100)
        return replace(rung, epochs=epochs, tokenizer="words", vocabulary=words)
    characters = sum(side.different_characters for side in sides)
    return replace(rung, epochs=epochs, vocabulary=max(rung.vocabulary, _rounded(2 * characters)))


def held_out(pairs: int) -> int:
    """Return how many pairs to keep for validation: a twentieth, at most a thousand."""
    return max(1, min(_MOST_HELD_OUT, pairs // 20))


def token_limit(survey: Survey) -> int:
    """Return the longest side in tokens to train on: room for nearly all sentences."""
    tokens = max(map(_likely_tokens, (survey.source, survey.target)))
    return min(300, max(50, 10 * math.ceil(tokens / 10)))


def _likely_tokens(side: Side) -> int:
    """Return the tokens of a long sentence: three pieces a word, or in a script without spaces one a character."""
    is_spaced = side.p99_characters <= _LONG_WORD * side.p99
    return 3 * side.p99 if is_spaced else side.p99_characters


def _rounded(number: int) -> int:
    return 500 * math.ceil(number / 500)
