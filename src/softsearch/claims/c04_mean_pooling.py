"""C4: averaging all annotations disregards their content and translates worse than attention.

The lecture pools a set of annotations by their mean, the same whatever is being written, and asks what is lost. Here
three translators on the built-in corpus, English to French, differ in `model.attention` alone: additive, mean, and one
fixed vector, the encoder's last states (Cho et al. 2014).

Blind baseline: the attention's own translations, each scored against the reference of another sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.translators import SEEDS, Variant, measured
from softsearch.metrics.repeats import Figures
from softsearch.pictures.charts import length_chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIM = Claim(
    id="C4",
    statement=STATEMENTS["C4"],
    source="Attention lectures on pooling a set of annotations; Bahdanau, Cho and Bengio (2015)",
    seeds=SEEDS,
    expected={
        "bleu_of_attention": "the most",
        "bleu_of_mean_pooling": "less",
        "attention_less_mean_pooling": "more than 0",
        "bleu_blind": "near 0",
    },
)

NAMES: dict[str, Variant] = {"attention": "attention", "mean pooling": "mean", "one fixed vector": "none"}


def measure(seed: int) -> dict[str, float]:
    """Return BLEU of the three ways of reading the annotations."""
    attention, mean, fixed = (measured(variant, seed).bleu for variant in NAMES.values())
    return {
        "bleu_of_attention": attention,
        "bleu_of_mean_pooling": mean,
        "bleu_of_one_fixed_vector": fixed,
        "attention_less_mean_pooling": attention - mean,
        "one_fixed_vector_less_mean_pooling": fixed - mean,
        "bleu_blind": measured("attention", seed).blind_bleu(),
    }


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the lead of attention over the mean is beyond the interval over seeds."""
    leads = figures["attention_less_mean_pooling"].low > 0
    reads = max(figures["bleu_blind"].values) < min(figures["bleu_of_mean_pooling"].values)
    return "holds" if leads and reads else "fails"


def picture(seed: int) -> Figure:
    """Draw BLEU by source length for the three."""
    return length_chart({name: measured(variant, seed).buckets for name, variant in NAMES.items()})
