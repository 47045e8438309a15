"""C2: alignments become monotonic, or reorder words, because the data ask for it: the model imposes neither.

Bahdanau et al. (2015), section 5.2.1 and figure 3: largely monotonic alignments, and "European Economic Area" against
"zone économique européenne". In the built-in corpus every true link is known. Attention is read while the model is made
to write the reference; each target word is linked to the source word that it looks at most.

Of all links, and of those that an adjective needs when it changes places with its noun ("the red car", "la voiture
rouge"), it is counted how many are found. Two baselines find what can be found without reading: the diagonal, which
links a word to the one at the same share of the sentence, and the same network that reads another sentence of about as
many words while it is made to write the reference (shuffled source).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.translators import SEEDS, Measured, measured
from softsearch.data.pairs.pair import Pair
from softsearch.metrics.alignment import Link, alignment_statistics, crossing
from softsearch.metrics.repeats import Figures
from softsearch.pictures.attention import attention_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C2",
    statement=STATEMENTS["C2"],
    source="Attention lectures on Bahdanau, Cho and Bengio (2015), section 5.2.1 and figure 3",
    seeds=SEEDS,
    expected={
        "alignment_error_rate": "low",
        "adjectives_behind_their_nouns_found": "near 1",
        "links_that_cross_another_in_gold": "more than 0",
        "links_that_cross_another_found": "near 1",
    },
)

LONGEST_SHOWN = 12  # words


def measure(seed: int) -> dict[str, float]:
    """Return alignment error rates, the share of crossing links, and how many of those are found."""
    model = measured("attention", seed)
    gold = [set(pair.links or ()) for pair in model.pairs]
    found = [set(forced.alignment) if forced else set() for forced in model.outputs.forced]
    blind, diagonal = _blind(model), [_diagonal(pair) for pair in model.pairs]
    crossed = [crossing(each) for each in gold]
    swaps = [swapped_adjectives(pair) for pair in model.pairs]
    return {
        "alignment_error_rate": _error_rate(found, gold),
        "alignment_error_rate_of_the_diagonal": _error_rate(diagonal, gold),
        "alignment_error_rate_blind": _error_rate(blind, gold),
        "links_that_cross_another_in_gold": sum(map(len, crossed)) / sum(map(len, gold)),
        "links_that_cross_another_found": _recall(found, crossed),
        "adjectives_behind_their_nouns_found": _recall(found, swaps),
        "adjectives_behind_their_nouns_found_by_the_diagonal": _recall(diagonal, swaps),
        "adjectives_behind_their_nouns_found_blind": _recall(blind, swaps),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where error is below half of both baselines', and most adjectives that change places are found."""
    error = max(figures["alignment_error_rate"].values)
    baselines = ("alignment_error_rate_of_the_diagonal", "alignment_error_rate_blind")
    reads = all(error < 0.5 * min(figures[name].values) for name in baselines)
    reorders = min(figures["adjectives_behind_their_nouns_found"].values) > 0.8
    return "holds" if reads and reorders else "fails"


def picture(seed: int) -> Figure:
    """Draw the attention over a sentence of moderate length in which most adjectives change places."""
    model = measured("attention", seed)
    short = [row for row, pair in enumerate(model.pairs) if len(pair.source.split()) <= LONGEST_SHOWN]
    row = max(short, key=lambda row: len(swapped_adjectives(model.pairs[row])))
    pair, forced = model.pairs[row], model.outputs.forced[row]
    assert forced is not None and forced.word_weights is not None
    return attention_map(pair.source.split(), pair.target.split(), forced.word_weights, gold=pair.links)


def swapped_adjectives(pair: Pair) -> set[Link]:
    """Return the links of adjectives right before their noun in the source and right behind it in the target."""
    links, source, target = pair.links or frozenset(), pair.source_tags or (), pair.target_tags or ()
    return {
        (i, j)
        for i, j in links
        if source[i] == target[j] == "ADJ" and (i + 1, j - 1) in links and source[i + 1] == target[j - 1] == "NOUN"
    }


def _diagonal(pair: Pair) -> set[Link]:
    num_source, num_target = len(pair.source.split()), len(pair.target.split())
    return {(int((j + 0.5) * num_source / num_target), j) for j in range(num_target)}


def _blind(model: Measured) -> list[set[Link]]:
    """Return the links where each reference is written from the next pair's source, in the order of length."""
    lengths = [len(pair.source.split()) for pair in model.pairs]
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    following = dict(zip(order, [*order[1:], order[0]], strict=True))
    sources = [model.pairs[following[row]].source for row in range(len(lengths))]
    scored = model.translator.score(sources, [pair.target for pair in model.pairs])
    return [set(each.alignment) for each in scored]


def _error_rate(predicted: Sequence[AbstractSet[Link]], gold: Sequence[AbstractSet[Link]]) -> float:
    return alignment_statistics(predicted, gold)["aer"].value


def _recall(predicted: Sequence[AbstractSet[Link]], wanted: Sequence[AbstractSet[Link]]) -> float:
    hits = sum(len(ours & theirs) for ours, theirs in zip(predicted, wanted, strict=True))
    return hits / max(1, sum(map(len, wanted)))
