"""C40: both reading directions disambiguate words, and each output word attends to one or a few input words.

Bahdanau et al. (2015), section 3.2: an annotation is to hold the words before it and those behind it, hence the
bidirectional encoder. Two translators on the built-in corpus, English to French, differ in `model.encoder.direction`
alone. The lecture also says that an output word uses one input word or a handful, and that attention finds an adjective
for an adjective: over how many words it spreads (exp of its entropy), and the part of speech of the word it looks at
most, are read while the model is made to write the references.

Blind baselines: the part of speech of any word of the sentence, all alike; the model's translations, each scored
against the reference of another sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.translators import SEEDS, measured
from softsearch.metrics.repeats import Figures
from softsearch.pictures.attention import attention_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C40",
    statement=STATEMENTS["C40"],
    source="Attention lectures on Bahdanau, Cho and Bengio (2015), section 3.2",
    seeds=SEEDS,
    expected={
        "bleu_of_both_directions": "more",
        "bleu_of_one_direction": "less",
        "attended_words": "1, or a handful",
        "adjectives_that_find_an_adjective": "near 1",
        "bleu_blind": "near 0",
    },
)

HANDFUL = 5


def measure(seed: int) -> dict[str, float]:
    """Return BLEU of both and of one direction, and what the attention of the former looks at."""
    both, one = measured("attention", seed), measured("forwards", seed)
    attention = both.evaluation["attention"]
    tags = attention["tags"]
    adjective = tags["tags"].index("ADJ")
    return {
        "bleu_of_both_directions": both.bleu,
        "bleu_of_one_direction": one.bleu,
        "both_less_one": both.bleu - one.bleu,
        "attended_words": attention["effective_words"]["mean"],
        "words_in_a_sentence": attention["effective_words"]["of"],
        "adjectives_that_find_an_adjective": tags["match"][adjective],
        "adjectives_that_would_by_chance": tags["chance"][adjective],
        "words_that_find_their_part_of_speech": tags["overall"]["match"],
        "words_that_would_by_chance": tags["overall"]["chance"],
        "bleu_blind": both.blind_bleu(),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where all three parts do: two directions lead, few words are read, adjectives find adjectives."""
    reads = max(figures["bleu_blind"].values) < min(figures["bleu_of_one_direction"].values)
    leads = figures["both_less_one"].low > 0 and reads
    few = max(figures["attended_words"].values) < HANDFUL
    finds = min(figures["adjectives_that_find_an_adjective"].values) > 0.8
    by_chance = max(figures["adjectives_that_would_by_chance"].values) < 0.4
    return "holds" if leads and few and finds and by_chance else "fails"


def picture(seed: int) -> Figure:
    """Draw which parts of speech, down the side, look at which."""
    tags = measured("attention", seed).evaluation["attention"]["tags"]
    said = [row for row, count in enumerate(tags["counts"]) if count]
    return attention_map(tags["tags"], [tags["tags"][row] for row in said], np.array(tags["mass"])[said])
